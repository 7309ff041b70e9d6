"""NGramEvidence: class scores of a linear n-gram model, to combine with a recurrence."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from rnn_zoo.checks import positive_integer, positive_number
from rnn_zoo.layers.fronts.ngram_index import NGramIndex, flatten
from rnn_zoo.types import Shape, Tensor

SMALLEST_NORM = 1e-6  # for a text without a known n-gram, whose ratios are all 0


@keras.saving.register_keras_serializable(package="rnn_zoo")
class NGramEvidence(keras.layers.Layer):
    """Log-odds of each class from the n-grams of a text: NB-SVM with a logistic loss.

        s_k = b_k + sum_g w_kg r_kg / sqrt(sum_g r_kg^2),   r_kg = log(P(g | class k) / P(g | other classes))

    over all occurrences of n-grams g in the text. `adapt` estimates r (smoothed by 1) and fits w and b by logistic
    regression (scikit-learn) in seconds; training does not change them. A `Head` combines the scores with those of a
    recurrence (`evidence`). Before `adapt` all scores are 0.

    Args:
        count: int > 1, number of classes.
        vocabulary_size: int > 1, number of token ids; 0 is padding.
        sizes: ints > 0, maximum number of bigrams, trigrams, ... to keep; all single tokens are kept.
        min_count: int > 0, number of texts that an n-gram must occur in.
        strength: float > 0, C of the logistic regression; larger means less regularisation.

    Call arguments:
        inputs: <int>[batch, time], token ids, padding on the right.

    Returns:
        <float32>[batch, count], logits; b for a text without tokens.

    Raises:
        ValueError: an argument is out of its range, or the labels of `adapt` are not one per text, lack a class or
            have an unknown one.

    Reference: Wang and Manning 2012, "Baselines and bigrams: simple, good sentiment and topic classification".
    """

    def __init__(
        self,
        count: int,
        vocabulary_size: int,
        sizes: Sequence[int] = (80_000, 60_000),
        min_count: int = 8,
        strength: float = 10.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{**kwargs, "dtype": "float32"})
        self.count = positive_integer("count", count)
        if self.count < 2:
            raise ValueError("`count` must be at least 2, got 1: a single class needs no classifier.")
        self.index = NGramIndex(vocabulary_size, sizes, min_count, name="index")
        self.strength = positive_number("strength", strength)
        # Row 0 of each order is the unknown n-gram.
        ends = np.cumsum([self.index.vocabulary_size, *[size + 1 for size in self.index.sizes]])
        self.starts, self.places = [0, *ends[:-1].tolist()], int(ends[-1])

    def adapt(self, tokens: Sequence[Tensor], labels: Tensor) -> None:
        """Fits the n-grams and their weights to the training texts.

        Args:
            tokens: `rnn_zoo.text.TokenIds`, or a list of <int>[time].
            labels: <int>[texts], class numbers below `count`.
        """
        labels = np.asarray(labels)
        if labels.shape != (len(tokens),):
            raise ValueError(f"`labels` must have one for each of {len(tokens)} texts, got shape {labels.shape}.")
        classes = set(range(self.count))
        if missing := sorted(classes - set(labels.tolist())):
            raise ValueError(f"`labels` must contain every class from 0 to {self.count - 1}; {missing} never occur.")
        if unknown := sorted(set(labels.tolist()) - classes):
            raise ValueError(f"`labels` must be class numbers from 0 to {self.count - 1}, got {unknown[:5]} too.")
        if not self.built:
            self.build()
        self.index.adapt(tokens)
        counts = self._counts(tokens)
        fits = [self._fit(counts, labels == k) for k in self._fitted_classes()]
        for variable, values in zip((self.ratios, self.kernel, self.bias), zip(*fits, strict=True), strict=True):
            variable.assign(np.stack(values, axis=-1))

    def _fitted_classes(self):
        # Two classes need one binary classifier, more need one each.
        return [1] if self.count == 2 else range(self.count)

    def _counts(self, tokens):
        """<float>[texts, rows], sparse: counts of each n-gram in each text."""
        from scipy.sparse import csr_array

        ids, text, _ = flatten(tokens)
        columns = [ids, *self.index.number(tokens)]
        found = [column > 0 for column in columns]
        places = [column[known] + start for column, known, start in zip(columns, found, self.starts, strict=True)]
        rows = np.concatenate([text[known] for known in found])
        return csr_array((np.ones(len(rows)), (rows, np.concatenate(places))), (len(tokens), self.places))

    def _fit(self, counts, members):
        """Fits one class against the others: ratios and weights of the n-grams, and the bias."""
        from sklearn.linear_model import LogisticRegression

        present = counts.sign()
        inside, outside = (present[rows].sum(axis=0) + 1 for rows in (members, ~members))
        ratio = np.log(inside / inside.sum()) - np.log(outside / outside.sum())
        # Padding, the unknown n-gram and words of no training text must not add to the norm of a text.
        ratio[present.sum(axis=0) == 0] = 0
        norm = np.sqrt(np.maximum(counts @ ratio**2, SMALLEST_NORM))
        features = counts.multiply(ratio[None]).multiply(1 / norm[:, None]).tocsr()
        fitted = LogisticRegression(C=self.strength, max_iter=500).fit(features, members)
        return ratio, fitted.coef_[0], fitted.intercept_[0]

    def build(self, inputs_shape: Shape | None = None) -> None:
        self.index.build()
        columns = len(self._fitted_classes())
        self.ratios = self.add_weight((self.places, columns), "zeros", trainable=False, name="ratios")
        self.kernel = self.add_weight((self.places, columns), "zeros", trainable=False, name="kernel")
        self.bias = self.add_weight((columns,), "zeros", trainable=False, name="bias")
        self.built = True

    def call(self, inputs: Tensor) -> Tensor:
        ids = ops.cast(inputs, "int32")
        numbers = [ids, *self.index(ids)]
        places = [number + start for number, start in zip(numbers, self.starts, strict=True)]
        places = ops.stack(places, axis=-1)
        ratios = ops.take(self.ratios, places, axis=0)
        norm = ops.sqrt(ops.maximum(ops.sum(ratios**2, axis=(1, 2)), SMALLEST_NORM))
        scores = ops.sum(ratios * ops.take(self.kernel, places, axis=0), axis=(1, 2)) / norm + self.bias
        if self.count == 2:
            scores = ops.pad(scores, [[0, 0], [1, 0]])
        return scores

    def compute_mask(self, inputs: Tensor, previous_mask: Tensor | None = None) -> Tensor | None:
        return None

    def compute_output_shape(self, inputs_shape: Shape) -> Shape:
        return (inputs_shape[0], self.count)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "count": self.count,
            "vocabulary_size": self.index.vocabulary_size,
            "sizes": list(self.index.sizes),
            "min_count": self.index.min_count,
            "strength": self.strength,
        }
