import keras
import numpy as np
import pytest
from helpers import needs_tensorflow, random_inputs, run_model_test

from rnn_zoo.layers import Classes, Labels, Recurrent, Tokens, Values, Vectors
from rnn_zoo.topologies import many_to_many

IDS = np.array([[2, 3, 4, 5], [4, 3, 2, 0], [2, 0, 0, 0], [0, 0, 0, 0]], "int32")


@needs_tensorflow
def test_promises_of_a_model():
    recurrence = Recurrent("vanilla", 4, bidirectional=True)
    model = many_to_many(Tokens(6, 3), recurrence, Classes(3), dropout=0.2, name="named")
    assert model.compiled and model.name == "named"
    run_model_test(model, IDS, (4, 4, 3))


def test_vectors_carry_their_mask_to_the_metrics():
    inputs = random_inputs((2, 5, 3))
    inputs[1, 2:] = 0
    model = many_to_many(Vectors(3, mask_value=0.0), Recurrent("gru", 4), Values(1))
    targets = np.where(inputs.any(-1), 1, np.nan)
    error = np.abs(1 - model.predict(inputs, verbose=0)[..., 0])
    assert model.test_on_batch(inputs, targets)[1] == pytest.approx(error[inputs.any(-1)].mean(), rel=1e-5)


@needs_tensorflow
def test_padding_changes_neither_predictions_nor_loss_nor_metrics():
    model = many_to_many(Tokens(6, 3), Recurrent("lstm", 4, bidirectional=True), Classes(3))
    model.run_eagerly = True
    targets = np.array([[0, 1, 2, 0], [1, 1, 0, -1], [2, -1, -1, -1], [-1] * 4])
    padded, padded_targets = np.pad(IDS, [(0, 0), (0, 6)]), np.pad(targets, [(0, 0), (0, 6)], constant_values=-1)
    predicted = model.predict(IDS, verbose=0)
    np.testing.assert_allclose(model.predict(padded, verbose=0)[:, :4], predicted, atol=1e-6)
    valid = IDS != 0
    right = np.take_along_axis(predicted[valid], targets[valid][:, None], axis=1)
    expected = {
        "loss": -np.log(right).mean(),
        "accuracy": np.mean(predicted[valid].argmax(-1) == targets[valid]),
    }
    for ids, labels in ((IDS, targets), (padded, padded_targets)):
        scores = model.evaluate(ids, labels, batch_size=4, verbose=0, return_dict=True)
        assert scores == pytest.approx(expected, rel=1e-5)
    # One batch of each length: every step counts the same, whatever is padded beside it.
    batches = [(padded[:1], padded_targets[:1]), (IDS[1:3], targets[1:3])]
    for ids, labels in batches:
        model.test_on_batch(ids, labels)
    assert float(model.get_metrics_result()["accuracy"]) == pytest.approx(expected["accuracy"])


def test_a_head_may_read_the_mask():
    @keras.saving.register_keras_serializable(package="tests")
    class Lengths(keras.layers.Layer):
        """The number of valid steps, at every step."""

        supports_masking = True

        def call(self, inputs, mask=None):
            return keras.ops.sum(keras.ops.cast(mask, "float32"), axis=1)[:, None, None] + 0 * inputs[..., :1]

        def compute_output_shape(self, inputs_shape):
            return (*inputs_shape[:2], 1)

        def make_loss(self):
            return keras.losses.MeanSquaredError()

        def make_metrics(self):
            return []

    model = many_to_many(Tokens(6, 3), Recurrent("gru", 4), Lengths())
    assert model.compiled and model.loss.name == "mean_squared_error"
    np.testing.assert_array_equal(model.predict(IDS, verbose=0)[:, 0, 0], [4, 3, 1, 0])


def test_any_layer_stands_for_front_recurrence_and_head():
    parts = (keras.layers.Embedding(6, 3), keras.layers.LSTM(4, return_sequences=True), keras.layers.Dense(2))
    model = many_to_many(*parts, inputs=keras.Input((None,), dtype="int32"))
    assert not model.compiled
    assert model.predict(IDS, verbose=0).shape == (4, 4, 2)


@needs_tensorflow
def test_prediction_is_float32_under_mixed_precision():
    keras.config.set_dtype_policy("mixed_bfloat16")
    model = many_to_many(Tokens(6, 3), Recurrent("gru", 4), Labels(1))
    assert model.output.dtype == "float32"
    outputs = model(IDS)
    assert np.isfinite(model.compute_loss(y=np.ones((4, 4)), y_pred=outputs))


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ({"recurrence": Recurrent("gru", 4, return_sequences=False)}, {}, "return_sequences=True"),
        ({"recurrence": Recurrent("gru", 4, return_state=True)}, {}, "return_state=False"),
        ({"front": keras.layers.Embedding(6, 3)}, {}, "`inputs` must be given.*Embedding"),
        ({}, {"dropout": 1.5}, "`dropout`"),
    ],
)
def test_errors_name_the_argument_and_the_fix(arguments, options, message):
    parts = {"front": Tokens(6, 3), "recurrence": Recurrent("gru", 4), "head": Classes(2), **arguments}
    with pytest.raises(ValueError, match=message):
        many_to_many(*parts.values(), **options)
