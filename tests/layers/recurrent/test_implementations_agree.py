"""Recurrent by the loops of `rnn_zoo.bptt`, and by PyTorch's operators, held to Recurrent by Keras's layers."""

import keras
import numpy as np
import pytest
from differentiate import layer_values_and_gradients
from helpers import CLOSE, needs_tensorflow, random_inputs, run_layer_test
from keras import ops

from rnn_zoo import Classes, Tokens, many_to_one
from rnn_zoo.layers import Recurrent

BATCH, TIME, FEATURES, UNITS = 4, 5, 3, 6
MASK = np.array([[1, 1, 1, 1, 1], [1, 1, 0, 0, 0], [0, 1, 0, 1, 1], [0, 0, 0, 0, 0]], bool)


each = pytest.mark.parametrize(
    "implementation",
    [
        "fused",
        pytest.param("torch", marks=pytest.mark.skipif(keras.backend.backend() != "torch", reason="PyTorch only")),
    ],
)


def both(implementation="fused", **options):
    """The same layer with the same weights, general and by another implementation."""
    layers = [Recurrent(units=UNITS, implementation=name, **options) for name in ("general", implementation)]
    for layer in layers:
        layer.build((BATCH, TIME, FEATURES))
        layer.set_weights(layers[0].get_weights())
    return layers


def outputs_and_gradients(layer, **call):
    """Outputs and states in training, and gradients of their squares by every weight and the inputs."""
    inputs = ops.cast(random_inputs((BATCH, TIME, FEATURES)), layer.compute_dtype)

    def total(values):
        # Weights differ for each step and unit.
        parts = [ops.cast(value, "float32") for value in keras.tree.flatten(values)]
        return sum(ops.sum(ops.multiply(ops.square(part), random_inputs(tuple(part.shape), seed=2))) for part in parts)

    found = layer_values_and_gradients(layer, inputs, total, by_inputs=True, training=True, **call)
    return [np.asarray(array, "float32") for array in keras.tree.flatten(found)]


def assert_close(actual, expected, tolerance):
    for one, other in zip(actual, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=tolerance * max(1, np.abs(other).max()))


@pytest.mark.parametrize(
    ("options", "starts"),
    [
        pytest.param(
            {"cell": "vanilla", "bidirectional": True, "dropout": 0.3, "residual": True, "seed": 1},
            False,
            marks=needs_tensorflow,
        ),
        ({"cell": "lstm", "depth": 2, "normalization": "layer", "return_state": True}, True),
        (
            {
                "cell": "gru",
                "bidirectional": True,
                "merge": "sum",
                "dropout": 0.3,
                "return_sequences": False,
                "seed": 1,
            },
            True,
        ),
        pytest.param(
            {
                "cell": "vanilla",
                "activation": "relu",
                "use_bias": False,
                "state_initializer": "random_normal",
                "go_backwards": True,
                "return_sequences": False,
                "return_state": True,
                "residual": True,
                "seed": 1,
            },
            False,
            marks=needs_tensorflow,
        ),
    ],
    ids=["vanilla", "lstm", "gru", "relu"],
)
@pytest.mark.parametrize("masked", [True, False])
@each
def test_equal(options, starts, implementation, masked):
    if not masked and implementation == "fused":
        pytest.skip("the same loop with a mask of ones")
    general, fused = both(implementation, **options)
    call = {"mask": MASK if masked else None}
    if starts:
        drawn = [random_inputs((BATCH, UNITS), seed=number) for number, _ in enumerate(general.state_names)]
        # One state is missing: it starts as the cell does.
        call["initial_state"] = dict(list(zip(general.state_names, drawn, strict=True))[1:])
    assert_close(outputs_and_gradients(fused, **call), outputs_and_gradients(general, **call), 10 * CLOSE)


@pytest.mark.parametrize(
    ("cell", "dtype", "tolerance"),
    [pytest.param("vanilla", "mixed_float16", 0.01, marks=needs_tensorflow), ("gru", "mixed_bfloat16", 0.05)],
)
@each
def test_mixed_precision(cell, dtype, tolerance, implementation):
    general, fused = both(implementation, cell=cell, dtype=dtype)
    found = outputs_and_gradients(fused, mask=MASK)
    assert_close(found, outputs_and_gradients(general, mask=MASK), tolerance)


@pytest.mark.parametrize(
    "cell", ["vanilla", pytest.param("lstm", marks=needs_tensorflow), pytest.param("gru", marks=needs_tensorflow)]
)
@each
def test_layer_contract(cell, implementation):
    run_layer_test(
        Recurrent,
        {"cell": cell, "units": UNITS, "implementation": implementation},
        input_shape=(BATCH, TIME, FEATURES),
        mask=MASK,
        expected_output_shape=(BATCH, TIME, UNITS),
        lengths=(1,) if cell == "vanilla" else (),
        mixed_output_dtype=None,
    )


@needs_tensorflow
def test_an_export_has_no_xla_compiled_parts(tmp_path):
    """XLA would compile for each text length."""
    import tensorflow as tf
    from tensorflow.core.protobuf import saved_model_pb2

    from rnn_zoo.tasks.text_classification.export import save
    from rnn_zoo.text import Vocabulary

    vocabulary = Vocabulary.fit(["good bad"], size=5)
    recurrence = Recurrent("gru", UNITS, bidirectional=True, implementation="fused")
    model = many_to_one(Tokens(vocabulary.size, 2), recurrence, Classes(2))
    ids = np.array([[2, 3, 2], [3, 0, 0]], "int32")
    expected = model.predict(ids, verbose=0)
    folder = save(model, vocabulary, ["no", "yes"], tmp_path / "export")
    loaded = tf.saved_model.load(folder)
    np.testing.assert_allclose(loaded.serve_tokens(ids)["probabilities"], expected, atol=1e-6)
    graphs = saved_model_pb2.SavedModel.FromString((folder / "saved_model.pb").read_bytes()).meta_graphs
    functions = [function for graph in graphs for function in graph.graph_def.library.function]
    assert functions and not any(function.attr["_XlaMustCompile"].b for function in functions)
    assert recurrence.implementation == "fused"


def test_two_steps_of_fit():
    def trained(implementation, **options):
        model = keras.Sequential(
            [
                keras.Input((None, FEATURES)),
                keras.layers.Masking(),
                Recurrent("lstm", UNITS, return_sequences=False, implementation=implementation, dropout=0.2, seed=1),
                keras.layers.Dense(1),
            ]
        )
        model.set_weights([random_inputs(w.shape, seed=n) / 2 for n, w in enumerate(model.get_weights())])
        model.compile(keras.optimizers.SGD(0.1), "mse")
        model.optimizer.build(model.trainable_variables)  # or Keras traces the step twice
        before = model.get_weights()
        inputs = random_inputs((2 * BATCH, TIME, FEATURES)) * np.tile(MASK, (2, 1))[..., None]
        model.fit(inputs, random_inputs((2 * BATCH, 1), seed=3), batch_size=BATCH, shuffle=False, verbose=0)
        return before, model.get_weights()

    before, expected = trained("general")
    _, actual = trained("auto")
    assert all((new != old).any() for new, old in zip(expected, before, strict=True))
    assert_close(actual, expected, 1e-4)
