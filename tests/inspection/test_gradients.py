import time

import keras
import numpy as np
import pytest
from helpers import random_inputs

from rnn_zoo import Classes, Recurrent, Segmented, Values, Vectors, many_to_many, many_to_one
from rnn_zoo.inspection import gradient_flow
from rnn_zoo.layers import CELLS, register_cell

TIME, FEATURES, UNITS = 6, 2, 3


def total(targets, predictions):
    return keras.ops.sum(predictions)


def last_step_model(recurrence, head=None):
    return many_to_one(Vectors(FEATURES, mask_value=0.0), recurrence, head or Values(1), pooling="last")


@pytest.fixture
def registered():
    register_cell("plain_keras", keras.layers.SimpleRNN)
    yield "plain_keras"
    del CELLS["plain_keras"]


def test_a_linear_recurrence_has_the_closed_form():
    model = last_step_model(Recurrent("vanilla", UNITS, activation="linear", seed=1))
    flow = gradient_flow(model, random_inputs((2, TIME, FEATURES)), np.zeros((2, 1)), loss=total)
    recurrent_kernel = model.layers[2].recurrences["layer_0/forward"].cell.recurrent_kernel.numpy()
    gradient = model.layers[-1].dense.kernel.numpy()[:, 0]
    for back in range(TIME):
        expected = np.linalg.norm(np.linalg.matrix_power(recurrent_kernel, back) @ gradient)
        np.testing.assert_allclose(flow["layer_0/forward/h"][:, TIME - 1 - back], expected, rtol=1e-5)
    largest = np.linalg.norm(recurrent_kernel, 2)
    np.testing.assert_allclose(flow.singular_values["layer_0/forward"], largest, rtol=1e-4)


@pytest.mark.parametrize(
    ("cell", "backwards"),
    [*((cell, False) for cell in ("vanilla", "gru", "min_gru", "min_lstm", "registered")), ("lstm", True)],
)
def test_every_cell_as_when_it_starts_from_the_state(cell, backwards, request):
    """dL/dh_t is the gradient of the rest of the sequence with respect to the state from which it starts."""
    import tensorflow as tf

    cell = request.getfixturevalue(cell) if cell == "registered" else cell
    recurrence = Recurrent(cell, UNITS, go_backwards=backwards, seed=1, implementation="general")
    model = last_step_model(recurrence)
    inputs, cut = random_inputs((2, TIME, FEATURES)), 4
    flow = gradient_flow(model, inputs, np.zeros((2, 1)), loss=total)

    stateful = Recurrent.from_config({**recurrence.get_config(), "return_state": True})
    stateful.build(inputs.shape)
    stateful.set_weights(recurrence.get_weights())
    read, rest = (inputs[:, -cut:], inputs[:, :-cut]) if backwards else (inputs[:, :cut], inputs[:, cut:])
    _, states = stateful(read)
    with tf.GradientTape() as tape:
        tape.watch(states)
        outputs, _ = stateful(rest, initial_state=states)
        value = tf.reduce_sum(model.layers[-1](outputs[:, 0 if backwards else -1]))
    gradients = tape.gradient(value, states)
    step = TIME - cut if backwards else cut - 1
    for name, gradient in gradients.items():
        np.testing.assert_allclose(flow[name][:, step], np.linalg.norm(gradient, axis=-1), rtol=1e-4)


@pytest.mark.parametrize("length", [None, 4])
def test_layers_and_directions_under_a_mask(length):
    """With one linear unit and positive weights no gradient is negative, and dL/db is the sum of dL/dh over steps."""
    recurrence = Recurrent(
        "vanilla",
        1,
        depth=1 if length else 2,
        bidirectional=not length,
        merge="sum",
        activation="linear",
        kernel_initializer=keras.initializers.Constant(0.7),
        recurrent_initializer=keras.initializers.Constant(0.9),
    )
    head = Values(1)
    layers = Segmented(recurrence, length) if length else recurrence
    model = many_to_one(Vectors(FEATURES, mask_value=0.0), layers, head, pooling="mean")
    head.dense.kernel.assign([[2.0]])
    inputs = np.abs(random_inputs((3, TIME, FEATURES)))
    inputs[1, 4:] = inputs[2, 1:] = 0
    flow = gradient_flow(model, inputs, np.zeros((3, 1)), loss=total)

    import tensorflow as tf

    with tf.GradientTape() as tape:
        value = tf.reduce_sum(model(inputs, training=True))
    assert flow.loss == pytest.approx(float(value), rel=1e-5)
    biases = {place: layer.cell.bias for place, layer in recurrence.recurrences.items()}
    for place, gradient in tape.gradient(value, biases).items():
        norms = flow[f"{place}/h"]
        np.testing.assert_array_equal(np.isnan(norms), inputs[..., 0] == 0)
        np.testing.assert_allclose(np.nansum(norms), gradient.numpy()[0], rtol=1e-4)
    assert flow.backward == {name for name in [*flow.norms, *flow.entering] if "backward" in name}
    np.testing.assert_allclose(flow.singular_values["layer_0/forward"][0], 0.9, rtol=1e-4)


def test_a_plain_keras_layer():
    model = keras.Sequential([keras.Input((TIME, FEATURES)), keras.layers.LSTM(UNITS, name="reader")])
    flow = gradient_flow(model, random_inputs((2, TIME, FEATURES)), np.zeros((2, UNITS)), loss="mse")
    assert list(flow.norms) == ["reader/h", "reader/c"]
    assert (flow["reader/h"] > 0).all() and (flow["reader/c"][:, :-1] > 0).all()


