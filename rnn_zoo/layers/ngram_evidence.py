"""NGramEvidence: what a linear model of n-grams knows of the classes, to learn beside a recurrence."""

import keras
import numpy as np
from keras import ops

from rnn_zoo.checks import fraction, positive_integer, positive_number
from rnn_zoo.layers.ngram_index import NGramIndex, flatten
from rnn_zoo.layers.seeds import derive


@keras.saving.register_keras_serializable(package="rnn_zoo")
class NGramEvidence(keras.layers.Layer):
    """The log-odds that the n-grams of a text give to each class: NB-SVM, with a logistic loss.

        s_k = b_k + sum_g w_kg r_kg n_g / sqrt(time),   r_kg = log P(g | class k) / P(g | the other classes)

    where n_g counts the n-gram g in the text. `adapt` counts r (smoothed by 1), fits w and b by logistic regression
    (scikit-learn) in seconds, and they stay as they are: a head adds the scores to its logits, so that the recurrence
    learns what the n-grams do not tell. Before `adapt` all scores are 0.

    Args:
        count: int > 1, the number of classes.
        vocabulary_size: int > 1, the number of token ids; 0 is padding.
        sizes: ints > 0, how many pairs, triples, ... to keep at most; single tokens all count.
        min_count: int > 0, the texts an n-gram must occur in.
        strength: float > 0, the C of the logistic regression; larger fits closer.
        dropout: in [0, 1), the share of texts that are learned without the scores, lest the recurrence lean on them.
        seed: int or None, of the dropout.

    Call arguments:
        inputs: <int>[batch, time], token ids, padding on the right.
        training: bool, whether dropout is on.

    Returns:
        <float32>[batch, count], scores to add to logits; b for a text without a token.

    Raises:
        ValueError: an argument is out of its range, or `adapt` is given labels that lack a class.

    Reference: Wang and Manning 2012, "Baselines and bigrams: simple, good sentiment and topic classification".
    """

    def __init__(
        self,
        count,
        vocabulary_size,
        sizes=(80_000, 60_000),
        min_count=8,
        strength=20.0,
        dropout=0.5,
        seed=None,
        **kwargs,
    ):
        super().__init__(**{**kwargs, "dtype": "float32"})
        self.count = positive_integer("count", count)
        if self.count < 2:
            raise ValueError("`count` must be at least 2, got 1: there is nothing to tell apart.")
        self.index = NGramIndex(vocabulary_size, sizes, min_count, name="index")
        self.strength = positive_number("strength", strength)
        self.dropout = fraction("dropout", dropout)
        self.seed = seed
        self.seeds = keras.random.SeedGenerator(derive(seed, "evidence"))
        # Number 0 of each order, unknown, has a place of its own.
        ends = np.cumsum([self.index.vocabulary_size, *[size + 1 for size in self.index.sizes]])
        self.starts, self.places = [0, *ends[:-1].tolist()], int(ends[-1])

    def adapt(self, tokens, labels):
        """Fits the n-grams and their scores to the training texts.

        Args:
            tokens: `rnn_zoo.text.TokenIds`, or a list of <int>[time].
            labels: <int>[texts], class numbers below `count`.
        """
        labels = np.asarray(labels)
        missing = sorted(set(range(self.count)) - set(labels.tolist()))
        if missing:
            raise ValueError(f"`labels` must hold every class from 0 to {self.count - 1}; {missing} never occur.")
        if not self.built:
            self.build()
        self.index.adapt(tokens)
        counts = self._counts(tokens)
        scores, biases = zip(*[self._fit(counts, labels == k) for k in self._asked()], strict=True)
        self.scores.assign(np.stack(scores, axis=-1))
        self.bias.assign(np.array(biases))

    def _asked(self):
        # Two classes are one question, as in any logistic regression; more are one question each.
        return [1] if self.count == 2 else range(self.count)

    def _counts(self, tokens):
        """<float>[texts, places], sparse: the counts of the n-grams of a text over the root of its length."""
        from scipy.sparse import csr_array

        ids, text, _ = flatten(tokens)
        columns = [ids, *self.index.number(tokens)]
        found = [column > 0 for column in columns]
        places = [column[known] + start for column, known, start in zip(columns, found, self.starts, strict=True)]
        rows = np.concatenate([text[known] for known in found])
        length = np.bincount(text[ids > 0], minlength=len(tokens))
        values = 1 / np.sqrt(length[rows])
        return csr_array((values, (rows, np.concatenate(places))), (len(tokens), self.places))

    def _fit(self, counts, members):
        """Scores of the n-grams for one class against the others, and the bias."""
        from sklearn.linear_model import LogisticRegression

        present = counts.sign()
        inside, outside = (present[rows].sum(axis=0) + 1 for rows in (members, ~members))
        ratio = np.log(inside / inside.sum()) - np.log(outside / outside.sum())
        fitted = LogisticRegression(C=self.strength, max_iter=500).fit(counts.multiply(ratio[None]).tocsr(), members)
        return fitted.coef_[0] * ratio, fitted.intercept_[0]

    def build(self, inputs_shape=None):
        self.index.build()
        columns = len(self._asked())
        self.scores = self.add_weight((self.places, columns), "zeros", trainable=False, name="scores")
        self.bias = self.add_weight((columns,), "zeros", trainable=False, name="bias")
        self.built = True

    def call(self, inputs, training=None):
        ids = ops.cast(inputs, "int32")
        numbers = [ids, *self.index(ids)]
        places = [number + start for number, start in zip(numbers, self.starts, strict=True)]
        scores = ops.sum(ops.take(self.scores, ops.stack(places, axis=-1), axis=0), axis=(1, 2))
        length = ops.sum(ops.cast(ids != 0, "float32"), axis=1, keepdims=True)
        scores = scores / ops.sqrt(ops.maximum(length, 1.0)) + self.bias
        if self.count == 2:
            scores = ops.pad(scores, [[0, 0], [1, 0]])
        if training and self.dropout:
            # Not `keras.layers.Dropout`, which scales up what it keeps: evidence is not to be exaggerated.
            kept = keras.random.uniform((ops.shape(scores)[0], 1), seed=self.seeds) >= self.dropout
            scores = ops.where(kept, scores, 0.0)
        return scores

    def compute_mask(self, inputs, previous_mask=None):
        return None

    def compute_output_shape(self, inputs_shape):
        return (inputs_shape[0], self.count)

    def get_config(self):
        return {
            **super().get_config(),
            "count": self.count,
            "vocabulary_size": self.index.vocabulary_size,
            "sizes": list(self.index.sizes),
            "min_count": self.index.min_count,
            "strength": self.strength,
            "dropout": self.dropout,
            "seed": self.seed,
        }
