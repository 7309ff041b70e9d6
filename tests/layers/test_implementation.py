import json

import keras
import numpy as np
import pytest
from helpers import needs_tensorflow
from keras import ops

from rnn_zoo.layers import CELLS, Recurrent, implementation, register_cell
from rnn_zoo.layers.implementation import choose

UNITS = 6
# In inference, on a CPU.
UNCOMPILED = "graph" if keras.backend.backend() == "tensorflow" else "general"


def chosen(training, **options):
    """What runs the first layer of a Recurrent."""
    recurrent = Recurrent(units=UNITS, **options)
    return choose(recurrent, recurrent.recurrences["layer_0/forward"], training)[0]


def relu(x):
    """Not Keras's, though it has the name of it."""
    return ops.maximum(x, x / 10)


UNKNOWN = [
    ({"cell": "vanilla", "activation": "softsign"}, "it knows the activations tanh, relu, sigmoid, linear alone"),
    ({"cell": "vanilla", "activation": relu}, "it knows the activations tanh, relu, sigmoid, linear alone"),
    ({"cell": "lstm", "activation": "relu"}, "it knows the activations tanh and sigmoid of the gates alone"),
    (
        {"cell": "gru", "recurrent_activation": "hard_sigmoid"},
        "it knows the activations tanh and sigmoid of the gates alone",
    ),
    ({"cell": "gru", "reset_after": False}, "it knows the GRU with `reset_after=True` alone"),
    ({"cell": "lstm", "recurrent_dropout": 0.1}, "it has no `recurrent_dropout`"),
    ({"cell": "gru", "stateful": True}, "it has no `stateful`"),
    ({"cell": "vanilla", "unroll": True}, "it has no `unroll`"),
    ({"cell": "lstm", "activity_regularizer": "l2"}, "it has no `activity_regularizer`"),
]
any_unknown = pytest.mark.parametrize(("options", "reason"), UNKNOWN, ids=[reason[3:] for _, reason in UNKNOWN])

# The rule of "auto"


@pytest.mark.parametrize("options", [{}, {"use_bias": False, "dropout": 0.2, "kernel_regularizer": "l2"}])
@pytest.mark.parametrize("cell", ["vanilla", "lstm", "gru"])
def test_trains_fused_and_infers_uncompiled(cell, options):
    assert chosen(True, cell=cell, **options) == "fused"
    assert chosen(False, cell=cell, **options) == chosen(None, cell=cell, **options) == UNCOMPILED


@pytest.mark.parametrize("activation", [None, "relu", keras.activations.sigmoid, ops.tanh, keras.activations.linear])
def test_activations_that_it_knows(activation):
    assert chosen(True, cell="vanilla", activation=activation) == "fused"


@any_unknown
def test_what_the_loops_do_not_know_is_general(options, reason):
    assert chosen(True, **options) == chosen(False, **options) == "general"


def test_an_activation_without_source_is_general():
    """As one that was typed in at a prompt."""
    activation = eval("lambda x: x / 2")
    assert chosen(True, cell="vanilla", activation=activation) == "general"


def test_a_registered_cell_is_general():
    class Plain(keras.layers.RNN):
        def __init__(self, units, dropout=0.0, recurrent_dropout=0.0, seed=None, **options):
            super().__init__(keras.layers.SimpleRNNCell(units, dropout=dropout, seed=seed), **options)

    register_cell("plain", Plain)
    try:
        assert chosen(True, cell="plain") == "general"
    finally:
        del CELLS["plain"]


def test_truncation_and_checkpoints_are_of_training():
    for options in ({"truncate": 3}, {"checkpoint": 3}):
        assert chosen(True, **options) == "fused"
        assert chosen(False, **options) == UNCOMPILED


@pytest.mark.parametrize("training", [True, False])
def test_on_a_gpu(monkeypatch, training):
    monkeypatch.setattr(implementation, "on_gpu", lambda: True)
    assert [chosen(training, cell=cell) for cell in ("vanilla", "lstm", "gru")] == ["general", "cudnn", "cudnn"]
    assert chosen(training, cell="lstm", recurrent_dropout=0.1) == "general"
    assert chosen(training, cell="gru", use_bias=False) == "general"
    assert chosen(training, cell="lstm", truncate=3) == ("fused" if training else "cudnn")


@pytest.mark.parametrize("training", [True, False])
def test_what_is_asked_for_is_taken(training):
    assert chosen(training, implementation="general") == "general"
    assert chosen(training, implementation="fused") == "fused"


