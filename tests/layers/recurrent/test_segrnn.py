import numpy as np
import pytest
from helpers import needs_tensorflow, random_inputs, run_layer_test
from keras import ops

from rnn_zoo.layers import JoinSegments, Recurrent, SegRNN


def recurrent(cell="gru", units=4, **options):
    return Recurrent(cell, units, **{"return_sequences": False, "return_state": True, "seed": 1, **options})


def test_layer_contract():
    run_layer_test(
        SegRNN,
        {"recurrence": recurrent(), "length": 2, "horizon": 3, "dropout": 0.2, "seed": 0},
        input_shape=(2, 7, 3),
        expected_output_shape=(2, 2, 3, 4),
        lengths=(),
        mixed_tolerance=0.3,
    )


def test_join_segments():
    inputs = np.arange(2 * 3 * 2 * 4).reshape(2, 3, 2, 4, 1).astype("float32")
    layer, outputs = run_layer_test(
        JoinSegments, {"horizon": 10}, input_data=inputs, expected_output_shape=(2, 10, 2, 1), lengths=()
    )
    expected = inputs[..., 0].transpose(0, 1, 3, 2).reshape(2, 12, 2)[:, : layer.horizon]
    np.testing.assert_array_equal(outputs[..., 0], expected)


@pytest.mark.parametrize("cell", ["gru", pytest.param("lstm", marks=needs_tensorflow)])
def test_equals_the_equations_of_the_paper(cell):
    """Step by step with the weights of the layer: segments, states, then one step per future segment."""
    recurrence = recurrent(cell)
    layer = SegRNN(recurrence, 2, 6, seed=0)
    inputs = random_inputs((2, 5, 3))  # the first step is not in a whole segment
    outputs = ops.convert_to_numpy(layer(inputs))
    position, channels = (ops.convert_to_numpy(weight) for weight in (layer.position, layer.channel))
    for row, place, channel in ((0, 0, 0), (1, 2, 1)):
        segments = layer.embed(inputs[row, 1:, channel].reshape(1, 2, 2))
        _, states = recurrence(segments)
        query = np.concatenate([position[place], channels[channel]])
        expected, _ = recurrence(query[None, None], initial_state=states)
        np.testing.assert_allclose(outputs[row, place, channel], expected[0], atol=1e-5)


def test_covariates_enter_by_segments():
    recurrence = recurrent()
    layer = SegRNN(recurrence, 2, 3, targets=2, seed=0)
    inputs, known = random_inputs((2, 5, 3)), random_inputs((2, 3, 1), seed=1)
    outputs = ops.convert_to_numpy(layer(inputs, known=known))
    assert outputs.shape == (2, 2, 2, 4)
    segments = inputs[1, 1:, 1].reshape(1, 2, 2) @ layer.embed.kernel + layer.embed.bias
    segments = ops.relu(segments + inputs[1, 1:, 2].reshape(1, 2, 2) @ layer.beside.kernel)
    _, states = recurrence(segments)
    query = ops.concatenate([layer.position[1], layer.channel[1]])
    # The second segment is half beyond the horizon.
    query = query + ops.convert_to_tensor([[known[1, 2, 0], 0.0]], "float32") @ layer.ahead.kernel
    expected, _ = recurrence(query[None], initial_state=states)
    np.testing.assert_allclose(outputs[1, 1, 1], expected[0], atol=1e-5)


def test_series_are_independent():
    layer = SegRNN(recurrent(), 2, 2, seed=0)
    inputs = np.repeat(random_inputs((1, 4, 3)), 2, axis=0)
    inputs[1, :, 1] += 1
    before, after = ops.convert_to_numpy(layer(inputs))
    np.testing.assert_allclose(after[:, [0, 2]], before[:, [0, 2]], atol=1e-6)
    assert np.abs(after[:, 1] - before[:, 1]).max() > 1e-3


def test_errors_name_the_argument():
    for options in ({"return_state": False}, {"return_sequences": True}, {"bidirectional": True}):
        with pytest.raises(ValueError, match="`recurrence` must run in one direction"):
            SegRNN(recurrent(**options), 2, 2)
    with pytest.raises(ValueError, match="`length` must be a positive integer, got 0"):
        SegRNN(recurrent(), 0, 2)
    with pytest.raises(ValueError, match="`length` must be at most the look-back, 4 steps, got 5"):
        SegRNN(recurrent(), 5, 2)(random_inputs((1, 4, 3)))
    with pytest.raises(ValueError, match="`targets` must be at most the number of features, 3, got 4"):
        SegRNN(recurrent(), 2, 2, targets=4)(random_inputs((1, 4, 3)))
