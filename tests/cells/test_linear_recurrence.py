import functools

import numpy as np
import pytest
from helpers import examples, needs_tensorflow, random_inputs
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops
from linear_reference import close, gradients_of, numpy, scan

from rnn_zoo.cells.linear_recurrence import LOG_ZERO, compiled, masked, parallel, sequential

TIME, BATCH, UNITS = 7, 3, 2


def recurrence(time=TIME, batch=BATCH, units=UNITS, seed=0, steepness=1.0):
    """Returns log a, log b and h_0 of either sign; a large steepness gives a near 0 or 1."""
    k, log_b = random_inputs((2, time, batch, units), seed)
    return -np.logaddexp(0, steepness * k), log_b, random_inputs((batch, units), seed + 1)


def exponentials(log_a, log_b, initial):
    return np.exp(log_a), np.exp(log_b), initial


def in_float64(log_a, log_b, initial):
    return scan(np.exp(np.float64(log_a)), np.exp(np.float64(log_b)), initial)


def logistic(projected):
    """Custom gates: a = sigmoid(k), b = p."""
    return ops.sigmoid(projected[0]), projected[1]


def compiled_gates(k, p, initial):
    zero = ops.zeros(k.shape[-1:], k.dtype)
    return compiled(logistic, [k, p], [zero, zero], None, initial)


@given(
    time=st.sampled_from([1, 2, 5, 8, 13]),
    batch=st.integers(1, 2),
    units=st.integers(1, 2),
    seed=st.integers(0, 9),
    steepness=st.sampled_from([1.0, 10.0, 1000.0]),
)
@settings(max_examples=examples(6))  # each compiles on JAX
def test_both_scans_equal_the_recurrence(time, batch, units, seed, steepness):
    given_ = recurrence(time, batch, units, seed, steepness)
    expected = in_float64(*given_)
    close(sequential(*exponentials(*given_)), expected)
    close(parallel(*given_), expected)


@pytest.mark.parametrize("steepness", [1.0, 30.0, 1e4, 1e30])
def test_2000_steps_neither_overflow_nor_lose_digits(steepness):
    """The logarithms sum to -1e4 and far below, where a difference in float32 has no correct digit."""
    log_a, log_b, initial = recurrence(2000, 2, 3, steepness=steepness)
    close(parallel(log_a, log_b, initial), in_float64(log_a, log_b, initial))
    gradients = [
        gradients_of(parallel, log_a, log_b, initial),
        gradients_of(sequential, np.exp(log_a), np.exp(log_b), initial),
    ]
    chained = [gradients[1][0] * np.exp(log_a), gradients[1][1] * np.exp(log_b), gradients[1][2]]
    assert all(np.isfinite(gradient).all() for gradient in gradients[0])
    close(gradients[0], chained, tolerance=1e-4)  # sums of 2000 terms


def test_long_memory_is_kept():
    """Over 2000 steps a = 1 accumulates and a = 0 forgets immediately."""
    zeros = np.zeros((2000, 1, 1), "float32")
    log_b, initial = zeros - 3, np.ones((1, 1), "float32")
    expected = 1 + np.exp(-3) * np.arange(1, 2001)
    np.testing.assert_allclose(numpy(parallel(zeros, log_b, initial))[0][:, 0, 0], expected, rtol=1e-5)
    close(parallel(zeros + LOG_ZERO, log_b, initial), np.exp(log_b))
    close(parallel(zeros + LOG_ZERO, zeros + LOG_ZERO, initial), zeros)


def test_a_masked_step_keeps_the_state():
    log_a, log_b, initial = recurrence()
    valid = np.array([1, 0, 0, 1, 1, 0, 1], bool)
    mask = np.broadcast_to(valid[:, None, None], (TIME, BATCH, 1))
    dense = in_float64(log_a[valid], log_b[valid], initial)
    a, b, _ = exponentials(log_a, log_b, initial)
    outputs = [
        sequential(*masked(a, b, mask), initial),
        parallel(*masked(log_a, log_b, mask, one=0.0, zero=LOG_ZERO), initial),
    ]
    for output in numpy(outputs):
        close(output[valid], dense)
        close(output[~valid], output[[0, 0, 4]])


