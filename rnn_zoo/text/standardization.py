"""standardize: raw text to tokens separated by spaces, inside the TensorFlow graph."""

import keras
import tensorflow as tf

from rnn_zoo.runtime.words import APOSTROPHE, BLANK, TOKEN, UNSPACED
from rnn_zoo.types import Tensor


@keras.saving.register_keras_serializable(package="rnn_zoo")
def standardize(strings: Tensor) -> Tensor:
    """Lower-cases text, removes HTML tags and separates tokens by one space or more.

    A token is a word with inner apostrophes ("don't"), a number with inner separators ("7/10", "3.5"), a letter of a
    script without spaces between words, an emoji, or one punctuation mark ("!", "?", "<"). Bytes that are not UTF-8
    become U+FFFD. Splitting the result at spaces gives the tokens.

    Call arguments:
        strings: <string>[...], UTF-8 of any script.
    Returns:
        <string>[...], of the same shape.
    Raises:
        ValueError: numbers instead of texts.
    """
    dtype = tf.as_dtype(getattr(strings, "dtype", tf.string))
    if dtype != tf.string:
        raise ValueError(f"`strings` must be texts, got numbers of type {dtype.name}.")
    strings = tf.strings.regex_replace(strings, r"\x00", " ")  # at which `lower` would end
    strings = tf.strings.lower(strings, encoding="utf-8")
    strings = tf.strings.regex_replace(strings, BLANK, " ")
    strings = tf.strings.regex_replace(strings, APOSTROPHE, "'")
    strings = tf.strings.regex_replace(strings, UNSPACED, r" \0 ")
    return tf.strings.regex_replace(strings, TOKEN, r" \0 ")
