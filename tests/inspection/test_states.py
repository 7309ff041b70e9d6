import keras
import numpy as np
import pytest
from helpers import random_inputs
from keras import ops

from rnn_zoo import Classes, Recurrent, Vectors, many_to_one
from rnn_zoo.inspection import states_and_gates

TIME, UNITS = 4, 3


@pytest.mark.parametrize("cell", ["vanilla", "lstm", "gru", "min_gru", "min_lstm"])
def test_states_are_those_that_the_layer_returns(cell):
    recurrence = Recurrent(cell, UNITS, bidirectional=True, seed=1)
    model = many_to_one(Vectors(2, mask_value=0.0), recurrence, Classes(2), pooling="max")
    inputs = random_inputs((2, TIME, 2))
    inputs[1, 2:] = 0
    found = states_and_gates(model, inputs)
    twin = Recurrent.from_config({**recurrence.get_config(), "return_state": True})
    twin.build(inputs.shape)
    twin.set_weights(recurrence.get_weights())
    _, last = twin(inputs, mask=inputs[..., 0] != 0)
    for name, state in last.items():
        ends = [found[name][0, 0], found[name][1, 0]] if "backward" in name else [found[name][0, 3], found[name][1, 1]]
        np.testing.assert_allclose(np.stack(ends), state, atol=1e-5)
    assert all(np.isnan(array[1, 2:]).all() and not np.isnan(array[0]).any() for array in found.values())
    gates = {"vanilla": "", "lstm": "ifo", "gru": "zr", "min_gru": "z", "min_lstm": "f"}[cell]
    opened = [name for name in found if name not in last]
    assert set(opened) == {f"layer_0/{way}/{gate}" for way in ("forward", "backward") for gate in gates}
    assert all(np.nanmin(found[name]) >= 0 and np.nanmax(found[name]) <= 1 for name in opened)


def test_gates_are_those_of_the_equations():
    layers = {cell: Recurrent(cell, UNITS, seed=1, bias_initializer="random_normal") for cell in ("lstm", "gru")}
    inputs = random_inputs((1, TIME, 2))
    for cell, recurrence in layers.items():
        model = keras.Sequential([keras.Input((TIME, 2)), recurrence])
        found = {name.rpartition("/")[2]: array[0] for name, array in states_and_gates(model, inputs).items()}
        h = found["h"]
        part = recurrence.recurrences["layer_0/forward"].cell
        before = np.concatenate([np.zeros((1, UNITS), "float32"), h[:-1]])
        if cell == "lstm":
            total = ops.matmul(inputs[0], part.kernel) + ops.matmul(before, part.recurrent_kernel) + part.bias
            g = np.tanh(total)[:, 6:9]
            carried = np.concatenate([np.zeros((1, UNITS)), found["c"][:-1]])
            np.testing.assert_allclose(found["c"], found["f"] * carried + found["i"] * g, atol=1e-5)
            np.testing.assert_allclose(h, found["o"] * np.tanh(found["c"]), atol=1e-5)
        else:
            recurrent = ops.matmul(before, part.recurrent_kernel) + part.bias[1]
            n = np.tanh(ops.matmul(inputs[0], part.kernel[:, 6:]) + part.bias[0, 6:] + found["r"] * recurrent[:, 6:])
            np.testing.assert_allclose(h, found["z"] * before + (1 - found["z"]) * n, atol=1e-5)


def test_an_unknown_name_gets_those_that_there_are():
    model = keras.Sequential([keras.Input((TIME, 2)), Recurrent("lstm", UNITS)])
    inputs = random_inputs((1, TIME, 2))
    assert list(states_and_gates(model, inputs, ["layer_0/forward/f"])) == ["layer_0/forward/f"]
    with pytest.raises(ValueError, match=r"'layer_0/forward/h', 'layer_0/forward/c', .*got 'layer_0/h'"):
        states_and_gates(model, inputs, ["layer_0/h"])
