"""Tags: the head that gives every step a tag, each by itself or the whole sequence at once."""

import keras
from keras import ops

from rnn_zoo.layers import chain
from rnn_zoo.layers.chain_loss import ChainAccuracy, ChainLoss
from rnn_zoo.layers.crf import CRF
from rnn_zoo.layers.head import Head
from rnn_zoo.text.tag_scheme import rules


@keras.saving.register_keras_serializable(package="rnn_zoo")
class Tags(Head):
    """A tag for every step.

        p(y_t | x) = softmax(x_t W + b)                                         without CRF
        p(y | x) = exp(sum_t (x_t W + b)(y_t) + sum_t A(y_(t-1), y_t)) / Z      with CRF, see `CRF`

    `decode` gives the most probable sequence, in either case only such as the scheme of the tags allows: never "I-LOC"
    after "O". Targets are tag numbers, <int>[batch, time]; the loss is the negative log-likelihood a step, over valid
    steps alone; the metric is the accuracy.

    Args:
        tags: list of str, the tags in the order of their numbers, whose scheme (BIO, BIOES, or none, as for parts of
            speech) says which may follow which; or int > 1, their number, where any may follow any.
        crf: bool, whether a tag depends on the one before.

    Call arguments:
        inputs: <float>[batch, time, features].
        mask: <bool>[batch, time], valid steps first; by default the mask that the inputs carry.

    Returns:
        <float32>[batch, time, count], each step a distribution; with a CRF log p(y_t = j | y_(t-1) = i, x),
        <float32>[batch, time, count, count].

    Raises:
        ValueError: there are less than two tags, or one twice.

    Reference: Huang et al. 2015, "Bidirectional LSTM-CRF models for sequence tagging"; Lample et al. 2016.
    """

    activation = "softmax"

    def __init__(self, tags, crf=False, **kwargs):
        named = isinstance(tags, (list, tuple))
        super().__init__(len(tags) if named else tags, **kwargs)
        if self.count < 2:
            raise ValueError(f"`tags` must be at least 2, got {tags!r}: a single tag needs no telling.")
        if named and len(set(tags)) < len(tags):
            raise ValueError(f"`tags` must differ from each other, got {list(tags)!r}.")
        self.tags = list(tags) if named else self.count
        self.crf = bool(crf)
        self.per_step = not self.crf
        # Without a CRF it is never trained, and holds the scheme alone.
        allowed = dict(zip(("allowed", "allowed_start", "allowed_end"), rules(tags), strict=True)) if named else {}
        self.sequence = CRF(self.count, **allowed, trainable=self.crf, name="crf")

    def build(self, inputs_shape):
        super().build(inputs_shape)
        self.sequence.build((*inputs_shape[:-1], self.count))

    def call(self, inputs, mask=None):
        if self.crf:
            return self.sequence(self.dense(inputs), mask=mask)
        return ops.softmax(self.dense(inputs))

    def as_chain(self, outputs, mask=None):
        """The outputs as log p(y_t | y_(t-1), x) over the sequences that the scheme allows, with or without a CRF.

        Args:
            outputs: what the layer returned.
            mask: <bool>[batch, time] or None: all valid.
        Returns:
            <float32>[batch, time, count, count], as of `CRF`; `chain.marginals` and `chain.viterbi` read it.
        """
        if self.crf:
            return outputs
        tiny = keras.config.epsilon() ** 2  # a probability that underflowed is improbable, not impossible
        return self.sequence(ops.log(ops.maximum(outputs, tiny)), mask=mask)

    def read(self, inputs, mask=None):
        """What the head says of its inputs: the most probable tags and their probabilities, for answering alone.

        Args:
            inputs: <float>[batch, time, features], as in a call.
            mask: <bool>[batch, time] or None: all valid.
        Returns:
            rnn_zoo.layers.chain_reading.Reading, which says what `as_chain` of the outputs does, without making it.
        """
        return self.sequence.read(self.dense(inputs), mask)

    def decode(self, outputs, mask=None):
        """The most probable sequence of tags: the outputs -> <int32>[batch, time], 0 at masked steps."""
        tags = chain.viterbi(self.as_chain(outputs, mask))
        return tags if mask is None else ops.where(ops.cast(mask, "bool"), tags, 0)

    def compute_output_shape(self, inputs_shape):
        return (*inputs_shape[:-1], *[self.count] * (1 + self.crf))

    def make_loss(self):
        return ChainLoss() if self.crf else keras.losses.SparseCategoricalCrossentropy()

    def make_metrics(self):
        accuracy = ChainAccuracy if self.crf else keras.metrics.SparseCategoricalAccuracy
        return [accuracy(name="accuracy")]

    def make_step_loss(self):
        return self.make_loss() if self.crf else super().make_step_loss()

    def make_step_metrics(self):
        return self.make_metrics() if self.crf else super().make_step_metrics()

    def get_config(self):
        config = super().get_config()
        del config["count"], config["evidence_weight"]
        return {**config, "tags": self.tags, "crf": self.crf}
