"""Tags: head for sequence tagging, with or without a CRF."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from rnn_zoo.layers.crf import linear_chain as chain
from rnn_zoo.layers.crf.crf import CRF
from rnn_zoo.layers.crf.loss import ChainAccuracy, ChainLoss
from rnn_zoo.layers.crf.marginals import ChainPrediction
from rnn_zoo.layers.heads.head import Head
from rnn_zoo.text.tag_scheme import rules
from rnn_zoo.types import Model, Shape, Tensor


@keras.saving.register_keras_serializable(package="rnn_zoo")
class Tags(Head):
    """Predicts a tag for every step.

        p(y_t | x) = softmax(x_t W + b)                                         without CRF
        p(y | x) = exp(sum_t (x_t W + b)(y_t) + sum_t A(y_(t-1), y_t)) / Z      with CRF, see `CRF`

    `decode` returns the most probable sequence that the tag scheme allows, with or without a CRF: never "I-LOC" after
    "O". Targets are tag numbers, <int>[batch, time]; the loss is the negative log-likelihood per valid step; the metric
    is the accuracy.

    Args:
        tags: tags in the order of their numbers, whose scheme (BIO, BIOES, or none, as for parts of speech) decides
            which may follow which; or int > 1, their number, if any tag may follow any.
        crf: whether a tag depends on the previous one.

    Call arguments:
        inputs: <float>[batch, time, features].
        mask: <bool>[batch, time], valid steps first; default: the mask of the inputs.

    Returns:
        <float32>[batch, time, count], each step a distribution; with a CRF log p(y_t = j | y_(t-1) = i, x),
        <float32>[batch, time, count, count].

    Raises:
        ValueError: there are fewer than two tags, or a tag occurs twice.

    Reference: Huang et al. 2015, "Bidirectional LSTM-CRF models for sequence tagging"; Lample et al. 2016.
    """

    activation = "softmax"

    def __init__(self, tags: Sequence[str] | int, crf: bool = False, **kwargs: Any) -> None:
        names = list(tags) if isinstance(tags, (list, tuple)) else None
        count: Any = tags if names is None else len(names)
        super().__init__(count, **kwargs)
        if self.count < 2:
            raise ValueError(f"`tags` must be at least 2, got {tags!r}: a single tag is always right.")
        if names and len(set(names)) < len(names):
            raise ValueError(f"`tags` must differ from each other, got {names!r}.")
        self.tags = names or self.count
        self.crf = bool(crf)
        self.per_step = not self.crf
        # Without a CRF it is not trained and only applies the tag scheme.
        allowed = dict(zip(("allowed", "allowed_start", "allowed_end"), rules(names), strict=True)) if names else {}
        self.sequence = CRF(self.count, **allowed, trainable=self.crf, name="crf")

    # Without `evidence`: Keras matches shapes to arguments by the signatures.
    def build(self, inputs_shape: Shape) -> None:  # type: ignore[override]
        super().build(inputs_shape)
        self.sequence.build((*inputs_shape[:-1], self.count))

    def call(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:  # type: ignore[override]
        if self.crf:
            return self.sequence(self.dense(inputs), mask=mask)
        return ops.softmax(self.dense(inputs))

    def as_chain(self, outputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """Converts outputs to log p(y_t | y_(t-1), x) over the sequences that the scheme allows.

        Args:
            outputs: outputs of the layer, with or without a CRF.
            mask: <bool>[batch, time] or None: all valid.
        Returns:
            <float32>[batch, time, count, count], as `CRF` returns; see `linear_chain.marginals` and
            `linear_chain.viterbi`.
        """
        if self.crf:
            return outputs
        tiny = keras.config.epsilon() ** 2  # an underflowed probability is improbable, not impossible
        return self.sequence(ops.log(ops.maximum(outputs, tiny)), mask=mask)

    def predict(self, inputs: Tensor, mask: Tensor | None = None) -> ChainPrediction:
        """Predicts the most probable tags and the probabilities of all tags, without gradients.

        Args:
            inputs: <float>[batch, time, features], as in `call`.
            mask: <bool>[batch, time] or None: all valid.
        Returns:
            ChainPrediction, equal to the values of `as_chain` but faster.
        """
        return self.sequence.predict(self.dense(inputs), mask)

    def decode(self, outputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """Most probable tag sequence of the layer's outputs: <int32>[batch, time], 0 at masked steps."""
        tags = chain.viterbi(self.as_chain(ops.convert_to_tensor(outputs), mask))
        return tags if mask is None else ops.where(ops.cast(mask, "bool"), tags, 0)

    def compute_output_shape(self, inputs_shape: Shape) -> Shape:  # type: ignore[override]
        return (*inputs_shape[:-1], *[self.count] * (1 + self.crf))

    def make_loss(self) -> Model:
        return ChainLoss() if self.crf else keras.losses.SparseCategoricalCrossentropy()

    def make_metrics(self) -> list[Model]:
        accuracy = ChainAccuracy if self.crf else keras.metrics.SparseCategoricalAccuracy
        return [accuracy(name="accuracy")]

    def make_step_loss(self) -> Model:
        return self.make_loss() if self.crf else super().make_step_loss()

    def make_step_metrics(self) -> list[Model]:
        return self.make_metrics() if self.crf else super().make_step_metrics()

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["count"], config["evidence_weight"]
        return {**config, "tags": self.tags, "crf": self.crf}
