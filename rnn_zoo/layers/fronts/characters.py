"""Characters: front that embeds words together with their characters."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from rnn_zoo.checks import fraction, positive_integer
from rnn_zoo.layers.fronts.front import Front
from rnn_zoo.layers.fronts.tokens import PADDING, Tokens
from rnn_zoo.layers.masks import clear_masked
from rnn_zoo.layers.quantized import KeepsQuantization
from rnn_zoo.layers.recurrent.recurrent import Recurrent
from rnn_zoo.layers.seeds import derive
from rnn_zoo.types import Shape, Tensor

_UPPER_FIRST, _UPPER_LATER, _LOWER, _DIGIT = 1, 2, 4, 8


@keras.saving.register_keras_serializable(package="rnn_zoo")
class Characters(KeepsQuantization, Front):
    """Word embeddings, concatenated with features of each word's characters and of its case.

        y_t = drop([E[w_t], r(C[l_t1], ..., C[l_tn]), S[case_t]])

    with w_t replaced by `[UNK]` with probability word_dropout. r is a convolution with maximum pooling,
    max_k relu(sum_i W_i c_(k+i) + b) (Ma and Hovy), or the last outputs of a bidirectional recurrence (Lample et al.).
    Out-of-vocabulary words are represented by their characters, which word dropout trains.

    Args:
        vocabulary_size: int > 1, number of word ids, padding (0) and `[UNK]` (1) included.
        dim: int > 0, width of a word embedding.
        alphabet: characters from id 2 on; 0 is padding, 1 any other character.
        letter_dim: int > 0, width of a character embedding.
        letter_units: int > 0, width of the character features r; even for a recurrence.
        reader: "convolution", or the cell of a recurrence, such as "lstm".
        kernel_size: int > 0, characters in the window of the convolution.
        case_dim: int >= 0, width of the embedding of a word's case: whether it has an initial capital, later capitals,
            lower-case letters, digits. 0: none.
        word_dropout: in [0, 1), fraction of words replaced by `[UNK]` in training; their characters stay.
        dropout: in [0, 1), fraction of features dropped in training, the same ones at all steps of a sequence.
        vectors: <float>[vocabulary_size, dim] or None, initial word embeddings; not in the configuration, because the
            weights contain them.
        seed: seed of both dropouts.

    Call arguments:
        inputs: dict, "words" <int>[batch, time] and "letters" <int>[batch, time, letters], padding on the right.
        training: whether dropout is on.

    Returns:
        <float>[batch, time, dim + letter_units + case_dim], with the mask words != 0; zeros where it is False.

    Raises:
        ValueError: an argument is out of its range, or `vectors` has another shape.

    Reference: Lample et al. 2016, "Neural architectures for named entity recognition", section 4.1; Ma and Hovy 2016,
        "End-to-end sequence labeling via bi-directional LSTM-CNNs-CRF", section 2.1.
    """

    def __init__(
        self,
        vocabulary_size: int,
        dim: int,
        alphabet: Sequence[str],
        letter_dim: int = 25,
        letter_units: int = 50,
        reader: str = "convolution",
        kernel_size: int = 3,
        case_dim: int = 0,
        word_dropout: float = 0.0,
        dropout: float = 0.0,
        vectors: Tensor | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.alphabet = list(alphabet)
        if not self.alphabet or any(len(letter) != 1 for letter in self.alphabet):
            raise ValueError(f"`alphabet` must be single characters, at least one, got {self.alphabet[:5]!r}.")
        self.letter_dim = positive_integer("letter_dim", letter_dim)
        self.letter_units = positive_integer("letter_units", letter_units)
        self.reader = reader
        self.kernel_size = positive_integer("kernel_size", kernel_size)
        self.case_dim = positive_integer("case_dim", case_dim) if case_dim else 0
        self.dropout = fraction("dropout", dropout)
        self.seed = seed
        options = {"dtype": self.dtype_policy}
        self.words = Tokens(vocabulary_size, dim, word_dropout, vectors=vectors, seed=seed, name="words", **options)
        # Without `mask_zero`: `_encode_letters` masks the padding.
        self.letters = keras.layers.Embedding(len(self.alphabet) + 2, letter_dim, name="letters", **options)
        if reader == "convolution":
            self.read = keras.layers.Conv1D(
                letter_units, kernel_size, padding="same", activation="relu", name="convolution", **options
            )
        else:
            if letter_units % 2:
                raise ValueError(
                    f"`letter_units` must be even for a recurrence in both directions, got {letter_units}."
                )
            self.read = Recurrent(
                reader,
                letter_units // 2,
                bidirectional=True,
                return_sequences=False,
                seed=derive(seed, "letters"),
                name="recurrence",
                **options,
            )
        self.cases = keras.layers.Embedding(16, case_dim, name="cases", **options) if case_dim else None
        self.feature_dropout = keras.layers.SpatialDropout1D(
            dropout, seed=derive(seed, "characters/features"), name="feature_dropout", **options
        )
        kinds = [
            _LOWER * one.islower() | _DIGIT * one.isdigit() | _UPPER_LATER * one.isupper() for one in self.alphabet
        ]
        self._kinds = np.array([0, 0, *kinds], "int32")

    def make_input(self) -> dict[str, Any]:
        return {
            "words": keras.Input((None,), dtype="int32", name="words"),
            "letters": keras.Input((None, None), dtype="int32", name="letters"),
        }

    def build(self, inputs_shape: dict[str, Shape]) -> None:
        self.words.build(inputs_shape["words"])
        self.letters.build(None)
        self.read.build((None, None, self.letter_dim))
        if self.cases is not None:
            self.cases.build(None)

    def call(self, inputs: dict[str, Tensor], training: bool | None = None) -> Tensor:
        words, letters = inputs["words"], inputs["letters"]
        parts = [self.words(words, training=training), self._letter_features(letters, training)]
        if self.cases is not None:
            parts.append(self.cases(self._case(letters)))
        features = ops.concatenate(parts, axis=-1)
        return clear_masked(self.feature_dropout(features, training=training), self.compute_mask(inputs))

    def _letter_features(self, letters, training):
        """Character features of each word: <int>[batch, time, letters] -> <float>[batch, time, letter_units]."""
        batch, time, length = ops.shape(letters)
        words = ops.reshape(letters, (-1, length))
        deduplicate = keras.backend.backend() == "tensorflow" and not training
        features = (
            _apply_to_distinct(self._encode_letters, words) if deduplicate else self._encode_letters(words, training)
        )
        return ops.reshape(features, (batch, time, self.letter_units))

    def _encode_letters(self, letters, training=False):
        """<int>[words, letters] -> <float>[words, letter_units]."""
        steps = clear_masked(self.letters(letters), letters != PADDING)
        if self.reader == "convolution":
            # The maximum ignores outputs at padding; zeros beyond either end are the usual padding of a convolution.
            return ops.max(clear_masked(self.read(steps), letters != PADDING), axis=1)
        return self.read(steps, mask=letters != PADDING, training=training)

    def _case(self, letters):
        """Case id in [0, 16), bits of the kinds of characters: <int>[batch, time, letters] -> <int>[batch, time]."""
        kinds = ops.take(ops.convert_to_tensor(self._kinds), letters, axis=0)
        first = ops.where(kinds[..., 0] == _UPPER_LATER, _UPPER_FIRST, kinds[..., 0])
        has = [ops.cast(ops.any(kinds[..., 1:] == kind, axis=-1), "int32") for kind in (_UPPER_LATER, _LOWER, _DIGIT)]
        later = has[0] * _UPPER_LATER + has[1] * _LOWER + has[2] * _DIGIT
        return ops.bitwise_or(ops.cast(first, "int32"), later)

    def compute_mask(self, inputs: dict[str, Tensor], previous_mask: Tensor | None = None) -> Tensor | None:
        return ops.not_equal(inputs["words"], PADDING)

    def compute_output_shape(self, inputs_shape: dict[str, Shape]) -> Shape:
        return (*inputs_shape["words"], self.words.dim + self.letter_units + self.case_dim)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "vocabulary_size": self.words.vocabulary_size,
            "dim": self.words.dim,
            "alphabet": self.alphabet,
            "letter_dim": self.letter_dim,
            "letter_units": self.letter_units,
            "reader": self.reader,
            "kernel_size": self.kernel_size,
            "case_dim": self.case_dim,
            "word_dropout": self.words.word_dropout,
            "dropout": self.dropout,
            "seed": self.seed,
        }


def _apply_to_distinct(function: Callable[[Tensor], Tensor], words: Tensor) -> Tensor:
    """`function(words)` on TensorFlow, computed once for each distinct word: half of a page are repeated words."""
    import tensorflow as tf

    with tf.device("CPU"):  # the operation has no GPU kernel
        distinct, indices = tf.raw_ops.UniqueV2(x=words, axis=[0])
    return tf.gather(function(distinct), indices)
