"""CRF: scores of tags, step by step, to a distribution over whole sequences of tags."""

import keras
import numpy as np
from keras import ops

from rnn_zoo.checks import positive_integer
from rnn_zoo.layers import chain, chain_reading


@keras.saving.register_keras_serializable(package="rnn_zoo")
class CRF(keras.layers.Layer):
    """A linear-chain conditional random field.

        p(y | x) = exp(start(y_0) + sum_t x_t(y_t) + sum_t A(y_(t-1), y_t) + end(y_T)) / Z(x)

    It answers with log p(y_t | y_(t-1), x), which is all that p(y | x) is: train it with `ChainLoss`, read it
    with `decode` (the best sequence), `read` (that and how probable it is), `chain.marginals` and
    `chain.log_probabilities`. It computes in float32 whatever the policy of the model.

    Args:
        count: int > 1, the number of tags.
        allowed: <bool>[count, count] or None, where the row's tag may be followed by the column's; None: everywhere.
        allowed_start, allowed_end: <bool>[count] or None, which tags a sequence may start and end with.
        regularizer: Keras regularizer of the transitions, or None.

    Call arguments:
        inputs: <float>[batch, time, count], the scores of the tags, any real numbers.
        mask: <bool>[batch, time], valid steps first; by default the mask that the inputs carry. A row may be empty.

    Returns:
        <float32>[batch, time, count, count]; the first step has the same row for every tag before it, a masked one
        hands the tag on. A sequence that is not allowed has a probability of 0, whatever the scores.

    Raises:
        ValueError: `count` is no integer > 1, an `allowed` has another shape or leaves no way on, or the inputs another
            width.

    Reference: Lafferty et al. 2001, "Conditional random fields"; Lample et al. 2016, "Neural architectures for named
        entity recognition", equations 1-3.
    """

    def __init__(self, count, allowed=None, allowed_start=None, allowed_end=None, regularizer=None, **kwargs):
        super().__init__(**{**kwargs, "dtype": "float32"})
        self.supports_masking = True
        self.count = positive_integer("count", count)
        if self.count < 2:
            raise ValueError("`count` must be at least 2, got 1: a single tag needs no telling.")
        self.allowed = _checked("allowed", allowed, (self.count, self.count))
        self.allowed_start = _checked("allowed_start", allowed_start, (self.count,))
        self.allowed_end = _checked("allowed_end", allowed_end, (self.count,))
        self.regularizer = keras.regularizers.get(regularizer)

    def build(self, inputs_shape):
        if inputs_shape[-1] != self.count:
            raise ValueError(f"the inputs must hold a score for each of {self.count} tags, got {inputs_shape[-1]}.")
        shape = (self.count, self.count)
        self.transitions = self.add_weight(shape, "zeros", regularizer=self.regularizer, name="transitions")
        self.start = self.add_weight(shape[:1], "zeros", regularizer=self.regularizer, name="start")
        self.end = self.add_weight(shape[:1], "zeros", regularizer=self.regularizer, name="end")

    def call(self, inputs, mask=None):
        return chain.conditionals(self.potentials(inputs, mask))

    def potentials(self, inputs, mask=None):
        """The unnormalised log-weights, <float32>[batch, time, count, count]; see `chain`."""
        return chain.potentials(ops.cast(inputs, "float32"), *self._scheme(), mask)

    def read(self, inputs, mask=None):
        """The most probable tags and how probable each is: `chain_reading.Reading`, without gradients."""
        return chain_reading.read(ops.cast(inputs, "float32"), *self._scheme(), mask)

    def _scheme(self):
        """Transitions, start and end, where what is not allowed is never."""
        return [
            ops.where(np.array(allowed, "bool"), ops.convert_to_tensor(weight), chain.NEVER)
            for weight, allowed in (
                (self.transitions, self.allowed),
                (self.start, self.allowed_start),
                (self.end, self.allowed_end),
            )
        ]

    def decode(self, inputs, mask=None):
        """The most probable tags: <float>[batch, time, count] -> <int32>[batch, time], 0 at masked steps."""
        tags = self.read(inputs, mask).tags
        return tags if mask is None else ops.where(ops.cast(mask, "bool"), tags, 0)

    def compute_output_shape(self, inputs_shape):
        return (*inputs_shape, self.count)

    def get_config(self):
        return {
            **super().get_config(),
            "count": self.count,
            "allowed": self.allowed,
            "allowed_start": self.allowed_start,
            "allowed_end": self.allowed_end,
            "regularizer": keras.regularizers.serialize(self.regularizer),
        }


def _checked(name, allowed, shape):
    """`allowed` as nested lists of bool, as a configuration holds it."""
    allowed = np.ones(shape, "bool") if allowed is None else np.asarray(allowed, "bool")
    if allowed.shape != shape:
        raise ValueError(f"`{name}` must have shape {shape}, got {allowed.shape}.")
    if not allowed.any(axis=-1).all():
        raise ValueError(f"`{name}` must allow one tag at least" + (" after each tag." if len(shape) == 2 else "."))
    return allowed.tolist()
