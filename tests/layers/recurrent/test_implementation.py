import json

import keras
import numpy as np
import pytest
from helpers import needs_tensorflow
from keras import ops

from rnn_zoo.layers import CELLS, Recurrent, register_cell
from rnn_zoo.layers.recurrent import implementation
from rnn_zoo.layers.recurrent.implementation import choose

UNITS = 6
BACKEND = keras.backend.backend()
# On a CPU.
TRAINS = {"torch": "torch"}.get(BACKEND, "fused")
UNCOMPILED = {"tensorflow": "graph", "torch": "torch"}.get(BACKEND, "general")


def chosen(training, **options):
    """Implementation chosen for the first layer of a Recurrent."""
    recurrent = Recurrent(units=UNITS, **options)
    return choose(recurrent, recurrent.recurrences["layer_0/forward"], training)[0]


def relu(x):
    """A custom function with the name of Keras's."""
    return ops.maximum(x, x / 10)


UNSUPPORTED = [
    ({"cell": "vanilla", "activation": "softsign"}, "it supports only the activations tanh, relu, sigmoid, linear"),
    ({"cell": "vanilla", "activation": relu}, "it supports only the activations tanh, relu, sigmoid, linear"),
    ({"cell": "lstm", "activation": "relu"}, "it supports only the activation tanh with sigmoid gates"),
    (
        {"cell": "gru", "recurrent_activation": "hard_sigmoid"},
        "it supports only the activation tanh with sigmoid gates",
    ),
    ({"cell": "gru", "reset_after": False}, "it supports the GRU only with `reset_after=True`"),
    ({"cell": "lstm", "recurrent_dropout": 0.1}, "it does not support `recurrent_dropout`"),
    ({"cell": "gru", "stateful": True}, "it does not support `stateful`"),
    ({"cell": "vanilla", "unroll": True}, "it does not support `unroll`"),
    ({"cell": "lstm", "activity_regularizer": "l2"}, "it does not support `activity_regularizer`"),
]
any_unsupported = pytest.mark.parametrize(
    ("options", "reason"), UNSUPPORTED, ids=[reason[3:] for _, reason in UNSUPPORTED]
)

# The rule of "auto"


@pytest.mark.parametrize("options", [{}, {"use_bias": False, "dropout": 0.2, "kernel_regularizer": "l2"}])
@pytest.mark.parametrize("cell", ["vanilla", "lstm", "gru"])
def test_trains_fused_and_infers_uncompiled(cell, options):
    assert chosen(True, cell=cell, **options) == TRAINS
    assert chosen(False, cell=cell, **options) == chosen(None, cell=cell, **options) == UNCOMPILED


@pytest.mark.parametrize("activation", [None, "relu", keras.activations.sigmoid, ops.tanh, keras.activations.linear])
def test_supported_activations(activation):
    known = activation in ("relu", ops.tanh)  # by PyTorch too
    assert chosen(True, cell="vanilla", activation=activation) == (TRAINS if known else "fused")


@any_unsupported
def test_unsupported_options_use_general(options, reason):
    assert chosen(True, **options) == chosen(False, **options) == "general"


def test_an_activation_without_source_uses_general():
    """Such as one typed at a prompt."""
    activation = eval("lambda x: x / 2")
    assert chosen(True, cell="vanilla", activation=activation) == "general"


def test_a_registered_cell_uses_general():
    class Plain(keras.layers.RNN):
        def __init__(self, units, dropout=0.0, recurrent_dropout=0.0, seed=None, **options):
            super().__init__(keras.layers.SimpleRNNCell(units, dropout=dropout, seed=seed), **options)

    register_cell("plain", Plain)
    try:
        assert chosen(True, cell="plain") == "general"
    finally:
        del CELLS["plain"]


def test_truncation_and_checkpoints_apply_to_training():
    for options in ({"truncate": 3}, {"checkpoint": 3}):
        assert chosen(True, **options) == "fused"
        assert chosen(False, **options) == UNCOMPILED


@needs_tensorflow
@pytest.mark.parametrize("training", [True, False])
def test_on_a_gpu(monkeypatch, training):
    monkeypatch.setattr(implementation, "on_gpu", lambda: True)
    assert [chosen(training, cell=cell) for cell in ("vanilla", "lstm", "gru")] == ["general", "cudnn", "cudnn"]
    assert chosen(training, cell="lstm", recurrent_dropout=0.1) == "general"
    assert chosen(training, cell="gru", use_bias=False) == "general"
    assert chosen(training, cell="lstm", truncate=3) == ("fused" if training else "cudnn")


@pytest.mark.parametrize("training", [True, False])
def test_an_explicit_implementation_is_used(training):
    assert chosen(training, implementation="general") == "general"
    assert chosen(training, implementation="fused") == "fused"


# Bad input


@any_unsupported
@pytest.mark.parametrize("name", ["fused", pytest.param("graph", marks=needs_tensorflow)])
def test_errors_say_why_a_cell_cannot_run(options, reason, name):
    with pytest.raises(ValueError) as error:
        Recurrent(units=UNITS, implementation=name, **options)
    assert str(error.value) == f"`implementation` {name!r} cannot run this cell: {reason}; use 'auto' or 'general'."


@pytest.mark.parametrize(
    ("name", "backend", "title"), [("graph", "tensorflow", "TensorFlow"), ("torch", "torch", "PyTorch")]
)
def test_errors_name_the_backend_that_is_needed(name, backend, title):
    if backend == BACKEND:
        assert Recurrent("lstm", UNITS, implementation=name).implementation == name
        return
    with pytest.raises(ValueError) as error:
        Recurrent("lstm", UNITS, implementation=name)
    expected = f"`implementation` {name!r} needs the {title} backend, got {BACKEND!r}; use 'auto' or 'general'."
    assert str(error.value) == expected


