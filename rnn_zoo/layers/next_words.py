"""NextWords: the loss of a language model that reads in one or both directions, for pre-training."""

import keras
import numpy as np
from keras import ops

from rnn_zoo.checks import positive_integer
from rnn_zoo.layers.seeds import derive


@keras.saving.register_keras_serializable(package="rnn_zoo")
class NextWords(keras.layers.Layer):
    """How badly the outputs of a recurrence foretell the words around them: a sampled softmax.

        L = mean over t, k of  c_w (log(exp s_w + sum_n exp s_n) - s_w),   w = x_(t+k)
        s_v = (h_t P) O_v + b_v + log p_v - log(S q_v),   q_v ~ p_v^(3/4),   c_w = min(1, sqrt(3e-4 / p_w))

    where p_v is the share of word v in the texts, n are S words drawn from q, the same for a whole batch, and k goes
    over the next `ahead` steps. Outputs that ran forwards foretell later words, those that ran backwards earlier ones.
    Looking several words ahead asks for what a text is about; c keeps "the" and "of" from being most of the lesson.

    Args:
        vocabulary_size: int > 2, the number of token ids; 0 is padding and 1 `[UNK]`, and neither is foretold.
        dim: int > 0, the width of a word's output vector.
        backward_features: int >= 0, how many of the last features ran backwards (`Recurrent` has a property so named).
        ahead: int > 0, steps to look ahead.
        seen: int > 0, the tokens that a step has seen at once: n for a front that reads n-grams up to n. The backward
            direction foretells those before them.
        samples: int > 0, S.
        seed: int or None, of the words drawn.

    Call arguments:
        inputs: <float>[batch, time, features], outputs of a recurrence.
        ids: <int>[batch, time], the token ids that it read, padding on the right.

    Returns:
        <float32>[batch], the mean loss of a text in nats, 0 where there is no word to foretell. It is that of telling
        the right word from those drawn: about log(S + 1) where nothing but p is known.

    Raises:
        ValueError: an argument is out of its range.

    Reference: Jean et al. 2015, "On using very large target vocabulary for neural machine translation" (sampling);
        Mikolov et al. 2013 (q and c); Dai and Le 2015, "Semi-supervised sequence learning" (the use).
    """

    def __init__(self, vocabulary_size, dim, backward_features=0, ahead=4, seen=1, samples=256, seed=None, **kwargs):
        super().__init__(**{**kwargs, "dtype": "float32"})
        self.vocabulary_size = positive_integer("vocabulary_size", vocabulary_size)
        if self.vocabulary_size < 3:
            raise ValueError(
                f"`vocabulary_size` must be at least 3 (padding, [UNK] and a word to foretell), got {vocabulary_size}."
            )
        self.dim = positive_integer("dim", dim)
        if isinstance(backward_features, bool) or not isinstance(backward_features, int) or backward_features < 0:
            raise ValueError(
                f"`backward_features` must be an integer >= 0, got {backward_features!r}; a recurrence that mixes its "
                "directions has none, merge them with 'concat'."
            )
        self.backward_features = backward_features
        self.ahead = positive_integer("ahead", ahead)
        self.seen = positive_integer("seen", seen)
        self.samples = positive_integer("samples", samples)
        self.seed = seed
        self.seeds = keras.random.SeedGenerator(derive(seed, "next_words"))

    def adapt(self, tokens, labels=None):
        """Counts the words of the texts, a list of <int>[time]; labels are not looked at."""
        if not self.built:
            raise ValueError("`NextWords` must be called, in a model, before it is adapted.")
        counts = np.zeros(self.vocabulary_size)
        for ids in tokens:
            counts += np.bincount(ids, minlength=self.vocabulary_size)
        counts[:2] = 0
        self.frequency.assign(counts / max(counts.sum(), 1))

    def build(self, inputs_shape, ids_shape=None):
        features = inputs_shape[-1]
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

    def call(self, inputs, ids):
        ids = ops.cast(ids, "int32")
        known = ops.cast(ops.arange(self.vocabulary_size) > 1, "float32")
        frequency = ops.maximum(ops.convert_to_tensor(self.frequency), 1e-12)
        draws = known * frequency**0.75
        draws = ops.log(draws / ops.sum(draws) + 1e-20)
        others = keras.random.categorical(draws[None], self.samples, seed=self.seeds)[0]
        # Less log(S q), for the right word too: what is drawn often would otherwise be wrong often. So the scores
        # without it are those of a softmax over all words.
        bias = self.bias + ops.log(frequency) - draws - float(np.log(self.samples))
        weight = ops.take(known * ops.minimum(1.0, ops.sqrt(3e-4 / frequency)), ids)
        vectors, biases = ops.take(self.vectors, ids, axis=0), ops.take(bias, ids)
        other_vectors, other_biases = ops.take(self.vectors, others, axis=0), ops.take(bias, others)

        loss, total = 0.0, 0.0
        for name, start, stop in self.directions:
            guess = ops.matmul(ops.cast(inputs[..., start:stop], "float32"), self.projections[name])
            rest = ops.logsumexp(ops.matmul(guess, ops.transpose(other_vectors)) + other_biases, axis=-1)
            first = 1 if name == "forward" else self.seen
            for step in range(first, first + self.ahead):
                here, there = (slice(None, -step), slice(step, None))
                if name == "backward":
                    here, there = there, here
                score = ops.sum(guess[:, here] * vectors[:, there], axis=-1) + biases[:, there]
                loss += ops.sum(ops.softplus(rest[:, here] - score) * weight[:, there], axis=1)
                total += ops.sum(weight[:, there], axis=1)
        return loss / ops.maximum(total, 1e-6)

    def compute_mask(self, inputs, previous_mask=None):
        return None

    def compute_output_shape(self, inputs_shape, ids_shape=None):
        return (inputs_shape[0],)

    def get_config(self):
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
