import importlib.util
import os
import subprocess
import sys

import hypothesis.extra.numpy
import keras
import numpy as np
import pytest
from helpers import examples, gradients, needs_tensorflow, one_backend, random_inputs
from hypothesis import given
from keras import ops
from vanilla_reference import (
    BATCH,
    FEATURES,
    INPUTS,
    MASK,
    NUMPY_ACTIVATIONS,
    STATE,
    TIME,
    UNITS,
    close,
    halved_sine,
    numpy,
    reference,
    weights,
    with_weights,
)

from rnn_zoo.cells import VanillaCell, VanillaRNN

# With a mask Keras's own unrolled loop fails on PyTorch.
UNROLL = [False, pytest.param(True, marks=pytest.mark.skipif(keras.backend.backend() == "torch", reason="Keras fails"))]

# The equation


def test_hello():
    """The classic example: letters h, e, l, o; the network processes "h", then "e"."""
    w_xh = [[0.287027, 0.846060, 0.572392, 0.486813], [0.902874, 0.871522, 0.691079, 0.189980]]
    w_xh.append([0.537524, 0.092340, 0.558150, 0.491528])
    w_hy = [[0.37168, 0.974829459, 0.830034886], [0.39141, 0.282585823, 0.659835709]]
    w_hy += [[0.64985, 0.09821557, 0.334287084], [0.91266, 0.32581642, 0.144630018]]
    rnn = VanillaRNN(3, return_sequences=True)
    rnn.build((1, 2, 4))
    rnn.set_weights([np.transpose(w_xh), 0.427043 * np.eye(3), np.full(3, 0.567001)])
    states = ops.convert_to_numpy(rnn(np.eye(4, dtype="float32")[None, :2]))[0]
    np.testing.assert_allclose(states[0], [0.69316794, 0.89955361, 0.80211853], rtol=0, atol=1e-6)
    np.testing.assert_allclose(states[1], [0.93653377, 0.94910407, 0.76238262], rtol=0, atol=1e-6)
    answers = ops.convert_to_numpy(ops.softmax(states @ np.transpose(w_hy)))
    np.testing.assert_allclose(answers[0], [0.43231876, 0.20512288, 0.16009574, 0.20246261], rtol=0, atol=1e-6)
    np.testing.assert_allclose(answers[1], [0.41975184, 0.19468315, 0.16242754, 0.22313747], rtol=0, atol=1e-6)


@pytest.mark.parametrize("activation", [*NUMPY_ACTIVATIONS, halved_sine, ops.sin, lambda x: x * x / 9])
def test_equals_numpy_for_any_activation(activation):
    rnn = with_weights(VanillaRNN(UNITS, activation, return_sequences=True, return_state=True))
    f = NUMPY_ACTIVATIONS.get(activation) or (lambda x: numpy(activation(x))[0])
    close(rnn(INPUTS), reference(INPUTS, *weights(), f=f))


def test_relu_with_identity_recurrence_accumulates():
    rnn = VanillaRNN(2, "relu", kernel_initializer="identity", recurrent_initializer="identity")
    close(rnn(np.ones((1, 7, 2), "float32")), np.full((1, 2), 7.0))


def test_without_bias():
    rnn = with_weights(VanillaRNN(UNITS, use_bias=False), weights()[:2])
    assert [weight.name for weight in rnn.weights] == ["kernel", "recurrent_kernel"]
    close(rnn(INPUTS), reference(INPUTS, *weights()[:2])[1])


def test_additive_and_concatenated_form_are_the_same_function():
    kernel, recurrent_kernel, bias = weights()
    cell = VanillaCell(UNITS)
    cell.build((BATCH, FEATURES))
    cell.set_weights([kernel, recurrent_kernel, bias])
    additive, _ = cell(INPUTS[:, 0], [STATE])
    both = ops.concatenate([INPUTS[:, 0], STATE], axis=1)
    concatenated = ops.tanh(ops.matmul(both, np.concatenate([kernel, recurrent_kernel])) + bias)
    close(additive, concatenated, atol=1e-6)


