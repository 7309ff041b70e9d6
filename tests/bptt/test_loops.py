import functools

import pytest
from bptt_reference import CELLS
from helpers import needs_tensorflow

from rnn_zoo.bptt import loops
from rnn_zoo.bptt.backend import compiled

BATCH, TIME, UNITS = 2, 3, 4


@needs_tensorflow
@pytest.mark.parametrize("kind", ["tanh", "lstm"])
def test_one_compilation_serves_both_directions(kind):
    """A value needed at compile time is a constant of the program, not a parameter: another value recompiles."""
    import tensorflow as tf

    cell = CELLS[kind]

    def steps(time, width):
        return tf.zeros((BATCH, time, width) if cell.time_axis else (time, BATCH, width))

    unread, number, state = tf.zeros((0,)), tf.constant(0), tf.zeros((BATCH, UNITS))
    gates = cell.gates * UNITS
    kernel, bias, reverse = tf.zeros((UNITS, gates)), tf.zeros((gates,)), tf.constant(1)
    states = [state] * cell.states
    assert has_a_number_as_parameter(
        functools.partial(loops.forward, cell, False), steps(TIME, gates), unread, kernel, bias, reverse, *states
    )
    histories, saved = [steps(TIME + 1, UNITS)] * cell.states, [steps(TIME, UNITS)] * cell.saves
    assert has_a_number_as_parameter(
        functools.partial(loops.backward, cell, False, True, False),
        *(kernel, unread, reverse, number, number, number),  # the others are unused without mask and truncation
        *(steps(TIME, UNITS), states, histories, saved),
    )


def has_a_number_as_parameter(loop, *arguments):
    program = compiled(loop).experimental_get_compiler_ir(*arguments)(stage="hlo")
    return "s32[] parameter(" in program.split("ENTRY")[1]
