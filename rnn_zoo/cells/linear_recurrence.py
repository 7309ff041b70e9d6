"""Linear recurrences over time, h_t = a_t h_(t-1) + b_t with 0 <= a_t <= 1: sequential and parallel scans.

Time is the first axis of every array. The gradient of a linear recurrence is a linear recurrence backwards in time, so
that neither scan is differentiated step by step:

    dL/db_t = dL/dy_t + a_(t+1) dL/db_(t+1),  dL/da_t = h_(t-1) dL/db_t,  dL/dh_0 = a_1 dL/db_1
"""

from collections.abc import Callable, Sequence

import keras
from keras import ops

from rnn_zoo.bptt.backend import compiled_for, custom_gradient, detached, to_tensors
from rnn_zoo.types import Tensor

# Stands for log 0: differences of infinities would be NaN.
LOG_ZERO = -1e30
_STEPS_PER_ITERATION = 4


def sequential(decay: Tensor, inputs: Tensor, initial: Tensor) -> Tensor:
    """Sequential scan: one step after another.

        h_t = a_t h_(t-1) + b_t

    Args:
        decay: <float>[time, batch, units], a.
        inputs: <float>[time, batch, units], b.
        initial: <float>[batch, units], h_0.

    Returns:
        <float>[time, batch, units], h_1 .. h_time.
    """

    @custom_gradient
    def run(decay, inputs, initial):
        outputs = _loop(decay, inputs, initial)

        def gradient(*upstream):
            return _gradients(_loop, decay, initial, outputs, _array(upstream))

        return outputs, gradient

    return run(*to_tensors([decay, inputs, initial]))


def parallel(log_decay: Tensor, log_inputs: Tensor, initial: Tensor) -> Tensor:
    """Parallel scan in log space, in log2(time) passes over the arrays.

        h_t = exp(A_t) h_0 + exp(B_t)
        A_t = sum_(s<=t) log a_s,  B_t = log sum_(s<=t) exp(log b_s + sum_(s<r<=t) log a_r)

    Each pass combines every step with the result of the 1, 2, 4, ... steps before it (Hillis and Steele 1986). No two
    long sums are subtracted, unlike in B_t = A_t + logcumsumexp(log b - A), whose error grows with |A_t|. h_0 is added
    outside of the logarithms, so that it may have either sign. The gradient, whose terms may have either sign too, is a
    parallel scan without logarithms: products of numbers in [0, 1] underflow to zero harmlessly.

    Args:
        log_decay: <float>[time, batch, units], log a.
        log_inputs: <float>[time, batch, units], log b; `LOG_ZERO` where b is zero.
        initial: <float>[batch, units], h_0.

    Returns:
        <float>[time, batch, units], h_1 .. h_time.

    Reference: Heinsen 2023, "Efficient parallelization of a ubiquitous sequential computation"; Hillis and Steele 1986,
    "Data parallel algorithms".
    """

    @custom_gradient
    def run(log_decay, log_inputs, initial):
        decays, sums = _doubling(
            ops.maximum(log_decay, LOG_ZERO), ops.maximum(log_inputs, LOG_ZERO), ops.add, ops.logaddexp, 0.0, LOG_ZERO
        )
        outputs = ops.exp(decays) * initial + ops.exp(sums)

        def gradient(*upstream):
            decay = ops.exp(log_decay)
            grad_decay, grad_inputs, grad_initial = _gradients(
                _parallel_linear, decay, initial, outputs, _array(upstream)
            )
            return grad_decay * decay, grad_inputs * ops.exp(log_inputs), grad_initial

        return outputs, gradient

    return run(*to_tensors([log_decay, log_inputs, initial]))


def compiled(
    gates: Callable[..., tuple[Tensor, Tensor]],
    projections: Sequence[Tensor],
    biases: Sequence[Tensor],
    valid: Tensor | None,
    initial: Tensor,
) -> Tensor:
    """`sequential` including its gates, compiled by XLA once per shape: for training on TensorFlow.

        (a_t, b_t) = gates(p_t + bias)

    The gradient stores only projections and outputs, and recomputes the gates. Only first derivatives are available.

    Args:
        gates: maps a list of <float>[time, batch, units] to (a, b) of the same shape; the same object in all calls.
        projections: list of <float>[time, batch, units], p.
        biases: list of <float>[units], one for each projection.
        valid: <bool>[time, batch, 1] or None, see `masked`.
        initial: <float>[batch, units], h_0.

    Returns:
        <float>[time, batch, units], h_1 .. h_time, in the dtype of `initial`.
    """
    count = len(projections)

    @custom_gradient
    def run(*arrays):
        initial, *arrays = detached(arrays)
        outputs = compiled_for(_gated, gates)(valid, initial, arrays[:count], arrays[count:])

        def gradient(upstream):
            grad_projections, grad_initial = compiled_for(_gated_gradient, gates)(
                valid, initial, arrays[:count], arrays[count:], outputs, upstream
            )
            return (grad_initial, *grad_projections, *(ops.sum(array, axis=(0, 1)) for array in grad_projections))

        return outputs, gradient

    return run(*to_tensors([initial, *projections, *biases]))


def masked(
    decay: Tensor, inputs: Tensor, valid: Tensor | None, one: float = 1.0, zero: float = 0.0
) -> tuple[Tensor, Tensor]:
    """Returns (a, b) with a = 1, b = 0, which keeps the state, where `valid` <bool>[time, batch, 1] is False."""
    if valid is None:
        return decay, inputs
    return ops.where(valid, decay, one), ops.where(valid, inputs, zero)