def test_cell_returns_the_documented_shapes():
    output, states = VanillaCell(UNITS)(INPUTS[:, 0], [STATE])
    assert isinstance(states, list) and len(states) == 1
    assert tuple(output.shape) == tuple(states[0].shape) == (BATCH, UNITS)
    close(output, states[0])


# Equal to Keras


@pytest.mark.parametrize("unroll", UNROLL)
@pytest.mark.parametrize("go_backwards", [False, True])
@pytest.mark.parametrize("return_sequences", [False, True])
def test_equals_simple_rnn(return_sequences, go_backwards, unroll):
    options = {"return_sequences": return_sequences, "go_backwards": go_backwards, "unroll": unroll}
    ours = with_weights(VanillaRNN(UNITS, return_state=True, **options))
    theirs = with_weights(keras.layers.SimpleRNN(UNITS, return_state=True, **options))
    for mask in (None, MASK):
        for state in (None, STATE):
            close(ours(INPUTS, mask=mask, initial_state=state), theirs(INPUTS, mask=mask, initial_state=state))


def test_weights_are_those_of_simple_rnn():
    ours, theirs = VanillaRNN(UNITS), keras.layers.SimpleRNN(UNITS)
    ours.build((None, None, FEATURES)), theirs.build((None, None, FEATURES))
    assert [(w.name, w.shape) for w in ours.weights] == [(w.name, w.shape) for w in theirs.weights]


def test_gradients_are_those_of_simple_rnn():
    ours = with_weights(VanillaRNN(UNITS, return_sequences=True))
    theirs = with_weights(keras.layers.SimpleRNN(UNITS, return_sequences=True))
    close(gradients(ours, INPUTS, mask=MASK), gradients(theirs, INPUTS, mask=MASK))


def test_zero_output_for_mask():
    rnn = with_weights(VanillaRNN(UNITS, return_sequences=True, zero_output_for_mask=True))
    outputs = reference(INPUTS, *weights(), mask=MASK)[0]
    close(rnn(INPUTS, mask=MASK), np.where(MASK[..., None], outputs, 0))


# Initial state


def test_initial_state_is_zero_by_default():
    rnn = with_weights(VanillaRNN(UNITS))
    close(rnn.get_initial_state(BATCH), [np.zeros((BATCH, UNITS))])
    close(rnn(INPUTS), rnn(INPUTS, initial_state=np.zeros((BATCH, UNITS), "float32")))


@pytest.mark.parametrize("given", [STATE, [STATE], (STATE,)], ids=["array", "list", "tuple"])
def test_given_initial_state(given):
    rnn = with_weights(VanillaRNN(UNITS, return_sequences=True, return_state=True))
    close(rnn(INPUTS, initial_state=given), reference(INPUTS, *weights(), state=STATE))


def test_random_initial_state_is_seeded():
    def state(seed, rows=BATCH):
        return numpy(VanillaRNN(UNITS, state_initializer="random_normal", seed=seed).get_initial_state(rows))[0]

    assert np.any(state(1))
    close(state(1), state(1))
    assert not np.allclose(state(1), state(2))
    close(state(1, rows=1)[0], state(1)[3])  # a row's output does not depend on its position in the batch


def test_random_initial_state_is_used():
    rnn = with_weights(VanillaRNN(UNITS, state_initializer="random_normal", seed=1))
    close(rnn(INPUTS), reference(INPUTS, *weights(), state=numpy(rnn.get_initial_state(BATCH))[0])[1])


def test_random_initial_state_without_a_seed_is_kept_by_the_configuration():
    layer = VanillaRNN(UNITS, state_initializer="random_normal")
    same = VanillaRNN.from_config(layer.get_config())
    close(same.get_initial_state(2), layer.get_initial_state(2))
    other = VanillaRNN(UNITS, state_initializer="random_normal")
    assert not np.allclose(numpy(other.get_initial_state(2)), numpy(layer.get_initial_state(2)))


