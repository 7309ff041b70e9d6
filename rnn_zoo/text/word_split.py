"""split_words: raw sentences to words with their offsets, inside the TensorFlow graph."""

import keras
import tensorflow as tf

from rnn_zoo.runtime.sentences import BLANK, CONTRACTION, MARK, NOT, WORD
from rnn_zoo.types import Tensor


@keras.saving.register_keras_serializable(package="rnn_zoo")
def split_words(texts: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Splits sentences into words as English treebanks do, with the offsets where they start and end.

    A word is a word with inner hyphens, apostrophes and full stops ("ex-wife", "U.S."), a number with inner separators,
    a URL or e-mail address, a @name, a #topic, a letter of a script without spaces between words, an emoji, or one
    punctuation mark. English contractions are two words: "does" "n't", "Anna" "'s".

    Offsets count Unicode code points, as in Python strings: `text[start:end]` is the word; a letter and a combining
    accent are two. Bytes that are not UTF-8 become U+FFFD. Control characters separate words.

    Call arguments:
        texts: <string>[batch], UTF-8 of any script.
    Returns:
        (<string>[batch, (words)], <int32>[batch, (words)], <int32>[batch, (words)]): words, starts and ends, ragged.
    """
    texts = tf.strings.unicode_transcode(texts, "UTF-8", "UTF-8", replace_control_characters=False)
    texts = tf.strings.regex_replace(texts, MARK, " ")
    # Marks are only inserted: without them every character keeps its offset.
    marked = tf.strings.regex_replace(texts, WORD, rf"{MARK}\0{MARK}")
    marked = tf.strings.regex_replace(marked, NOT, rf"\1{MARK}\2{MARK}")
    marked = tf.strings.regex_replace(marked, CONTRACTION, rf"\1{MARK}\2{MARK}")
    pieces = tf.strings.split(marked, MARK)
    lengths = pieces.with_flat_values(tf.strings.length(pieces.flat_values, unit="UTF8_CHAR"))
    ends = _cumulative_sums(lengths)
    is_word = tf.logical_not(tf.strings.regex_full_match(pieces.flat_values, f"{BLANK}*"))
    keep = pieces.with_flat_values(is_word)
    return tuple(tf.ragged.boolean_mask(part, keep) for part in (pieces, ends - lengths, ends))


def _cumulative_sums(lengths: Tensor) -> Tensor:
    """Cumulative sums along each row: <int32>[batch, (pieces)] -> same shape."""
    sums = tf.cumsum(lengths.flat_values)
    before = tf.concat([[0], sums], axis=0)
    return lengths.with_flat_values(sums - tf.gather(tf.gather(before, lengths.row_starts()), lengths.value_rowids()))
