"""Linear recurrences over time, h_t = a_t h_(t-1) + b_t with 0 <= a_t <= 1: one step after another or side by side.

Time comes first in every array here. The gradient of a linear recurrence is one too, run backwards, so that neither
form is differentiated step by step:

    dL/db_t = dL/dy_t + a_(t+1) dL/db_(t+1),  dL/da_t = h_(t-1) dL/db_t,  dL/dh_0 = a_1 dL/db_1
"""

import keras
from keras import ops

from rnn_zoo.bptt.backend import compiled_for, detached, read

# Stands for log 0, from which no finite sum of logarithms comes back: infinities would make NaN of their differences.
LOG_ZERO = -1e30
_STEPS_A_TURN = 4


def sequential(decay, inputs, initial):
    """The recurrence, one step after another.

        h_t = a_t h_(t-1) + b_t

    Args:
        decay: <float>[time, batch, units], a.
        inputs: <float>[time, batch, units], b.
        initial: <float>[batch, units], h_0.

    Returns:
        <float>[time, batch, units], h_1 .. h_time.
    """

    @ops.custom_gradient
    def run(decay, inputs, initial):
        outputs = _loop(decay, inputs, initial)

        def gradient(*upstream):
            return _gradients(_loop, decay, initial, outputs, _array(upstream))

        return outputs, gradient

    return run(*read([decay, inputs, initial]))


def parallel(log_decay, log_inputs, initial):
    """The recurrence in log space, all steps side by side, in log2(time) passes over the arrays.

        h_t = exp(A_t) h_0 + exp(B_t)
        A_t = sum_(s<=t) log a_s,  B_t = log sum_(s<=t) exp(log b_s + sum_(s<r<=t) log a_r)

    Each pass joins every step with what the 1, 2, 4, ... steps before it have come to (Hillis and Steele 1986). No
    difference of two long sums is taken, unlike in B_t = A_t + logcumsumexp(log b - A), whose error grows with |A_t|.
    h_0 is added outside of the logarithms, so that it may be of either sign. The gradient, whose terms may be too, is
    run side by side without logarithms: products of numbers in [0, 1] go to zero harmlessly.

    Args:
        log_decay: <float>[time, batch, units], log a.
        log_inputs: <float>[time, batch, units], log b; `LOG_ZERO` where b is zero.
        initial: <float>[batch, units], h_0.

    Returns:
        <float>[time, batch, units], h_1 .. h_time.

    Reference: Heinsen 2023, "Efficient parallelization of a ubiquitous sequential computation"; Hillis and Steele 1986,
    "Data parallel algorithms".
    """

    @ops.custom_gradient
    def run(log_decay, log_inputs, initial):
        decays, sums = _doubling(
            ops.maximum(log_decay, LOG_ZERO), ops.maximum(log_inputs, LOG_ZERO), ops.add, ops.logaddexp, 0.0, LOG_ZERO
        )
        outputs = ops.exp(decays) * initial + ops.exp(sums)

        def gradient(*upstream):
            decay = ops.exp(log_decay)
            of_decay, of_inputs, of_initial = _gradients(_side_by_side, decay, initial, outputs, _array(upstream))
            return of_decay * decay, of_inputs * ops.exp(log_inputs), of_initial

        return outputs, gradient

    return run(*read([log_decay, log_inputs, initial]))


def compiled(gates, projections, biases, valid, initial):
    """`sequential` with its gates, as two functions that XLA compiles once for each shape: for training on TensorFlow.

        (a_t, b_t) = gates(p_t + bias)

    The gradient keeps the projections and the outputs only, and computes the gates again. Differentiable once.

    Args:
        gates: function, list of <float>[time, batch, units] -> (a, b), the same shape; one object for all calls.
        projections: list of <float>[time, batch, units], p.
        biases: list of <float>[units], one for each projection.
        valid: <bool>[time, batch, 1] or None, see `masked`.
        initial: <float>[batch, units], h_0.

    Returns:
        <float>[time, batch, units], h_1 .. h_time, in the dtype of `initial`.
    """
    count = len(projections)

    @ops.custom_gradient
    def run(*arrays):
        initial, *arrays = detached(arrays)
        outputs = compiled_for(_gated, gates)(valid, initial, arrays[:count], arrays[count:])

        def gradient(upstream):
            of_projections, of_initial = compiled_for(_gated_gradient, gates)(
                valid, initial, arrays[:count], arrays[count:], outputs, upstream
            )
            return (of_initial, *of_projections, *(ops.sum(array, axis=(0, 1)) for array in of_projections))

        return outputs, gradient

    return run(*read([initial, *projections, *biases]))


