"""ChainLoss and ChainAccuracy: loss and metric of a linear chain over tags."""

from typing import Any

import keras
from keras import ops

from rnn_zoo.layers.crf import linear_chain as chain
from rnn_zoo.layers.losses.per_step import step_weights
from rnn_zoo.layers.masks import carried_mask
from rnn_zoo.types import Tensor


@keras.saving.register_keras_serializable(package="rnn_zoo")
class ChainLoss(keras.losses.Loss):
    """Negative log-likelihood of tag sequences, averaged over valid steps.

        L = -sum_(b,t) w_bt m_bt log p(y_bt | y_b(t-1), x_b) / sum_(b,t) m_bt

    Call arguments:
        y_true: <int>[batch, time], tags; any value at masked steps.
        y_pred: <float>[batch, time, count, count], conditional log-probabilities of a `CRF`, which carry the mask m.
        sample_weight: <float>[batch] or <float>[batch, time] or None: weights of sequences or of steps, w.

    Returns:
        <float>[], 0 for a batch without a valid step.

    Reference: Lafferty et al. 2001, "Conditional random fields", section 3.
    """

    def __init__(
        self, name: str = "chain_loss", reduction: str | None = "sum_over_batch_size", dtype: Any = None
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)

    def __call__(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None = None) -> Tensor:
        weights = step_weights(sample_weight, y_pred)
        if weights is not None:
            weights = weights * ops.ones(ops.shape(y_pred)[:2], weights.dtype)  # Keras writes into it on PyTorch
        return super().__call__(y_true, y_pred, weights)

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        return -chain.log_probabilities(y_pred, y_true)


@keras.saving.register_keras_serializable(package="rnn_zoo")
class ChainAccuracy(keras.metrics.Mean):
    """Fraction of valid steps whose most probable tag, argmax_j p(y_t = j | x), is correct.

    Arguments of `update_state`: y_true and y_pred as of `ChainLoss`; sample_weight <float>[batch], <float>[batch, time]
    or None.
    """

    _direction = "up"  # Keras's early stopping reads it: higher is better

    def update_state(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None = None) -> None:
        predicted = ops.argmax(chain.marginals(y_pred), axis=-1)
        correct = ops.cast(predicted == ops.cast(y_true, predicted.dtype), "float32")
        mask = carried_mask(y_pred)
        weights = ops.ones_like(correct) if mask is None else ops.cast(mask, "float32")
        if sample_weight is not None:
            weights = weights * ops.cast(step_weights(sample_weight, y_pred), "float32")
        return super().update_state(correct, sample_weight=weights)
