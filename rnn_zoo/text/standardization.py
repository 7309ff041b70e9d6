"""standardize: raw text to tokens separated by spaces, inside the TensorFlow graph."""

import keras
import tensorflow as tf

from rnn_zoo.types import Tensor

# RE2's \s matches ASCII alone, and web text is full of no-break spaces, U+0085 and U+3000. A tag is "<" followed by a
# letter, so that "<3" and "a < b" stay.
_BLANK = r"</?[a-z][^<>]*>|<!(?:--|[a-z])[^<>]*>|[\s\p{Z}\p{Cc}\x{200B}\x{FEFF}]+"
_APOSTROPHE = r"[\x{2018}\x{2019}\x{02BC}\x{FF07}]"
# Scripts written without spaces between words: each letter with its marks is a token, as in BERT.
_UNSPACED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]\p{M}*"
_LETTER = r"[\p{L}\p{N}_]"
_INSIDE = r"[\p{L}\p{M}\p{N}_\x{200C}\x{200D}]*"  # Persian and Indic words contain zero-width joiners
_TOKEN = "|".join(
    [
        r"[0-9]+(?:[.,/:][0-9]+)+",
        rf"{_LETTER}{_INSIDE}(?:'{_LETTER}{_INSIDE})*",
        r"[\x{1F1E6}-\x{1F1FF}]{2}",  # a flag is two regional indicators
        r"\S(?:\x{FE0F}|\x{200D}\S|[\x{1F3FB}-\x{1F3FF}])*",  # a symbol, or an emoji with its skin tone and parts
    ]
)


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
    """
    strings = tf.strings.lower(strings, encoding="utf-8")
    strings = tf.strings.regex_replace(strings, _BLANK, " ")
    strings = tf.strings.regex_replace(strings, _APOSTROPHE, "'")
    strings = tf.strings.regex_replace(strings, _UNSPACED, r" \0 ")
    return tf.strings.regex_replace(strings, _TOKEN, r" \0 ")