def masked(decay, inputs, valid, one=1.0, zero=0.0):
    """(a, b) with a = 1 and b = 0 where `valid` <bool>[time, batch, 1] is False: the state stays; None keeps all."""
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
    of_decay, of_inputs, of_initial = _gradients(_xla_loop, decay, initial, outputs, upstream)
    return tape.gradient([decay, inputs], projections, [of_decay, of_inputs]), of_initial


def _masked_gates(gates, valid, dtype, projections, biases):
    sums = [ops.cast(part + bias, dtype) for part, bias in zip(projections, biases, strict=True)]
    return masked(*gates(sums), valid)


def _gradients(scan, decay, initial, outputs, upstream):
    """dL/dy <float>[time, batch, units] -> dL/da, dL/db, dL/dh_0, by a scan of one form or the other."""
    after = ops.concatenate([decay[1:], ops.zeros_like(decay[:1])], axis=0)
    of_inputs = scan(after, upstream, ops.zeros_like(initial), reverse=True)
    before = ops.concatenate([initial[None], outputs[:-1]], axis=0)
    return of_inputs * before, of_inputs, decay[0] * of_inputs[0]


def _array(upstream):
    """The one gradient, which JAX gives as it is and TensorFlow, for a tuple of one, in a tuple."""
    return upstream[0][0] if isinstance(upstream[0], (list, tuple)) else upstream[0]


def _side_by_side(decay, inputs, initial, reverse=False):
    """The recurrence from h_0 = 0, all steps side by side, without logarithms."""
    if reverse:
        decay, inputs = ops.flip(decay, axis=0), ops.flip(inputs, axis=0)
    outputs = _doubling(decay, inputs, ops.multiply, ops.add, 1.0, 0.0)[1]
    return ops.flip(outputs, axis=0) if reverse else outputs


def _doubling(decay, inputs, multiply, add, one, zero):
    """Products of a_1 .. a_t and sums of what is left of b_1 .. b_t, for each t, in numbers of which
    `multiply`, `add`, `one` and `zero` say what they stand for."""
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
    """The recurrence, one step after another; outputs in the order of time, whichever way it runs."""
    if keras.backend.backend() == "tensorflow":
        return _graph_loop(decay, inputs, initial, reverse)

    def step(state, given):
        state = given[0] * state + given[1]
        return state, state

    return ops.scan(step, initial, (decay, inputs), reverse=reverse)[1]


def _xla_loop(decay, inputs, initial, reverse=False):
    """As a TensorFlow graph that only XLA runs well: each step writes h_t where b_t stood, in the same array."""
    time = ops.shape(decay)[0]

    def body(step, state, steps):
        t = time - 1 - step if reverse else step
        state = decay[t] * state + steps[t]
        return step + 1, state, ops.slice_update(steps, (t, 0, 0), state[None])

    return ops.while_loop(lambda step, *_: step < time, body, (0, initial, inputs))[2]


def _graph_loop(decay, inputs, initial, reverse=False):
    """As a TensorFlow graph, in which the time between two turns of a loop is that of several operations."""
    import tensorflow as tf

    time = tf.shape(decay)[0]
    turns = (time + _STEPS_A_TURN - 1) // _STEPS_A_TURN
    more = turns * _STEPS_A_TURN - time

    def array():
        return tf.TensorArray(initial.dtype, turns, element_shape=(_STEPS_A_TURN, *initial.shape))

    def in_turns(steps):
        steps = tf.pad(steps, [[more, 0] if reverse else [0, more], [0, 0], [0, 0]])
        shape = tf.concat([[turns, _STEPS_A_TURN], tf.shape(steps)[1:]], axis=0)
        return array().unstack(tf.reshape(steps, shape))

    given = [in_turns(decay), in_turns(inputs)]

    def turn(number, state, outputs):
        place = turns - 1 - number if reverse else number
        pairs = list(zip(*(tf.unstack(steps.read(place)) for steps in given), strict=True))
        states = []
        for a, b in reversed(pairs) if reverse else pairs:
            state = a * state + b
            states.append(state)
        return number + 1, state, outputs.write(place, tf.stack(states[::-1] if reverse else states))

    outputs = tf.while_loop(lambda number, *_: number < turns, turn, (0, initial, array()))[2].stack()
    outputs = tf.reshape(outputs, tf.concat([[-1], tf.shape(initial)], axis=0))
    return outputs[more:] if reverse else outputs[:time]