def test_random_initial_state_follows_the_global_seed():
    states = []
    for _ in range(2):
        keras.utils.set_random_seed(3)
        states.append(VanillaRNN(UNITS, state_initializer="random_normal").get_initial_state(1))
    close(*states)


@pytest.mark.parametrize(
    "initializer", [keras.initializers.Constant(0.5), lambda shape, dtype=None: ops.full(shape, 0.5, dtype)]
)
def test_any_state_initializer(initializer):
    close(VanillaCell(UNITS, state_initializer=initializer).get_initial_state(2), [np.full((2, UNITS), 0.5)])


def test_state_initializer_keeps_its_own_seed():
    own = keras.initializers.RandomUniform(seed=5)
    states = [VanillaCell(UNITS, state_initializer=own, seed=seed).get_initial_state(1) for seed in (1, 2)]
    close(*states)


# Masks


@pytest.mark.parametrize("unroll", UNROLL)
@pytest.mark.parametrize("go_backwards", [False, True])
def test_masks(go_backwards, unroll):
    options = {"return_sequences": True, "return_state": True, "go_backwards": go_backwards, "unroll": unroll}
    rnn = with_weights(VanillaRNN(UNITS, **options))
    outputs, state = numpy(rnn(INPUTS, mask=MASK))
    close([outputs, state], reference(INPUTS, *weights(), mask=MASK, backwards=go_backwards))
    assert not outputs[-1].any() and not state[-1].any(), "an entirely masked row keeps its initial state"
    # A skipped step has no effect.
    for row in range(BATCH - 1):
        close(rnn(INPUTS[row : row + 1, MASK[row]])[1][0] if not unroll else state[row], state[row])


@pytest.fixture(scope="module")
def pairs():
    """Pairs (ours, Keras's) with equal weights, forwards and backwards."""
    options = {"return_sequences": True, "return_state": True}
    return {
        backwards: [
            with_weights(layer(UNITS, go_backwards=backwards, **options))
            for layer in (VanillaRNN, keras.layers.SimpleRNN)
        ]
        for backwards in (False, True)
    }


@given(
    mask=hypothesis.extra.numpy.arrays(bool, (BATCH, TIME)),
    backwards=hypothesis.strategies.booleans(),
    start=hypothesis.strategies.booleans(),
)
@hypothesis.settings(max_examples=examples(15))
def test_any_mask(pairs, mask, backwards, start):
    state = STATE if start else None
    ours, theirs = [layer(INPUTS, mask=mask, initial_state=state) for layer in pairs[backwards]]
    close(ours, theirs)
    outputs, last = reference(INPUTS, *weights(), state=state, mask=mask, backwards=backwards)
    close(ours[1], last)
    read = np.logical_or.accumulate(mask[:, ::-1] if backwards else mask, axis=1)
    # Before the first valid step Keras's loops differ if the initial state is not zero.
    close(numpy(ours[0])[0][read], outputs[read])


@given(
    batch=hypothesis.strategies.integers(1, 3),
    time=hypothesis.strategies.integers(1, 6),
    features=hypothesis.strategies.integers(1, 3),
    units=hypothesis.strategies.integers(1, 3),
)
@hypothesis.settings(max_examples=examples(6))
def test_any_shape(batch, time, features, units):
    inputs, values = random_inputs((batch, time, features)), weights(features=features, units=units)
    rnn = VanillaRNN(units, return_sequences=True, return_state=True)
    rnn.build(inputs.shape)
    rnn.set_weights(values)
    close(rnn(inputs), reference(inputs, *values))


def test_mask_comes_from_the_layer_before():
    ids = np.array([[1, 2, 0, 0], [0, 0, 0, 0]])
    model = keras.Sequential([keras.layers.Embedding(3, FEATURES, mask_zero=True), VanillaRNN(UNITS)])
    outputs = numpy(model(ids))[0]
    close(outputs[:1], model(ids[:1, :2]))
    assert not outputs[1].any()


