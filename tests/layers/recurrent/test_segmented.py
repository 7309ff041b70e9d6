import hypothesis.extra.numpy
import keras
import numpy as np
import pytest
from helpers import examples, one_backend, random_inputs, run_layer_test, run_model_test
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from rnn_zoo.layers import Classes, Recurrent, Segmented, TimePooling, Tokens
from rnn_zoo.topologies import many_to_one

IDS = np.array([[2, 3, 4, 5, 2], [4, 3, 2, 0, 0], [2, 0, 0, 0, 0], [0, 0, 0, 0, 0]], "int32")
MASK = IDS != 0


def numpy(tensor):
    return ops.convert_to_numpy(tensor)


@pytest.fixture(scope="module")
def recurrence():
    recurrence = Recurrent("vanilla", 2, bidirectional=True, bias_initializer="ones", seed=1)
    recurrence.build((None, None, 3))
    return recurrence


def read(steps, valid, kernel, recurrent_kernel, bias):
    """The states of the vanilla recurrence over one segment; zeros at masked steps."""
    state, outputs = np.zeros(2), []
    for step, is_valid in zip(steps, valid, strict=True):
        state = np.tanh(step @ kernel + state @ recurrent_kernel + bias) if is_valid else state
        outputs.append(state * is_valid)
    return np.array(outputs)


@given(
    mask=hypothesis.extra.numpy.arrays(bool, st.tuples(st.integers(1, 3), st.integers(1, 7))),
    length=st.integers(1, 4),
)
@settings(max_examples=examples(8))
def test_equals_the_recurrence_on_each_segment(recurrence, mask, length):
    inputs = random_inputs((*mask.shape, 3))
    found = numpy(Segmented(recurrence, length)(inputs, mask=mask))
    weights = recurrence.get_weights()
    forward, backward = weights[:3], weights[3:]
    for row, (steps, valid) in enumerate(zip(inputs, mask, strict=True)):
        for start in range(0, len(steps), length):
            part = slice(start, start + length)
            ahead = read(steps[part], valid[part], *forward)
            back = read(steps[part][::-1], valid[part][::-1], *backward)[::-1]
            np.testing.assert_allclose(found[row, part], np.concatenate([ahead, back], axis=1), atol=1e-5)


@given(time=st.integers(1, 7), more=st.integers(1, 6), length=st.integers(1, 4))
@settings(max_examples=examples(4))
def test_padding_changes_no_output(recurrence, time, more, length):
    inputs = random_inputs((2, time, 3))
    layer, pool = Segmented(recurrence, length), TimePooling(("last", "max", "mean"), backward_features=2)
    mask = np.ones((2, time), bool)
    longer, longer_mask = np.pad(inputs, [(0, 0), (0, more), (0, 0)]), np.pad(mask, [(0, 0), (0, more)])
    outputs, padded = layer(inputs), layer(longer, mask=longer_mask)
    np.testing.assert_allclose(numpy(padded)[:, :time], numpy(outputs), atol=1e-6)
    np.testing.assert_allclose(numpy(pool(padded, mask=longer_mask)), numpy(pool(outputs)), atol=1e-6)


@pytest.mark.parametrize("length", [2, 64])
def test_layer_contract(length):
    run_layer_test(
        Segmented,
        {"recurrence": Recurrent("lstm", 2, seed=1), "length": length},
        input_shape=(4, 5, 3),
        mask=MASK,
        expected_output_shape=(4, 5, 2),
        mixed_output_dtype=None,  # the recurrence has its own policy, as in the wrappers of Keras
    )


@one_backend
def test_mixed_precision_is_close():
    inputs, recurrence = random_inputs((4, 5, 3)), Recurrent("gru", 2)
    expected = numpy(Segmented(recurrence, 2)(inputs, mask=MASK))
    keras.config.set_dtype_policy("mixed_bfloat16")
    mixed = Segmented(Recurrent("gru", 2), 2)
    mixed(inputs, mask=MASK)
    mixed.set_weights(recurrence.get_weights())
    outputs = mixed(inputs, mask=MASK)
    assert keras.backend.standardize_dtype(outputs.dtype) == "bfloat16"
    np.testing.assert_allclose(numpy(ops.cast(outputs, "float32")), expected, atol=0.05)


def test_one_segment_equals_the_recurrence(recurrence):
    inputs = random_inputs((4, 5, 3))
    expected = recurrence(inputs, mask=MASK)
    np.testing.assert_allclose(numpy(Segmented(recurrence, 5)(inputs, mask=MASK)), numpy(expected), atol=1e-6)