def _gated(gates, valid, initial, projections, biases):
    decay, inputs = _masked_gates(gates, valid, initial.dtype, projections, biases)
    return _xla_loop(decay, inputs, initial)


def _gated_gradient(gates, valid, initial, projections, biases, outputs, upstream):
    import tensorflow as tf

    with tf.GradientTape() as tape:
        tape.watch(projections)
        decay, inputs = _masked_gates(gates, valid, initial.dtype, projections, biases)
    grad_decay, grad_inputs, grad_initial = _gradients(_xla_loop, decay, initial, outputs, upstream)
    return tape.gradient([decay, inputs], projections, [grad_decay, grad_inputs]), grad_initial


def _masked_gates(gates, valid, dtype, projections, biases):
    sums = [ops.cast(part + bias, dtype) for part, bias in zip(projections, biases, strict=True)]
    return masked(*gates(sums), valid)


def _gradients(scan, decay, initial, outputs, upstream):
    """Computes dL/da, dL/db, dL/dh_0 from dL/dy <float>[time, batch, units] with the given scan."""
    after = ops.concatenate([decay[1:], ops.zeros_like(decay[:1])], axis=0)
    grad_inputs = scan(after, upstream, ops.zeros_like(initial), reverse=True)
    before = ops.concatenate([initial[None], outputs[:-1]], axis=0)
    return grad_inputs * before, grad_inputs, decay[0] * grad_inputs[0]


def _array(upstream):
    """Returns the only gradient, which JAX passes directly and TensorFlow in a tuple."""
    return upstream[0][0] if isinstance(upstream[0], (list, tuple)) else upstream[0]


def _parallel_linear(decay, inputs, initial, reverse=False):
    """Parallel scan from h_0 = 0, without logarithms."""
    if reverse:
        decay, inputs = ops.flip(decay, axis=0), ops.flip(inputs, axis=0)
    outputs = _doubling(decay, inputs, ops.multiply, ops.add, 1.0, 0.0)[1]
    return ops.flip(outputs, axis=0) if reverse else outputs


def _doubling(decay, inputs, multiply, add, one, zero):
    """Parallel prefix scan: for each t the product of a_1 .. a_t and the recurrence over b_1 .. b_t from zero.

    `multiply`, `add`, `one` and `zero` define the arithmetic: linear or in log space.
    """
    time = ops.shape(decay)[0]
    steps = ops.arange(time)[:, None, None]

    def before(array, distance, missing):
        earlier = ops.take(array, ops.maximum(steps[:, 0, 0] - distance, 0), axis=0)
        return ops.where(steps >= distance, earlier, missing)

    def body(distance, decay, inputs):
        inputs = add(inputs, multiply(decay, before(inputs, distance, zero)))
        return 2 * distance, multiply(decay, before(decay, distance, one)), inputs

    start = ops.convert_to_tensor(1, "int32")
    return ops.while_loop(lambda distance, *_: distance < time, body, (start, decay, inputs))[1:]


def _loop(decay, inputs, initial, reverse=False):
    """Runs the recurrence step by step; outputs are in time order in both directions."""
    if keras.backend.backend() == "tensorflow":
        return _graph_loop(decay, inputs, initial, reverse)

    def step(state, given):
        state = given[0] * state + given[1]
        return state, state

    return ops.scan(step, initial, (decay, inputs), reverse=reverse)[1]


def _xla_loop(decay, inputs, initial, reverse=False):
    """TensorFlow loop for XLA, which updates in place: each step overwrites b_t with h_t in the same array."""
    time = ops.shape(decay)[0]

    def body(step, state, steps):
        t = time - 1 - step if reverse else step
        state = decay[t] * state + steps[t]
        return step + 1, state, ops.slice_update(steps, (t, 0, 0), state[None])

    return ops.while_loop(lambda step, *_: step < time, body, (0, initial, inputs))[2]


def _graph_loop(decay, inputs, initial, reverse=False):
    """TensorFlow loop with several steps per iteration: the overhead of an iteration is that of several operations."""
    import tensorflow as tf

    time = tf.shape(decay)[0]
    iterations = (time + _STEPS_PER_ITERATION - 1) // _STEPS_PER_ITERATION
    padding = iterations * _STEPS_PER_ITERATION - time

    def array():
        return tf.TensorArray(initial.dtype, iterations, element_shape=(_STEPS_PER_ITERATION, *initial.shape))

    def blocks(steps):
        steps = tf.pad(steps, [[padding, 0] if reverse else [0, padding], [0, 0], [0, 0]])
        shape = tf.concat([[iterations, _STEPS_PER_ITERATION], tf.shape(steps)[1:]], axis=0)
        return array().unstack(tf.reshape(steps, shape))

    given = [blocks(decay), blocks(inputs)]

    def body(number, state, outputs):
        place = iterations - 1 - number if reverse else number
        pairs = list(zip(*(tf.unstack(steps.read(place)) for steps in given), strict=True))
        states = []
        for a, b in reversed(pairs) if reverse else pairs:
            state = a * state + b
            states.append(state)
        return number + 1, state, outputs.write(place, tf.stack(states[::-1] if reverse else states))

    outputs = tf.while_loop(lambda number, *_: number < iterations, body, (0, initial, array()))[2].stack()
    outputs = tf.reshape(outputs, tf.concat([[-1], tf.shape(initial)], axis=0))
    return outputs[padding:] if reverse else outputs[:time]
