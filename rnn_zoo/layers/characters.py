"""Characters: the front that reads words with their letters."""

import keras
import numpy as np
from keras import ops

from rnn_zoo.checks import fraction, positive_integer
from rnn_zoo.layers.front import Front
from rnn_zoo.layers.quantized import KeepsQuantization
from rnn_zoo.layers.recurrent import Recurrent
from rnn_zoo.layers.seeds import derive
from rnn_zoo.layers.steps import clear_masked
from rnn_zoo.layers.tokens import PADDING, Tokens

_UPPER_FIRST, _UPPER_LATER, _LOWER, _DIGIT = 1, 2, 4, 8


@keras.saving.register_keras_serializable(package="rnn_zoo")
class Characters(KeepsQuantization, Front):
    """A vector for each word, of the word itself, of its letters and of its case.

        y_t = drop([E[w_t], r(C[l_t1], ..., C[l_tn]), S[case_t]])

    with w_t replaced by `[UNK]` with probability word_dropout, where r is the maximum over a convolution,
    max_k relu(sum_i W_i c_(k+i) + b) (Ma and Hovy), or the last outputs of a recurrence in both directions (Lample et
    al.). A word that the vocabulary lacks is read by its letters alone, which word dropout trains.

    Args:
        vocabulary_size: int > 1, the number of word ids, padding (0) and `[UNK]` (1) included.
        dim: int > 0, the width of a word's vector.
        alphabet: list of str, the letters from id 2 on; 0 is padding, 1 any other.
        letter_dim: int > 0, the width of a letter's vector.
        letter_units: int > 0, the width of what the letters give; even for a recurrence.
        reader: "convolution", or the cell of a recurrence, such as "lstm".
        kernel_size: int > 0, letters that the convolution sees at once.
        case_dim: int >= 0, the width of the vector of a word's case: which of capitals at the start, capitals later,
            small letters and digits it has. 0: none.
        word_dropout: in [0, 1), the share of words read as `[UNK]` in training; their letters stay.
        dropout: in [0, 1), the share of features dropped in training, the same ones at all steps of a sequence.
        vectors: <float>[vocabulary_size, dim] or None, what the vectors of the words start as; not part of the
            configuration, because the weights hold it.
        seed: int or None, of both dropouts.

    Call arguments:
        inputs: dict, "words" <int>[batch, time] and "letters" <int>[batch, time, letters], padding on the right.
        training: bool, whether dropout is on.

    Returns:
        <float>[batch, time, dim + letter_units + case_dim], with the mask words != 0; zeros where it is False.

    Raises:
        ValueError: an argument is out of its range, or `vectors` has another shape.

    Reference: Lample et al. 2016, "Neural architectures for named entity recognition", section 4.1; Ma and Hovy 2016,
        "End-to-end sequence labeling via bi-directional LSTM-CNNs-CRF", section 2.1.
    """

    def __init__(
        self,
        vocabulary_size,
        dim,
        alphabet,
        letter_dim=25,
        letter_units=50,
        reader="convolution",
        kernel_size=3,
        case_dim=0,
        word_dropout=0.0,
        dropout=0.0,
        vectors=None,
        seed=None,
        **kwargs,
    ):
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
        # Without a mask of its own: padding is masked where the letters are read.
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

    def make_input(self):
        return {
            "words": keras.Input((None,), dtype="int32", name="words"),
            "letters": keras.Input((None, None), dtype="int32", name="letters"),
        }

    def build(self, inputs_shape):
        self.words.build(inputs_shape["words"])
        self.letters.build(None)
        self.read.build((None, None, self.letter_dim))
        if self.cases is not None:
            self.cases.build(None)

    def call(self, inputs, training=None):
        words, letters = inputs["words"], inputs["letters"]
        parts = [self.words(words, training=training), self._spelled(letters, training)]
        if self.cases is not None:
            parts.append(self.cases(self._case(letters)))
        features = ops.concatenate(parts, axis=-1)
        return clear_masked(self.feature_dropout(features, training=training), self.compute_mask(inputs))

    def _spelled(self, letters, training):
        """What the letters of each word give: <int>[batch, time, letters] -> <float>[batch, time, letter_units]."""
        batch, time, length = ops.shape(letters)
        words = ops.reshape(letters, (-1, length))
        each_once = keras.backend.backend() == "tensorflow" and not training
        read = _each_once(self._read, words) if each_once else self._read(words, training)
        return ops.reshape(read, (batch, time, self.letter_units))

    def _read(self, letters, training=False):
        """<int>[words, letters] -> <float>[words, letter_units]."""
        steps = clear_masked(self.letters(letters), letters != PADDING)
        if self.reader == "convolution":
            # What it reads from padding is left out, but for the zeros beyond either end, as of any text.
            return ops.max(clear_masked(self.read(steps), letters != PADDING), axis=1)
        return self.read(steps, mask=letters != PADDING, training=training)

    def _case(self, letters):
        """Which kinds of letters each word has, below 16: <int>[batch, time, letters] -> <int>[batch, time]."""
        kinds = ops.take(ops.convert_to_tensor(self._kinds), letters, axis=0)
        first = ops.where(kinds[..., 0] == _UPPER_LATER, _UPPER_FIRST, kinds[..., 0])
        has = [ops.cast(ops.any(kinds[..., 1:] == kind, axis=-1), "int32") for kind in (_UPPER_LATER, _LOWER, _DIGIT)]
        later = has[0] * _UPPER_LATER + has[1] * _LOWER + has[2] * _DIGIT
        return ops.bitwise_or(ops.cast(first, "int32"), later)

    def compute_mask(self, inputs, previous_mask=None):
        return ops.not_equal(inputs["words"], PADDING)

    def compute_output_shape(self, inputs_shape):
        return (*inputs_shape["words"], self.words.dim + self.letter_units + self.case_dim)

    def get_config(self):
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


def _each_once(read, words):
    """`read(words)`, on TensorFlow, of each distinct word once: half of the words of a page are there before."""
    import tensorflow as tf

    with tf.device("CPU"):  # the operation is made for no other
        distinct, places = tf.raw_ops.UniqueV2(x=words, axis=[0])
    return tf.gather(read(distinct), places)
