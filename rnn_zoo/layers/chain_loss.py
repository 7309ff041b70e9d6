"""The loss and the accuracy of a distribution over sequences of tags."""

import keras
from keras import ops

from rnn_zoo.layers import chain
from rnn_zoo.layers.steps import carried_mask


@keras.saving.register_keras_serializable(package="rnn_zoo")
class ChainLoss(keras.losses.Loss):
    """The negative log-likelihood of sequences of tags, as the mean over valid steps.

        L = -sum_(b,t) m_bt log p(y_bt | y_b(t-1), x_b) / sum_(b,t) m_bt

    Call arguments:
        y_true: <int>[batch, time], tags; at masked steps anything.
        y_pred: <float>[batch, time, count, count], log-conditionals, with the mask m that they carry.

    Returns:
        <float>[], 0 for a batch without a valid step.

    Reference: Lafferty et al. 2001, "Conditional random fields", section 3.
    """

    def __init__(self, name="chain_loss", reduction="sum_over_batch_size", dtype=None):
        super().__init__(name=name, reduction=reduction, dtype=dtype)

    def call(self, y_true, y_pred):
        return -chain.log_probabilities(y_pred, y_true)


@keras.saving.register_keras_serializable(package="rnn_zoo")
class ChainAccuracy(keras.metrics.Mean):
    """The share of valid steps whose most probable tag, argmax_j p(y_t = j | x), is the right one.

    Call arguments of `update_state`: as those of `ChainLoss`; sample_weight is <float>[batch], <float>[batch, time] or
    None.
    """

    _direction = "up"  # by which Keras's early stopping knows that more is better

    def update_state(self, y_true, y_pred, sample_weight=None):
        probable = ops.argmax(chain.marginals(y_pred), axis=-1)
        right = ops.cast(probable == ops.cast(y_true, probable.dtype), "float32")
        mask = carried_mask(y_pred)
        weights = ops.ones_like(right) if mask is None else ops.cast(mask, "float32")
        if sample_weight is not None:
            given = ops.cast(sample_weight, "float32")
            weights = weights * (given[:, None] if len(given.shape) == 1 else given)
        return super().update_state(right, sample_weight=weights)