@pytest.mark.skipif(BACKEND != "torch", reason="PyTorch only")
def test_pytorch_has_two_vanilla_cells():
    with pytest.raises(ValueError) as error:
        Recurrent("vanilla", UNITS, implementation="torch", activation="sigmoid")
    expected = "cannot run this cell: it supports only the activations tanh, relu; use 'auto' or 'general'."
    assert str(error.value) == f"`implementation` 'torch' {expected}"


@pytest.mark.parametrize("name", ["truncate", "checkpoint"])
@pytest.mark.parametrize("other", ["general", pytest.param("graph", marks=needs_tensorflow)])
def test_steps_need_the_loops(name, other):
    with pytest.raises(ValueError) as error:
        Recurrent("lstm", UNITS, implementation=other, **{name: 2})
    assert str(error.value) == f"`{name}` needs the loops of `implementation` 'fused', got {other!r}; use 'auto'."


@pytest.mark.parametrize("name", ["truncate", "checkpoint"])
def test_steps_need_a_cell_of_the_loops(name):
    with pytest.raises(ValueError) as error:
        Recurrent("lstm", UNITS, recurrent_dropout=0.1, **{name: 2})
    expected = (
        f"`{name}` needs the loops of `implementation` 'fused', which does not support `recurrent_dropout`; "
        "leave it None."
    )
    assert str(error.value) == expected


@pytest.mark.parametrize("name", ["truncate", "checkpoint"])
@pytest.mark.parametrize("value", [0, -3, True, 2.5])
def test_errors_name_bad_steps(name, value):
    with pytest.raises(ValueError) as error:
        Recurrent("lstm", UNITS, **{name: value})
    expected = f"`{name}` must be a positive integer, got {value!r}. Any k >= 1 works; None takes all steps."
    assert str(error.value) == expected


def test_an_unknown_implementation_lists_all():
    with pytest.raises(ValueError) as error:
        Recurrent("lstm", UNITS, implementation="fuzed")
    known = "'auto', 'general', 'fused', 'graph', 'cudnn', 'torch'"
    assert str(error.value) == f"`implementation` must be one of {known}; got 'fuzed'. Did you mean 'fused'?"


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_use_cudnn_is_not_an_option(cell):
    with pytest.raises(ValueError, match=r"`cell option` must be one of .*; got 'use_cudnn'"):
        Recurrent(cell, UNITS, use_cudnn=True)


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_cudnn_without_a_gpu_names_the_general_path(monkeypatch, cell):
    monkeypatch.setattr(implementation, "on_gpu", lambda: False)
    with pytest.raises(ValueError) as error:
        Recurrent(cell, UNITS, implementation="cudnn")
    expected = "`implementation` 'cudnn' needs a GPU visible to TensorFlow, but found none; use 'auto' or 'general'."
    assert str(error.value) == expected


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"cell": "lstm", "use_bias": False}, "`implementation` 'cudnn' needs `use_bias=True`"),
        (
            {"cell": "gru", "reset_after": False},
            "`implementation` 'cudnn' cannot run this cell: it supports the GRU only",
        ),
        ({"cell": "vanilla", "activation": "sigmoid"}, "`implementation` 'cudnn' needs `activation` 'tanh' or 'relu'"),
        ({"cell": "gru", "checkpoint": 2}, "`checkpoint` needs the loops of `implementation` 'fused', got 'cudnn'"),
    ],
)
def test_cudnn_errors_name_the_unsupported_option(monkeypatch, options, reason):
    monkeypatch.setattr(implementation, "on_gpu", lambda: True)
    with pytest.raises(ValueError) as error:
        Recurrent(units=UNITS, implementation="cudnn", **options)
    assert str(error.value).startswith(reason)


# Configurations


def test_a_layer_saved_with_cudnn_loads_without_a_gpu(monkeypatch):
    monkeypatch.setattr(implementation, "on_gpu", lambda: True)
    config = Recurrent("lstm", UNITS, implementation="cudnn").get_config()
    assert config["implementation"] == "cudnn"
    monkeypatch.undo()
    with pytest.warns(UserWarning, match="TensorFlow sees no GPU here: it runs as 'auto'"):
        assert Recurrent.from_config(config).implementation == "auto"


@pytest.mark.parametrize("name", ["graph", "torch"])
def test_a_layer_saved_on_another_backend_loads(name):
    config = {**Recurrent("lstm", UNITS).get_config(), "implementation": name}
    if name == {"tensorflow": "graph", "torch": "torch"}.get(BACKEND):
        assert Recurrent.from_config(config).implementation == name
        return
    with pytest.warns(UserWarning, match=f"the backend here is {BACKEND!r}: it runs as 'auto'"):
        assert Recurrent.from_config(config).implementation == "auto"


@pytest.mark.parametrize("name", ["truncate", "checkpoint"])
def test_a_numpy_integer_is_saved_as_a_python_integer(name):
    assert json.dumps(Recurrent("lstm", UNITS, **{name: np.int64(3)}).get_config()[name]) == "3"


def test_an_old_configuration_uses_auto():
    config = Recurrent("lstm", UNITS).get_config()
    for name in ("implementation", "truncate", "checkpoint"):
        del config[name]
    loaded = Recurrent.from_config(config)
    assert (loaded.implementation, loaded.truncate, loaded.checkpoint) == ("auto", None, None)
