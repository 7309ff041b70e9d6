"""The loop for inference beside the layers of Keras."""

import keras
import numpy as np
import pytest
from helpers import random_inputs
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_zoo.cells import VanillaRNN
from rnn_zoo.layers import Recurrent
from rnn_zoo.layers.recurrent.inference_loop import inference_loop

if keras.backend.backend() != "tensorflow":
    pytest.skip("the loop is TensorFlow's", allow_module_level=True)

import tensorflow as tf

LAYERS = {"vanilla": VanillaRNN, "gru": keras.layers.GRU, "lstm": keras.layers.LSTM}
UNITS = 3
MASK = np.array([[1, 1, 1, 1, 1, 1], [1, 1, 0, 0, 0, 0], [0, 1, 0, 0, 1, 1], [0, 0, 0, 0, 0, 0]], bool)
INPUTS = random_inputs((*MASK.shape, 2))


def layer_of(kind, reverse=False, **options):
    options = {"recurrent_initializer": "glorot_uniform", "bias_initializer": "normal", **options}
    if kind != "vanilla":
        options["use_cudnn"] = False
    layer = LAYERS[kind](UNITS, return_sequences=True, return_state=True, go_backwards=reverse, **options)
    layer.build((None, None, 2))
    return layer


def by_keras(layer, inputs, mask, initial):
    sequence, *states = layer(inputs, mask=mask, initial_state=initial)
    return sequence[:, ::-1] if layer.go_backwards else sequence, states


def by_loop(kind, layer, inputs, mask, initial):
    weights = (layer.cell.kernel, layer.cell.recurrent_kernel, layer.cell.bias)
    return inference_loop(
        kind, inputs, mask, initial, weights, reverse=layer.go_backwards, activation=layer.cell.activation
    )


def assert_same(found, expected, valid, tolerance=1e-5):
    valid = valid[..., None]
    np.testing.assert_allclose(np.where(valid, found[0], 0), np.where(valid, expected[0], 0), atol=tolerance)
    for one, other in zip(found[1], expected[1], strict=True):
        np.testing.assert_allclose(one, other, atol=tolerance)


@pytest.mark.parametrize("kind", LAYERS)
@settings(max_examples=12)
@given(data=st.data())
def test_equals_the_keras_layer(kind, data):
    batch, time = data.draw(st.integers(1, 3)), data.draw(st.integers(1, 9))
    draw = np.random.default_rng(data.draw(st.integers(0, 99)))
    layer = layer_of(kind, data.draw(st.booleans()), use_bias=data.draw(st.booleans()))
    inputs = draw.standard_normal((batch, time, 2)).astype("float32")
    initial = [draw.standard_normal((batch, UNITS)).astype("float32") for _ in layer.get_initial_state(batch)]
    valid = draw.random((batch, time)) < data.draw(st.sampled_from([0.0, 0.5, 1.0]))
    found = by_loop(kind, layer, inputs, valid, initial)
    assert_same(found, by_keras(layer, inputs, valid, initial), valid)
    assert found[0].shape == (batch, time, UNITS)


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("kind", LAYERS)
def test_one_graph_for_any_batch_size_and_length(kind, reverse):
    layer = layer_of(kind, reverse)
    signature = [tf.TensorSpec([None, None, 2])]

    @tf.function(input_signature=signature, autograph=False)
    def graph(inputs):
        return by_loop(kind, layer, inputs, None, layer.get_initial_state(tf.shape(inputs)[0]))

    for batch, time in [(1, 1), (2, 4), (4, 6)]:
        inputs = INPUTS[:batch, :time]
        expected = by_keras(layer, inputs, None, layer.get_initial_state(batch))
        assert_same(graph(inputs), expected, np.ones((batch, time), bool))
    assert graph(INPUTS[:0])[0].shape == (0, 6, UNITS)
    assert graph(INPUTS[:, :0])[0].shape == (4, 0, UNITS)
    operations = {operation.type for operation in graph.get_concrete_function().graph.get_operations()}
    assert "StatelessWhile" in operations, "a loop that reads variables at each step"


@pytest.mark.parametrize("kind", LAYERS)
def test_padding_is_ignored(kind):
    layer = layer_of(kind, reverse=True)
    initial = layer.get_initial_state(len(INPUTS))
    other = np.where(MASK[..., None], INPUTS, np.nan)
    found = by_loop(kind, layer, other, MASK, initial)
    assert_same(found, by_loop(kind, layer, INPUTS, MASK, initial), MASK, tolerance=0)


@pytest.mark.parametrize("kind", LAYERS)
def test_gradients_equal_those_of_the_layer(kind):
    layer = layer_of(kind, reverse=True)
    gradients = []
    for run in (by_keras, lambda *arguments: by_loop(kind, *arguments)):
        with tf.GradientTape() as tape:
            sequence, states = run(layer, INPUTS, MASK, layer.get_initial_state(len(INPUTS)))
            loss = tf.reduce_sum(tf.where(MASK[..., None], sequence, 0) ** 2) + tf.reduce_sum(states[-1])
        gradients.append(tape.gradient(loss, [weight.value for weight in layer.trainable_weights]))
    for one, other in zip(*gradients, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_other_activations():
    layer = layer_of("gru", activation="relu")
    initial = layer.get_initial_state(len(INPUTS))
    assert_same(by_loop("gru", layer, INPUTS, MASK, initial), by_keras(layer, INPUTS, MASK, initial), MASK)


@pytest.mark.parametrize("kind", LAYERS)
def test_16_bits_are_close(kind):
    layer = layer_of(kind)
    initial = layer.get_initial_state(len(INPUTS))
    found = by_loop(kind, layer, tf.cast(INPUTS, "bfloat16"), MASK, initial)
    assert found[0].dtype == found[1][0].dtype == "bfloat16"
    found = keras.tree.map_structure(lambda array: tf.cast(array, "float32"), found)
    assert_same(found, by_keras(layer, INPUTS, MASK, initial), MASK, tolerance=0.05)


def test_xla_compiles_it():
    layer = layer_of("lstm")
    initial = layer.get_initial_state(len(INPUTS))
    compiled = tf.function(lambda *arguments: by_loop("lstm", layer, *arguments), jit_compile=True, autograph=False)
    assert_same(compiled(INPUTS, MASK, initial), by_keras(layer, INPUTS, MASK, initial), MASK)


def test_a_static_batch_size_of_one_runs_in_a_graph():
    layer = Recurrent("lstm", 3, depth=2)
    steps = random_inputs((1, 5, 2))
    traced = tf.function(layer, input_signature=[tf.TensorSpec([1, None, 2])])
    np.testing.assert_allclose(traced(steps), layer(steps), atol=1e-6)
