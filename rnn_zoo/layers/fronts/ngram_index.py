"""NGramIndex: ids of the frequent n-grams of token ids."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from rnn_zoo.checks import positive_integer
from rnn_zoo.types import Shape, Tensor

_NO_KEY = np.iinfo("int32").max  # 32 bits, the default of JAX


@keras.saving.register_keras_serializable(package="rnn_zoo")
class NGramIndex(keras.layers.Layer):
    """Ids of the n-grams that end at each step, fitted with `adapt` like `keras.layers.TextVectorization`.

        r_1(t) = x_t
        r_n(t) = row of (r_(n-1)(t-1), x_t) in the table of n-grams, or 0 if it is not there

    The key of an n-gram is the id of its first n-1 tokens and its last token, so a table has one integer per n-gram for
    every n. Before `adapt` every n-gram is unknown.

    Args:
        vocabulary_size: int > 1, number of token ids; 0 is padding.
        sizes: ints > 0, maximum number of bigrams, trigrams, ... to keep, the most frequent ones.
        min_count: int > 0, number of texts that an n-gram must occur in.

    Call arguments:
        inputs: <int>[batch, time], token ids, padding on the right.

    Returns:
        list of <int32>[batch, time], one for each of `sizes`: ids from 1 to that size, 0 if unknown.

    Raises:
        ValueError: an argument is out of its range, or keys would overflow 32 bits.
    """

    def __init__(
        self, vocabulary_size: int, sizes: Sequence[int] = (20_000,), min_count: int = 5, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.vocabulary_size = positive_integer("vocabulary_size", vocabulary_size)
        if not isinstance(sizes, (list, tuple)):
            raise ValueError(f"`sizes` must be a list, the numbers of bigrams, trigrams, ..., got {sizes!r}.")
        self.sizes = [positive_integer("sizes", size) for size in sizes]
        self.min_count = positive_integer("min_count", min_count)
        largest = _NO_KEY // self.vocabulary_size - 1
        if self.sizes and self.vocabulary_size > largest:
            raise ValueError(
                f"`vocabulary_size` must be at most {math.isqrt(_NO_KEY)}, got {self.vocabulary_size}: the keys of "
                "bigrams would overflow 32 bits."
            )
        if max(self.sizes[:-1], default=0) > largest:
            raise ValueError(
                f"`sizes` must be at most {largest}, except for the last, with `vocabulary_size` "
                f"{self.vocabulary_size}, got {self.sizes}: the keys of longer n-grams would overflow 32 bits."
            )

    def adapt(self, tokens: Iterable[Tensor]) -> None:
        """Finds the frequent n-grams of the training texts.

        Args:
            tokens: `rnn_zoo.text.TokenIds`, or a list of <int>[time].
        """
        if not self.built:
            self.build()
        last, text, first = flatten(tokens)
        rows = last
        for variable in self.tables:
            keys = self._keys(rows, last, first)
            table = self._frequent(keys, text, variable.shape[0])
            variable.assign(table)
            rows = _look_up(keys, table)

    def number(self, tokens: Iterable[Tensor]) -> list[np.ndarray]:
        """Same as `call` for texts without padding: <int64>[tokens] each, for the concatenated texts."""
        last, _, first = flatten(tokens)
        rows = [last]
        for variable in self.tables:
            rows.append(_look_up(self._keys(rows[-1], last, first), ops.convert_to_numpy(variable)))
        return rows[1:]

    def _keys(self, rows, last, first):
        prefix = np.r_[0, rows[:-1]][: len(rows)]
        return np.where((prefix > 0) & (last > 0) & ~first, prefix * self.vocabulary_size + last, 0)

    def _frequent(self, keys, text, size):
        """Sorted keys of the most frequent n-grams, padded to `size`; key 0 is not an n-gram."""
        texts = text[-1] + 1 if len(text) else 1
        once_a_text = np.unique((keys * texts + text)[keys > 0])
        kept, counts = np.unique(once_a_text // texts, return_counts=True)
        often = np.argsort(-counts, kind="stable")[:size]
        kept = np.sort(kept[often[counts[often] >= self.min_count]])
        return np.concatenate([kept, np.full(size - len(kept), _NO_KEY)]).astype("int32")

    def build(self, inputs_shape: Shape | None = None) -> None:
        self.tables = [
            self.add_weight(
                (size,), keras.initializers.Constant(_NO_KEY), dtype="int32", trainable=False, name=f"keys_{order}"
            )
            for order, size in enumerate(self.sizes, start=2)
        ]
        self.built = True

    def call(self, inputs: Tensor) -> list[Tensor]:
        last = ops.cast(inputs, "int32")
        prefix, rows = last, []
        for table in self.tables:
            prefix = ops.pad(prefix, [[0, 0], [1, 0]])[:, :-1]
            known = ops.logical_and(prefix > 0, last > 0)
            keys = ops.reshape(ops.where(known, prefix * self.vocabulary_size + last, 0), (-1,))
            place = ops.minimum(ops.cast(ops.searchsorted(table, keys), "int32"), table.shape[0] - 1)
            found = ops.logical_and(keys > 0, ops.equal(ops.take(table, place), keys))
            prefix = ops.reshape(ops.where(found, place + 1, 0), ops.shape(last))
            rows.append(prefix)
        return rows

    def compute_output_spec(self, inputs: Tensor) -> list[Any]:
        return [keras.KerasTensor(inputs.shape, "int32") for _ in self.sizes]

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "sizes": list(self.sizes),
            "min_count": self.min_count,
        }


def flatten(tokens: Iterable[Tensor]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Concatenates texts: token ids, text number of each token, and whether it is the first of its text."""
    texts = [np.asarray(text, "int64") for text in tokens]
    text = np.repeat(np.arange(len(texts)), [len(ids) for ids in texts])
    first = np.r_[True, text[1:] != text[:-1]][: len(text)]
    return np.concatenate([*texts, np.zeros(0, "int64")]), text, first


def _look_up(keys, table):
    """Row of each key in the sorted table, from 1; 0 if it is not there."""
    place = np.minimum(np.searchsorted(table, keys), len(table) - 1)
    return np.where((table[place] == keys) & (keys > 0), place + 1, 0)
