"""LanguageModelLoss: uni- or bidirectional language-modelling loss for pre-training."""

from collections.abc import Iterable
from typing import Any

import keras
import numpy as np
from keras import ops

from rnn_zoo.checks import positive_integer
from rnn_zoo.layers.seeds import derive
from rnn_zoo.types import Shape, Tensor


@keras.saving.register_keras_serializable(package="rnn_zoo")
class LanguageModelLoss(keras.layers.Layer):
    """Sampled-softmax loss of predicting surrounding words from the outputs of a recurrence.

        L = mean over t, k of  c_w (log(exp s_w + sum_n exp s_n) - s_w),   w = x_(t+k)
        s_v = (h_t P) O_v + b_v + log p_v - log(S q_v),   q_v ~ p_v^(3/4),   c_w = min(1, sqrt(3e-4 / p_w))

    where p_v is the frequency of word v in the texts, n are S words sampled from q, shared by the whole batch, and k
    runs over the next `ahead` steps. Forward features predict later words, backward features earlier ones. Predicting
    several words ahead rewards features of the topic; c limits the weight of frequent words such as "the" and "of".

    Args:
        vocabulary_size: int > 2, number of token ids; 0 is padding, 1 is `[UNK]`; neither is predicted.
        dim: int > 0, width of a word's output vector.
        backward_features: int >= 0, the number of last features that ran backwards (see `Recurrent.backward_features`).
        ahead: int > 0, steps to predict ahead.
        seen: int > 0, tokens that a step encodes: n for a front with n-grams up to n. The backward direction predicts
            the tokens before these.
        samples: int > 0, S, the number of sampled words.
        seed: seed of the sampled words.

    Call arguments:
        inputs: <float>[batch, time, features], outputs of a recurrence.
        ids: <int>[batch, time], its input token ids, padding on the right.

    Returns:
        <float32>[batch], the mean loss of a text in nats, 0 if there is no word to predict. It is the loss of
        distinguishing the target from the S sampled words: about log(S + 1) for a model that only knows p.

    Raises:
        ValueError: an argument is out of its range.

    Reference: Jean et al. 2015, "On using very large target vocabulary for neural machine translation" (sampling);
        Mikolov et al. 2013 (q and c); Dai and Le 2015, "Semi-supervised sequence learning" (pre-training).
    """

    def __init__(
        self,
        vocabulary_size: int,
        dim: int,
        backward_features: int = 0,
        ahead: int = 4,
        seen: int = 1,
        samples: int = 256,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{**kwargs, "dtype": "float32"})
        self.vocabulary_size = positive_integer("vocabulary_size", vocabulary_size)
        if self.vocabulary_size < 3:
            raise ValueError(
                f"`vocabulary_size` must be at least 3 (padding, [UNK] and a word to predict), got {vocabulary_size}."
            )
        self.dim = positive_integer("dim", dim)
        if isinstance(backward_features, bool) or not isinstance(backward_features, int) or backward_features < 0:
            raise ValueError(
                f"`backward_features` must be an integer >= 0, got {backward_features!r}; it is None for a "
                "recurrence that mixes its directions: set merge='concat' in it."
            )
        self.backward_features = backward_features
        self.ahead = positive_integer("ahead", ahead)
        self.seen = positive_integer("seen", seen)
        self.samples = positive_integer("samples", samples)
        self.seed = seed
        self.seeds = keras.random.SeedGenerator(derive(seed, "next_words"))

    def adapt(self, tokens: Iterable[Tensor], labels: Tensor | None = None) -> None:
        """Counts the words of the texts, a list of <int>[time]; labels are ignored."""
        if not self.built:
            raise ValueError("`LanguageModelLoss` must be called in a model before it is adapted.")
        counts = np.zeros(self.vocabulary_size)
        for ids in tokens:
            counts += np.bincount(ids, minlength=self.vocabulary_size)
        counts[:2] = 0
        self.frequency.assign(counts / max(counts.sum(), 1))

    def build(self, inputs_shape: Shape, ids_shape: Shape | None = None) -> None:
        features: Any = inputs_shape[-1]
        if self.backward_features > features:
            raise ValueError(
                f"`backward_features` must be at most the {features} features of the inputs, got "
                f"{self.backward_features}."
            )
        self.directions = [("forward", 0, features - self.backward_features)]
        if self.backward_features:
            self.directions.append(("backward", features - self.backward_features, features))
        self.directions = [direction for direction in self.directions if direction[1] < direction[2]]
        self.projections = {
            name: self.add_weight((stop - start, self.dim), "glorot_uniform", name=f"{name}_projection")
            for name, start, stop in self.directions
        }
        size = self.vocabulary_size
        self.vectors = self.add_weight((size, self.dim), keras.initializers.RandomNormal(stddev=0.05), name="vectors")
        self.bias = self.add_weight((size,), "zeros", name="bias")
        self.frequency = self.add_weight(
            (size,), keras.initializers.Constant(1 / size), trainable=False, name="frequency"
        )

    def call(self, inputs: Tensor, ids: Tensor) -> Tensor:
        ids = ops.cast(ids, "int32")
        is_word = ops.cast(ops.arange(self.vocabulary_size) > 1, "float32")
        frequency = ops.maximum(ops.convert_to_tensor(self.frequency), 1e-12)
        log_q = is_word * frequency**0.75
        log_q = ops.log(log_q / ops.sum(log_q) + 1e-20)
        sampled = keras.random.categorical(log_q[None], self.samples, seed=self.seeds)[0]
        # Subtract log(S q), for the target too, to correct for the sampling: the scores without it are then the
        # logits of a softmax over all words.
        bias = self.bias + ops.log(frequency) - log_q - float(np.log(self.samples))
        weight = ops.take(is_word * ops.minimum(1.0, ops.sqrt(3e-4 / frequency)), ids)
        vectors, biases = ops.take(self.vectors, ids, axis=0), ops.take(bias, ids)
        sampled_vectors, sampled_biases = ops.take(self.vectors, sampled, axis=0), ops.take(bias, sampled)

        loss, total = 0.0, 0.0
        for name, start, stop in self.directions:
            projected = ops.matmul(ops.cast(inputs[..., start:stop], "float32"), self.projections[name])
            noise = ops.logsumexp(ops.matmul(projected, ops.transpose(sampled_vectors)) + sampled_biases, axis=-1)
            first = 1 if name == "forward" else self.seen
            for step in range(first, first + self.ahead):
                inputs_at, targets_at = (slice(None, -step), slice(step, None))
                if name == "backward":
                    inputs_at, targets_at = targets_at, inputs_at
                score = ops.sum(projected[:, inputs_at] * vectors[:, targets_at], axis=-1) + biases[:, targets_at]
                loss += ops.sum(ops.softplus(noise[:, inputs_at] - score) * weight[:, targets_at], axis=1)
                total += ops.sum(weight[:, targets_at], axis=1)
        return loss / ops.maximum(total, 1e-6)

    def compute_mask(self, inputs: Tensor, previous_mask: Tensor | None = None) -> Tensor | None:
        return None

    def compute_output_shape(self, inputs_shape: Shape, ids_shape: Shape | None = None) -> Shape:
        return (inputs_shape[0],)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "dim": self.dim,
            "backward_features": self.backward_features,
            "ahead": self.ahead,
            "seen": self.seen,
            "samples": self.samples,
            "seed": self.seed,
        }