# Backwards and stateful


def test_go_backwards():
    rnn = with_weights(VanillaRNN(UNITS, return_sequences=True, return_state=True, go_backwards=True))
    close(rnn(INPUTS), reference(INPUTS, *weights(), backwards=True))
    forwards = with_weights(VanillaRNN(UNITS, return_sequences=True, return_state=True))
    close(rnn(INPUTS), forwards(INPUTS[:, ::-1].copy()))


def test_return_state():
    rnn = with_weights(VanillaRNN(UNITS, return_state=True))
    output, state = rnn(INPUTS)
    close(output, state)
    close(with_weights(VanillaRNN(UNITS))(INPUTS), output)
    close(with_weights(VanillaRNN(UNITS, return_sequences=True))(INPUTS)[:, -1], output)


@pytest.mark.parametrize("state_initializer", ["zeros", "random_normal"])
def test_stateful_continues_from_the_previous_batch(state_initializer):
    options = {"return_sequences": True, "state_initializer": state_initializer, "seed": 1}
    whole = numpy(with_weights(VanillaRNN(UNITS, **options))(INPUTS))[0]
    rnn = with_weights(VanillaRNN(UNITS, stateful=True, **options))
    for _ in range(2):
        close(rnn(INPUTS[:, :2]), whole[:, :2])
        close(rnn(INPUTS[:, 2:]), whole[:, 2:])
        rnn.reset_state()


@needs_tensorflow  # on JAX, Keras's predict does not keep the states of a recurrent layer
def test_stateful_model_predicts_in_chunks():
    whole = reference(INPUTS, *weights())[1]
    inputs = keras.Input(batch_shape=(BATCH, None, FEATURES))
    rnn = VanillaRNN(UNITS, stateful=True)
    model = keras.Model(inputs, rnn(inputs))
    rnn.set_weights(weights())
    model.predict(INPUTS[:, :2], batch_size=BATCH, verbose=0)
    close(model.predict(INPUTS[:, 2:], batch_size=BATCH, verbose=0), whole)


# The other backend

ON_THE_OTHER_BACKEND = """
import sys
import numpy as np
from rnn_zoo.cells import VanillaRNN
data = np.load(sys.argv[1])
rnn = VanillaRNN(4, return_sequences=True, return_state=True, state_initializer="random_normal", seed=1)
rnn.build(data["inputs"].shape)
rnn.set_weights([data["kernel"], data["recurrent_kernel"], data["bias"]])
outputs, state = rnn(data["inputs"], mask=data["mask"], initial_state=data["state"])
np.savez(sys.argv[2], outputs=np.asarray(outputs), state=np.asarray(state))
"""


@one_backend
def test_equal_on_tensorflow_and_jax(tmp_path):
    other = "tensorflow" if keras.backend.backend() == "jax" else "jax"
    if importlib.util.find_spec(other) is None:
        pytest.skip(f"{other} is not installed")
    kernel, recurrent_kernel, bias = weights()
    mask = MASK | (np.arange(TIME) == 0)  # before the first valid step Keras's loops differ
    values = {"kernel": kernel, "recurrent_kernel": recurrent_kernel, "bias": bias}
    np.savez(tmp_path / "given.npz", inputs=INPUTS, state=STATE, mask=mask, **values)
    command = [sys.executable, "-c", ON_THE_OTHER_BACKEND, tmp_path / "given.npz", tmp_path / "found.npz"]
    subprocess.run(command, check=True, env={**os.environ, "KERAS_BACKEND": other})
    rnn = with_weights(VanillaRNN(UNITS, return_sequences=True, return_state=True))
    found = np.load(tmp_path / "found.npz")
    close(rnn(INPUTS, mask=mask, initial_state=STATE), [found["outputs"], found["state"]])