class Shape(keras.layers.Layer):
    """Returns at every step the shape of its inputs: rows, steps."""

    supports_masking = True

    def call(self, inputs, mask=None):
        shape = ops.cast(ops.stack([ops.shape(inputs)[0], ops.shape(inputs)[1]]), "float32")
        return ops.zeros_like(inputs[..., :1]) + shape

    def compute_output_shape(self, inputs_shape):
        return (*inputs_shape[:2], 2)


@pytest.mark.parametrize(("time", "steps"), [(1, 1), (5, 5), (8, 8), (9, 8)])
def test_a_short_text_has_a_short_loop(time, steps):
    layer = Segmented(Shape(), 8)
    assert numpy(layer(random_inputs((2, time, 3))))[0, 0, 1] == steps
    unknown_time = keras.Model(inputs := keras.Input((None, 3)), layer(inputs))
    assert unknown_time.predict(random_inputs((2, time, 3)), verbose=0)[0, 0, 1] == steps


def test_a_batch_without_steps(recurrence):
    assert numpy(Segmented(recurrence, 4)(np.zeros((2, 0, 3), "float32"))).shape == (2, 0, 4)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="JAX compiles for a fixed number of rows")
def test_segments_of_padding_are_skipped():
    mask = np.array([[1, 1, 1, 1, 1, 1], [1, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]], bool)
    layer, inputs = Segmented(Shape(), 2), random_inputs((3, 6, 3))
    found = numpy(layer(inputs, mask=mask))
    assert found[0, 0, 0] == found[1, 0, 0] == 4
    assert not found[1, 2:].any() and not found[2].any()
    assert numpy(layer(inputs, mask=mask, training=True))[0, 0, 0] == 9


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="XLA of TensorFlow")
def test_padding_is_skipped_under_xla(recurrence):
    import tensorflow as tf

    layer, inputs = Segmented(recurrence, 2), random_inputs((4, 5, 3))
    compiled = tf.function(lambda inputs, mask: layer(inputs, mask=mask), jit_compile=True)
    np.testing.assert_allclose(numpy(compiled(inputs, MASK)), numpy(layer(inputs, mask=MASK)), atol=1e-6)


@one_backend
def test_dropout_runs_in_training_only():
    layer = Segmented(Recurrent("gru", 8, dropout=0.5, seed=1), 2)
    inputs = random_inputs((2, 5, 3))
    np.testing.assert_array_equal(numpy(layer(inputs)), numpy(layer(inputs, training=False)))
    assert not np.allclose(numpy(layer(inputs, training=True)), numpy(layer(inputs)))


@one_backend
@pytest.mark.parametrize("pooling", ["last", "attention", ("max", "mean")])
def test_a_model_pools_over_it(pooling):
    segmented = Segmented(Recurrent("gru", 2, bidirectional=True), 2)
    model = many_to_one(Tokens(6, 3), segmented, Classes(2), pooling=pooling)
    outputs = numpy(model(IDS))
    assert np.isfinite(outputs).all()
    np.testing.assert_allclose(numpy(model(np.pad(IDS, [(0, 0), (0, 4)]))), outputs, atol=1e-6)
    if pooling == "attention":  # the only one with weights
        run_model_test(model, IDS, (4, 2))


def test_last_pooling_of_mixed_directions_raises():
    segmented = Segmented(Recurrent("gru", 2, bidirectional=True, merge="sum"), 2)
    with pytest.raises(ValueError, match="merge='sum'"):
        many_to_one(Tokens(6, 3), segmented, Classes(2))


def test_keras_layers_run_in_it():
    layer = Segmented(keras.layers.LSTM(2, return_sequences=True, use_cudnn=False), 2)
    inputs = random_inputs((4, 5, 3))
    outputs = numpy(layer(inputs, mask=MASK))
    assert outputs.shape == (4, 5, 2)
    np.testing.assert_allclose(outputs[0, 2:4], numpy(layer.recurrence(inputs[:1, 2:4]))[0], atol=1e-6)


@pytest.mark.parametrize(
    ("recurrence", "length", "message"),
    [
        (Recurrent("gru", 2), 0, "`length` must be a positive integer, got 0"),
        (Recurrent("gru", 2, return_sequences=False), 2, "`recurrence` must return sequences"),
        (keras.layers.LSTM(2), 2, "return_sequences=True"),
        (Recurrent("gru", 2, return_state=True), 2, "`recurrence` must return sequences only"),
        (Recurrent("gru", 2, stateful=True), 2, "`recurrence` must not be stateful"),
    ],
)
def test_errors_name_the_argument(recurrence, length, message):
    with pytest.raises(ValueError, match=message):
        Segmented(recurrence, length)