def step_by_step(a, b, initial):
    """Reference for automatic differentiation, which runs through each step."""
    states, state = [], initial
    for t in range(TIME):
        state = a[t] * state + b[t]
        states.append(state)
    return ops.stack(states)


@pytest.mark.parametrize("scan", ["sequential", "parallel", pytest.param("compiled", marks=needs_tensorflow)])
def test_the_gradient_equals_automatic_differentiation(scan):
    log_a, log_b, initial = recurrence()
    upstream = random_inputs((TIME, BATCH, UNITS), seed=5)
    cases = {
        "sequential": (sequential, step_by_step, exponentials(log_a, log_b, initial)),
        "parallel": (
            parallel,
            lambda a, b, state: step_by_step(ops.exp(a), ops.exp(b), state),
            (log_a, log_b, initial),
        ),
        "compiled": (
            compiled_gates,
            lambda k, p, state: step_by_step(ops.sigmoid(k), p, state),
            (log_a, log_b, initial),
        ),
    }
    ours, automatic, arrays = cases[scan]
    close(*(gradients_of(lambda *given, f=f: ops.multiply(f(*given), upstream), *arrays) for f in (ours, automatic)))


@needs_tensorflow  # JAX computes in float32 here
@pytest.mark.parametrize("function", [sequential, parallel, compiled_gates])
def test_the_gradient_equals_finite_differences(function):
    arrays = [np.float64(array) for array in recurrence(time=4, batch=1)]
    if function is sequential:
        arrays = exponentials(*arrays)
    upstream = np.float64(random_inputs((4, 1, UNITS), seed=5))
    found = gradients_of(lambda *given: function(*given) * upstream, *arrays)
    for which, gradient in enumerate(found):
        for place in np.ndindex(gradient.shape):
            totals = []
            for move in (1e-6, -1e-6):
                moved = [array.copy() for array in arrays]
                moved[which][place] += move
                totals.append(np.sum(numpy(function(*moved))[0] * upstream))
            np.testing.assert_allclose(gradient[place], (totals[0] - totals[1]) / 2e-6, rtol=1e-6, atol=1e-8)


@needs_tensorflow
@pytest.mark.parametrize("function", [sequential, parallel])
def test_float64_keeps_its_digits(function):
    arrays = [np.float64(array) for array in recurrence(time=300)]
    given_ = exponentials(*arrays) if function is sequential else arrays
    close(function(*given_), in_float64(*arrays), tolerance=1e-12)


@needs_tensorflow
def test_compiled_equals_sequential_with_its_gates():
    k, p, initial = recurrence()
    valid = np.random.default_rng(0).random((TIME, BATCH, 1)) < 0.6
    biases = [random_inputs((UNITS,), seed) for seed in (3, 4)]

    def expected(k, p, first, second, initial):
        return sequential(*masked(*logistic([k + first, p + second]), valid), initial)

    def ours(k, p, first, second, initial):
        return compiled(logistic, [k, p], [first, second], valid, initial)

    close(ours(k, p, *biases, initial), expected(k, p, *biases, initial))
    close(*(gradients_of(f, k, p, *biases, initial) for f in (ours, expected)))


@needs_tensorflow
@pytest.mark.parametrize("function", [sequential, parallel])
@pytest.mark.parametrize("jit_compile", [False, True])
def test_any_length_in_one_graph(function, jit_compile):
    import tensorflow as tf

    steps, state = tf.TensorSpec((None, None, UNITS)), tf.TensorSpec((None, UNITS))
    graph = tf.function(functools.partial(function), input_signature=(steps, steps, state), jit_compile=jit_compile)
    for time, batch in ((1, 1), (6, 2)):
        given_ = recurrence(time, batch)
        close(graph(*(exponentials(*given_) if function is sequential else given_)), in_float64(*given_))
