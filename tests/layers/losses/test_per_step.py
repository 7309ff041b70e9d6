import keras
import numpy as np
import pytest
from helpers import random_inputs
from keras import ops

from rnn_zoo.layers import Classes, Labels, Values
from rnn_zoo.layers.losses.per_step import PerStepLoss, PerStepMetric
from rnn_zoo.layers.masks import carried_mask

MASK = np.array([[1, 1, 1, 0], [1, 0, 0, 0], [0, 0, 0, 0]], bool)
INPUTS = random_inputs((3, 4, 2))


def predictions_of(head, mask=MASK):
    """Predictions of a head at every step, which carry the mask."""
    inputs = ops.convert_to_tensor(INPUTS)
    if mask is None:
        return head(inputs)
    return head(keras.layers.Masking()(np.where(mask[..., None], inputs, 0)))


def targets_of(head):
    generator = np.random.default_rng(1)
    if isinstance(head, Classes):
        return generator.integers(0, head.count, (3, 4))
    return generator.integers(0, 2, (3, 4, head.count)).astype("float32")


@pytest.mark.parametrize("head", [Classes(3), Labels(1), Values(2)], ids=lambda head: head.name)
@pytest.mark.parametrize("weights", [None, np.array([2.0, 0.5, 1.0])], ids=["unweighted", "weighted"])
def test_valid_steps_count_equally_and_padding_not(head, weights):
    predictions, targets = predictions_of(head), targets_of(head)
    np.testing.assert_array_equal(carried_mask(predictions), MASK)
    steps = ops.convert_to_numpy(predictions)[MASK]
    per_step = None if weights is None else np.repeat(weights, MASK.sum(axis=1))
    expected = float(head.make_loss()(targets[MASK], steps, per_step))
    targets = np.where(MASK, targets, -1) if isinstance(head, Classes) else np.where(MASK[..., None], targets, np.nan)
    for given in [targets, targets[..., 0]] if head.count == 1 else [targets]:
        assert float(head.make_step_loss()(given, predictions, weights)) == pytest.approx(expected, rel=1e-5)
        (single,), (metric,) = head.make_metrics(), head.make_step_metrics()
        single.update_state(targets[MASK], steps, per_step)
        metric.update_state(given, predictions, weights)
        assert metric.name == single.name
        assert float(metric.result()) == pytest.approx(float(single.result()), rel=1e-5)


def test_without_a_mask_every_step_counts():
    head = Classes(3)
    predictions, targets = predictions_of(head, mask=None), targets_of(head)
    flat = ops.reshape(predictions, (-1, 3))
    expected = float(head.make_loss()(targets.reshape(-1), flat))
    assert float(head.make_step_loss()(targets, predictions)) == pytest.approx(expected, rel=1e-5)
    metric = head.make_step_metrics()[0]
    metric.update_state(targets, predictions)
    assert float(metric.result()) == pytest.approx(
        np.mean(ops.convert_to_numpy(flat).argmax(-1) == targets.reshape(-1))
    )


def test_a_batch_without_valid_steps_adds_nothing():
    head = Classes(3)
    predictions, targets = predictions_of(head, np.zeros_like(MASK)), targets_of(head)
    assert float(head.make_step_loss()(targets, predictions)) == 0
    metric = head.make_step_metrics()[0]
    metric.update_state(targets, predictions)
    assert float(metric.result()) == 0
    valid = predictions_of(head)
    metric.update_state(ops.argmax(valid, axis=-1), valid)
    assert float(metric.result()) == 1
    metric.reset_state()
    assert float(metric.result()) == 0


def test_configurations_round_trip():
    for made in (PerStepLoss(Classes(3).make_loss()), PerStepMetric(Classes(3).make_metrics()[0])):
        config = keras.saving.serialize_keras_object(made)
        again = keras.saving.deserialize_keras_object(config)
        assert type(again) is type(made) and again.name == made.name
        assert keras.saving.serialize_keras_object(again) == config


def test_the_direction_is_that_of_the_wrapped_metric():
    assert PerStepMetric(keras.metrics.SparseCategoricalAccuracy())._direction == "up"
    assert PerStepMetric(keras.metrics.MeanAbsoluteError())._direction == "down"
    assert not hasattr(PerStepMetric(keras.metrics.Mean()), "_direction")
