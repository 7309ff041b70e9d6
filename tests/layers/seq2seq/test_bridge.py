import numpy as np
import pytest
from helpers import assert_config_round_trip, random_inputs
from keras import ops

from rnn_zoo.layers import Bridge


def states(*names, units=3):
    return {name: random_inputs((2, units), seed=number) for number, name in enumerate(names)}


def test_equal_states_pass_unchanged():
    source = states("layer_0/forward/h", "layer_0/forward/c")
    bridge = Bridge(dict.fromkeys(source, 3))
    given = bridge(source)
    assert not bridge.weights
    for name in source:
        np.testing.assert_array_equal(given[name], source[name])


@pytest.mark.parametrize(
    ("source", "target", "read"),
    [
        # both directions, concatenated
        (["layer_0/backward/h", "layer_0/forward/h"], "layer_0/forward/h", ["layer_0/backward/h", "layer_0/forward/h"]),
        # the layer at the same distance from the top
        (["layer_0/forward/h", "layer_1/forward/h"], "layer_0/forward/h", ["layer_1/forward/h"]),
        # h if there is no c
        (["layer_0/forward/h"], "layer_0/forward/c", ["layer_0/forward/h"]),
        (["layer_0/forward/h"], "layer_0/forward/own", ["layer_0/forward/h"]),
        # all states if there is neither
        (["layer_0/forward/m", "layer_0/forward/s"], "layer_0/forward/h", ["layer_0/forward/m", "layer_0/forward/s"]),
        (["layer_0/forward/s", "layer_1/forward/s"], "layer_0/forward/c", ["layer_1/forward/s"]),
    ],
)
def test_other_states_pass_through_a_dense_layer(source, target, read):
    source = states(*source)
    bridge = Bridge({target: 4})
    given = ops.convert_to_numpy(bridge(source)[target])
    kernel, bias = (ops.convert_to_numpy(weight) for weight in bridge.weights)
    expected = np.concatenate([source[name] for name in read], axis=1) @ kernel + bias
    np.testing.assert_allclose(given, expected if target.endswith("/c") else np.tanh(expected), atol=1e-5)


def test_a_deeper_target_uses_the_layers_of_the_source():
    targets = {"layer_0/forward/h": 4, "layer_1/forward/h": 5}
    given = Bridge(targets)(states("layer_0/forward/h"))
    assert {name: tuple(state.shape) for name, state in given.items()} == {name: (2, n) for name, n in targets.items()}


def test_a_vector_initializes_every_state():
    targets = {"layer_0/forward/h": 4, "layer_0/forward/c": 4}
    assert_config_round_trip(Bridge, {"targets": targets})
    given = Bridge(targets)(random_inputs((2, 7)))
    assert {name: tuple(state.shape) for name, state in given.items()} == dict.fromkeys(targets, (2, 4))
