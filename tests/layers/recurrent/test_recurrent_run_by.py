import keras
import numpy as np
import pytest
from helpers import random_inputs

from rnn_zoo import Recurrent

MASK = np.array([[1, 1, 1, 1], [1, 1, 0, 0]], bool)


def recording(stack, seen):
    """A loop that records its arguments and runs the Keras layer."""

    def loop(place, inputs, mask, initial, training):
        seen[place] = inputs.shape[1], len(initial), mask is not None, training
        outputs, *last = stack.recurrences[place](inputs, mask=mask, initial_state=initial, training=training)
        return (keras.ops.flip(outputs, axis=1) if "backward" in place else outputs), last

    return loop


@pytest.mark.parametrize("options", [{"return_state": True, "residual": True}, {"return_sequences": False}])
def test_another_loop_runs_every_layer_and_direction(options):
    stack = Recurrent("lstm", 3, depth=2, bidirectional=True, seed=1, **options)
    inputs, seen = random_inputs((2, 4, 2)), {}
    expected = keras.tree.flatten(stack(inputs, mask=MASK, training=False))
    with stack.run_by(recording(stack, seen)):
        found = keras.tree.flatten(stack(inputs, mask=MASK, training=False))
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)
    places = [f"layer_{layer}/{direction}" for layer in (0, 1) for direction in ("forward", "backward")]
    assert seen == dict.fromkeys(places, (4, 2, True, False))


def test_it_starts_from_given_or_stored_states():
    stack, seen = Recurrent("gru", 3, stateful=True, seed=1), []
    inputs, start = random_inputs((2, 4, 2)), random_inputs((2, 3))

    def loop(place, inputs, mask, initial, training):
        seen.append(keras.ops.convert_to_numpy(initial[0]))
        return keras.ops.zeros((2, 4, 3)), initial

    stored = keras.ops.convert_to_numpy(stack(inputs))[:, -1]
    with stack.run_by(loop):
        stack(inputs)
        stack(inputs, initial_state={"layer_0/forward/h": start})
    np.testing.assert_allclose(seen[0], stored, atol=1e-6)
    np.testing.assert_allclose(seen[1], start, atol=1e-6)


def test_an_error_in_the_block_restores_the_layer():
    stack = Recurrent("vanilla", 3, seed=1)
    inputs = random_inputs((1, 4, 2))
    expected = stack(inputs)
    with pytest.raises(RuntimeError, match="stop"), stack.run_by(lambda *given: None):
        raise RuntimeError("stop")
    np.testing.assert_array_equal(stack(inputs), expected)