# Bad input


@any_unknown
@pytest.mark.parametrize("name", ["fused", pytest.param("graph", marks=needs_tensorflow)])
def test_what_cannot_run_a_cell_says_why(options, reason, name):
    with pytest.raises(ValueError) as error:
        Recurrent(units=UNITS, implementation=name, **options)
    assert str(error.value) == f"`implementation` {name!r} cannot run this cell: {reason}; use 'auto' or 'general'."


@pytest.mark.skipif(keras.backend.backend() == "tensorflow", reason="other backends only")
def test_graph_needs_tensorflow():
    with pytest.raises(ValueError) as error:
        Recurrent("lstm", UNITS, implementation="graph")
    backend = keras.backend.backend()
    expected = (
        f"`implementation` 'graph' needs the TensorFlow backend, and this is {backend!r}; use 'auto' or 'general'."
    )
    assert str(error.value) == expected


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
    expected = f"`{name}` needs the loops of `implementation` 'fused', which has no `recurrent_dropout`; leave it None."
    assert str(error.value) == expected


@pytest.mark.parametrize("name", ["truncate", "checkpoint"])
@pytest.mark.parametrize("value", [0, -3, True, 2.5])
def test_bad_steps_are_named(name, value):
    with pytest.raises(ValueError) as error:
        Recurrent("lstm", UNITS, **{name: value})
    expected = f"`{name}` must be a positive integer, got {value!r}. Any k >= 1 works; None takes all steps."
    assert str(error.value) == expected


def test_an_unknown_implementation_lists_the_known():
    with pytest.raises(ValueError) as error:
        Recurrent("lstm", UNITS, implementation="fuzed")
    known = "'auto', 'general', 'fused', 'graph', 'cudnn'"
    assert str(error.value) == f"`implementation` must be one of {known}; got 'fuzed'. Did you mean 'fused'?"


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_use_cudnn_is_no_option(cell):
    with pytest.raises(ValueError, match=r"`cell option` must be one of .*; got 'use_cudnn'"):
        Recurrent(cell, UNITS, use_cudnn=True)


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_cudnn_without_a_gpu_names_the_general_path(monkeypatch, cell):
    monkeypatch.setattr(implementation, "on_gpu", lambda: False)
    with pytest.raises(ValueError) as error:
        Recurrent(cell, UNITS, implementation="cudnn")
    expected = "`implementation` 'cudnn' needs a GPU that TensorFlow sees, and there is none; use 'auto' or 'general'."
    assert str(error.value) == expected


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"cell": "lstm", "use_bias": False}, "`implementation` 'cudnn' needs `use_bias=True`"),
        ({"cell": "gru", "reset_after": False}, "`implementation` 'cudnn' cannot run this cell: it knows the GRU"),
        ({"cell": "vanilla", "activation": "sigmoid"}, "`implementation` 'cudnn' needs `activation` 'tanh' or 'relu'"),
        ({"cell": "gru", "checkpoint": 2}, "`checkpoint` needs the loops of `implementation` 'fused', got 'cudnn'"),
    ],
)
def test_cudnn_says_what_it_cannot_run(monkeypatch, options, reason):
    monkeypatch.setattr(implementation, "on_gpu", lambda: True)
    with pytest.raises(ValueError) as error:
        Recurrent(units=UNITS, implementation="cudnn", **options)
    assert str(error.value).startswith(reason)


# Configurations


def test_a_layer_saved_on_cudnn_loads_where_there_is_none(monkeypatch):
    monkeypatch.setattr(implementation, "on_gpu", lambda: True)
    config = Recurrent("lstm", UNITS, implementation="cudnn").get_config()
    assert config["implementation"] == "cudnn"
    monkeypatch.undo()
    with pytest.warns(UserWarning, match="TensorFlow sees no GPU here: it runs as 'auto'"):
        assert Recurrent.from_config(config).implementation == "auto"


@pytest.mark.parametrize("name", ["truncate", "checkpoint"])
def test_a_numpy_integer_is_written_as_one_of_python(name):
    assert json.dumps(Recurrent("lstm", UNITS, **{name: np.int64(3)}).get_config()[name]) == "3"


def test_a_configuration_of_before_is_auto():
    config = Recurrent("lstm", UNITS).get_config()
    for name in ("implementation", "truncate", "checkpoint"):
        del config[name]
    loaded = Recurrent.from_config(config)
    assert (loaded.implementation, loaded.truncate, loaded.checkpoint) == ("auto", None, None)