def test_the_model_is_left_as_it_was():
    model = last_step_model(Recurrent("gru", UNITS, seed=1), Classes(2))
    inputs = random_inputs((2, TIME, FEATURES))
    before, config, weights = model(inputs), model.get_config(), model.get_weights()
    gradient_flow(model, inputs, np.array([0, 1]))
    assert model.get_config() == config
    np.testing.assert_array_equal(model(inputs), before)
    for one, other in zip(model.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(one, other)
    plain = keras.Sequential([keras.Input((TIME, FEATURES)), keras.layers.GRU(UNITS)])
    gradient_flow(plain, inputs, np.zeros((2, UNITS)), loss="mse")
    assert "inner_loop" not in vars(plain.layers[0])


def test_mixed_precision():
    keras.config.set_dtype_policy("mixed_bfloat16")
    model = last_step_model(Recurrent("lstm", UNITS, seed=1))
    flow = gradient_flow(model, random_inputs((2, TIME, FEATURES)), np.zeros((2, 1)), loss=total)
    assert flow["layer_0/forward/c"].dtype == np.float32 and (flow["layer_0/forward/h"] > 0).all()
    assert flow.reach("layer_0/forward/h", share=1e-9) is None and "reaches" in flow.advice()[0]


def test_reach_and_advice():
    """One linear unit whose gradient is multiplied by the same factor at each step."""
    recurrence = Recurrent("vanilla", 1, activation="linear")
    model, inputs = last_step_model(recurrence), random_inputs((1, 60, FEATURES))

    def decaying(factor):
        recurrence.recurrences["layer_0/forward"].cell.recurrent_kernel.assign([[factor]])
        return gradient_flow(model, inputs, np.zeros((1, 1)), loss=total)

    vanishing = decaying(0.9)
    assert vanishing.reach("layer_0/forward/h") == 44  # 0.9 ** 44 < 0.01 < 0.9 ** 43
    assert vanishing.reach("layer_0/forward/h", share=0.5) == 7
    assert "vanishes, 1 % of it is left 44 steps back (one step multiplies it by at most 0.9)" in vanishing.advice()[0]
    exploding = decaying(1.1)
    assert exploding.reach("layer_0/forward/h") is None
    assert "explodes" in exploding.advice()[0] and "clip_norm" in exploding.advice()[0]
    assert "reaches all 60 steps" in decaying(1.0).advice()[0]


def test_a_long_sequence_is_run_as_a_graph():
    model = last_step_model(Recurrent("vanilla", UNITS, activation="linear", seed=1))
    inputs = random_inputs((1, 70, FEATURES))
    flow = gradient_flow(model, inputs, np.zeros((1, 1)), loss=total)
    short = gradient_flow(model, inputs[:, -5:], np.zeros((1, 1)), loss=total)  # linear: of the same gradients
    np.testing.assert_allclose(flow["layer_0/forward/h"][:, -5:], short["layer_0/forward/h"], rtol=1e-4)


def test_what_enters_further_back_is_no_explosion():
    """The loss reads the first step a thousand times as much as the last."""
    model = many_to_many(Vectors(FEATURES), Recurrent("vanilla", 1, activation="linear", seed=1), Values(1))
    weights = np.array([1e3, 0, 0, 0, 0, 1], "float32")[None, :, None]
    loss = lambda targets, predictions: keras.ops.sum(predictions * weights)  # noqa: E731
    flow = gradient_flow(model, random_inputs((1, TIME, FEATURES)), np.zeros((1, TIME, 1)), loss=loss)
    assert "explodes" not in flow.advice()[0]


def test_a_pooling_that_reads_every_step():
    model = many_to_one(Vectors(FEATURES), Recurrent("vanilla", UNITS, seed=1), Values(1), pooling="mean")
    (told,) = gradient_flow(model, random_inputs((2, TIME, FEATURES)), np.zeros((2, 1))).advice()
    assert "reads most steps directly" in told


def test_bad_input():
    inputs = random_inputs((2, TIME, FEATURES))
    plain = keras.Sequential([keras.Input((TIME, FEATURES)), keras.layers.Dense(1)])
    with pytest.raises(ValueError, match=r"must hold a recurrence.*Dense"):
        gradient_flow(plain, inputs, inputs)
    no_loss = keras.Sequential([keras.Input((TIME, FEATURES)), keras.layers.GRU(UNITS)])
    with pytest.raises(ValueError, match="`loss` must be given"):
        gradient_flow(no_loss, inputs, np.zeros((2, UNITS)))
    flow = gradient_flow(no_loss, inputs, np.zeros((2, UNITS)), loss="mse")
    with pytest.raises(ValueError, match=r"'gru\w*/h'; got 'layer_7'"):
        flow["layer_7"]


@pytest.mark.slow
@pytest.mark.parametrize("cell", ["vanilla", "lstm", "gru", "min_gru"])
def test_it_costs_at_most_three_training_steps(cell):
    """Side by side, so that a slow moment of the machine hits both."""
    model = many_to_one(Vectors(128), Recurrent(cell, 128), Classes(2), pooling="last")
    inputs, targets = random_inputs((64, 200, 128)), np.arange(64) % 2
    calls = [lambda: model.train_on_batch(inputs, targets), lambda: gradient_flow(model, inputs, targets)]
    seconds = [[], []]
    for number in range(14):
        for call, taken in zip(calls, seconds, strict=True):
            start = time.perf_counter()
            call()
            if number >= 2:  # the first ones compile
                taken.append(time.perf_counter() - start)
    ratios = np.array(seconds[1]) / np.array(seconds[0])
    print(cell, np.median(ratios))
    assert np.median(ratios) <= 3
