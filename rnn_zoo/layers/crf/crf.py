"""CRF: a linear-chain conditional random field, from tag scores to a distribution over tag sequences."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from rnn_zoo.checks import positive_integer
from rnn_zoo.layers.crf import linear_chain as chain
from rnn_zoo.layers.crf.marginals import ChainPrediction, predict_chain
from rnn_zoo.types import Shape, Tensor


@keras.saving.register_keras_serializable(package="rnn_zoo")
class CRF(keras.layers.Layer):
    """A linear-chain conditional random field.

        p(y | x) = exp(start(y_0) + sum_t x_t(y_t) + sum_t A(y_(t-1), y_t) + end(y_T)) / Z(x)

    It returns log p(y_t | y_(t-1), x), whose product over time is p(y | x). Train it with `ChainLoss`; predict with
    `decode` (the best sequence), `predict` (the best sequence and its probabilities), `linear_chain.marginals` and
    `linear_chain.log_probabilities`. It computes in float32 under every dtype policy.

    Args:
        count: int > 1, number of tags.
        allowed: <bool>[count, count] or None, whether the column's tag may follow the row's; None: always.
        allowed_start, allowed_end: <bool>[count] or None, the tags that may start and end a sequence; None: all.
        regularizer: Keras regularizer of the transitions, or None.

    Call arguments:
        inputs: <float>[batch, time, count], tag scores, any real numbers.
        mask: <bool>[batch, time], valid steps first; default: the mask of the inputs. A row may be empty.

    Returns:
        <float32>[batch, time, count, count], log p(y_t = column | y_(t-1) = row). All rows of the first step are equal;
        a masked step repeats the previous tag. A sequence that is not allowed has probability 0.

    Raises:
        ValueError: `count` is not an integer > 1, an `allowed` argument has another shape or allows no tag, or the
            inputs have another width.

    Reference: Lafferty et al. 2001, "Conditional random fields"; Lample et al. 2016, "Neural architectures for named
        entity recognition", equations 1-3.
    """

    def __init__(
        self,
        count: int,
        allowed: Sequence[Sequence[bool]] | Tensor | None = None,
        allowed_start: Sequence[bool] | Tensor | None = None,
        allowed_end: Sequence[bool] | Tensor | None = None,
        regularizer: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{**kwargs, "dtype": "float32"})
        self.supports_masking = True
        self.count = positive_integer("count", count)
        if self.count < 2:
            raise ValueError("`count` must be at least 2, got 1: a single tag is always right.")
        self.allowed = _validated("allowed", allowed, (self.count, self.count))
        self.allowed_start = _validated("allowed_start", allowed_start, (self.count,))
        self.allowed_end = _validated("allowed_end", allowed_end, (self.count,))
        self.regularizer = keras.regularizers.get(regularizer)

    def build(self, inputs_shape: Shape) -> None:
        if inputs_shape[-1] != self.count:
            raise ValueError(f"`inputs` must have a score for each of the {self.count} tags, got {inputs_shape[-1]}.")
        shape = (self.count, self.count)
        self.transitions = self.add_weight(shape, "zeros", regularizer=self.regularizer, name="transitions")
        self.start = self.add_weight(shape[:1], "zeros", regularizer=self.regularizer, name="start")
        self.end = self.add_weight(shape[:1], "zeros", regularizer=self.regularizer, name="end")

    def call(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        return chain.conditionals(self.potentials(inputs, mask))

    def potentials(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """Unnormalised log-weights, <float32>[batch, time, count, count]; see `linear_chain.potentials`."""
        transitions, start, end = self._masked_weights()
        return chain.potentials(ops.cast(inputs, "float32"), transitions, start, end, mask)

    def predict(self, inputs: Tensor, mask: Tensor | None = None) -> ChainPrediction:
        """The most probable tags and the probabilities of all tags, without gradients."""
        transitions, start, end = self._masked_weights()
        return predict_chain(ops.cast(inputs, "float32"), transitions, start, end, mask)

    def _masked_weights(self) -> Any:
        """Transition, start and end scores, `NEVER` where not allowed."""
        return [
            ops.where(np.array(allowed, "bool"), ops.convert_to_tensor(weight), chain.NEVER)
            for weight, allowed in (
                (self.transitions, self.allowed),
                (self.start, self.allowed_start),
                (self.end, self.allowed_end),
            )
        ]

    def decode(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """Most probable tag sequence: <float>[batch, time, count] -> <int32>[batch, time], 0 at masked steps."""
        tags = self.predict(inputs, mask).tags
        return tags if mask is None else ops.where(ops.cast(mask, "bool"), tags, 0)

    def compute_output_shape(self, inputs_shape: Shape) -> Shape:
        return (*inputs_shape, self.count)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "count": self.count,
            "allowed": self.allowed,
            "allowed_start": self.allowed_start,
            "allowed_end": self.allowed_end,
            "regularizer": keras.regularizers.serialize(self.regularizer),
        }


def _validated(name, allowed, shape):
    """Validates `allowed`; returns nested lists of bool, which a configuration can hold."""
    allowed = np.ones(shape, "bool") if allowed is None else np.asarray(allowed, "bool")
    if allowed.shape != shape:
        raise ValueError(f"`{name}` must have shape {shape}, got {allowed.shape}.")
    if not allowed.any(axis=-1).all():
        raise ValueError(f"`{name}` must allow at least one tag" + (" after each tag." if len(shape) == 2 else "."))
    return allowed.tolist()
