import numpy as np
import pytest
from helpers import assert_config_round_trip, random_inputs
from keras import ops

from rnn_zoo.layers import MemoryAttention

MASK = np.array([[1, 1, 1], [1, 0, 0], [0, 0, 0]], bool)


def by_hand(layer, inputs, memory):
    """The equations of the docstring, one step and row at a time."""
    weights = {weight.path.split("/", 1)[1]: ops.convert_to_numpy(weight) for weight in layer.weights}
    features, attended = [], []
    for row in range(len(inputs)):
        for step in range(inputs.shape[1]):
            query = inputs[row, step] @ weights["query/kernel"]
            if layer.kind == "additive":
                keys = memory[row] @ weights["key/kernel"] + weights["key/bias"]
                scores = (np.tanh(query + keys) @ weights["score/kernel"])[:, 0]
            else:
                scores = memory[row] @ query
            exponentials = np.exp(scores) * MASK[row]
            attended.append(exponentials / max(exponentials.sum(), 1e-9))
            context = attended[-1] @ memory[row]
            features.append(np.tanh(np.concatenate([context, inputs[row, step]]) @ weights["mix/kernel"]))
    shape = inputs.shape[:2]
    return np.reshape(features, (*shape, -1)), np.reshape(attended, (*shape, -1))


@pytest.mark.parametrize("kind", ["additive", "multiplicative"])
def test_equals_the_equations(kind):
    layer = MemoryAttention(4, kind)
    inputs, memory = random_inputs((3, 2, 5)), random_inputs((3, 3, 6), seed=1)
    features, weights = layer(inputs, memory, mask=MASK)
    expected_features, expected_weights = by_hand(layer, inputs, memory)
    np.testing.assert_allclose(features, expected_features, atol=1e-5)
    np.testing.assert_allclose(weights, expected_weights, atol=1e-5)
    # Padding is ignored; a row without a valid step has zero weights.
    memory[~MASK] += 7
    np.testing.assert_allclose(layer(inputs, memory, mask=MASK)[0], features, atol=1e-5)
    assert not ops.convert_to_numpy(weights)[2].any()


def test_configuration_and_errors():
    assert_config_round_trip(MemoryAttention, {"units": 3, "kind": "additive"})
    with pytest.raises(ValueError, match="`kind` must be one of"):
        MemoryAttention(3, "dot")
