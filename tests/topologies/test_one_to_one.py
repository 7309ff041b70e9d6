import keras
import numpy as np
import pytest
from helpers import needs_tensorflow, random_inputs, run_model_test

from rnn_zoo.layers import Classes, Recurrent, Tokens, Values, Vectors
from rnn_zoo.topologies import one_to_one


@needs_tensorflow
def test_promises_of_a_model():
    recurrence = Recurrent("vanilla", 4, depth=2, residual=True)
    model = one_to_one(Vectors(3), recurrence, Classes(2), dropout=0.2, name="named")
    assert model.compiled and model.name == "named"
    run_model_test(model, random_inputs((3, 3)), (3, 2))


def test_a_word_and_an_empty_one():
    model = one_to_one(Tokens(6, 3), Recurrent("lstm", 4, bidirectional=True), Values(2))
    answers = model.predict(np.array([2, 0], "int32"), verbose=0)
    np.testing.assert_allclose(answers[1], model.layers[-1].dense.bias, atol=1e-6)
    assert not np.allclose(*answers)


def test_a_vanilla_cell_is_a_layer_of_a_feed_forward_network():
    inputs = random_inputs((4, 3))
    recurrence, head = Recurrent("vanilla", 5, bias_initializer="normal"), Values(2)
    model = one_to_one(Vectors(3), recurrence, head)
    cell = recurrence.recurrences["layer_0/forward"].cell
    kernel, bias = (keras.ops.convert_to_numpy(weight) for weight in (cell.kernel, cell.bias))
    expected = head(np.tanh(inputs @ kernel + bias))
    np.testing.assert_allclose(model.predict(inputs, verbose=0), expected, atol=1e-5)


def test_any_layer_stands_for_front_recurrence_and_head():
    parts = (keras.layers.Identity(), keras.layers.LSTM(4, return_sequences=True), keras.layers.Dense(2))
    model = one_to_one(*parts, inputs=keras.Input((3,)))
    assert not model.compiled
    assert model.predict(random_inputs((2, 3)), verbose=0).shape == (2, 2)


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ({"recurrence": Recurrent("gru", 4, return_sequences=False)}, {}, "return_sequences=True"),
        ({"front": keras.layers.Identity()}, {}, "`inputs` must be given.*Identity"),
        ({}, {"dropout": -1}, "`dropout`"),
    ],
)
def test_errors_name_the_argument_and_the_fix(arguments, options, message):
    parts = {"front": Vectors(3), "recurrence": Recurrent("gru", 4), "head": Classes(2), **arguments}
    with pytest.raises(ValueError, match=message):
        one_to_one(*parts.values(), **options)
