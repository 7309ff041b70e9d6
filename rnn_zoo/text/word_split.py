"""split_words: raw sentences to words with their offsets, inside the TensorFlow graph."""

import keras
import tensorflow as tf

from rnn_zoo.types import Tensor

# Put around every word; in a text it is white space, as every control character is.
_MARK = "\x1f"
_BLANK = r"[\s\p{Z}\p{Cc}\x{200B}\x{FEFF}]"
_LETTER = r"[\p{L}\p{N}]"
_INSIDE = r"[\p{L}\p{M}\p{N}_\x{200C}\x{200D}]*"  # Persian and Indic words contain zero-width joiners
_UNSPACED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]\p{M}*"
# With their full stop, as in treebanks; without those that are also words at the end of a sentence ("no.").
_ABBREVIATIONS = (
    "Mr Mrs Ms Dr Prof St Inc Corp Ltd Co Jr Sr vs Gen Sen Rep Gov Lt Col Sgt Capt Rev Hon "
    "Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec"
).replace(" ", "|")
_WORD = "|".join(
    [
        r"(?:https?://|www\.)[^\s\p{Z}\p{Cc}<>\"]*[^\s\p{Z}\p{Cc}<>\".,;:!?'()]",
        rf"{_LETTER}[\w.+-]*@[\w-]+(?:\.[\w-]+)+",
        r"[@#][\p{L}\p{N}_]+",
        _UNSPACED,
        r"(?:\p{Lu}\.)+(?:\p{Lu}\b)?",  # U.S., J.
        rf"\b(?:{_ABBREVIATIONS})\.",
        r"[0-9]+(?:[.,:/-][0-9]+)*",
        rf"{_LETTER}{_INSIDE}(?:[-'’&.]{_LETTER}{_INSIDE})*",
        r"\.\.+|--+|``|''",
        r"[\x{1F1E6}-\x{1F1FF}]{2}",  # a flag is two regional indicators
        r"\S(?:\p{M}|\x{FE0F}|\x{200D}\S|[\x{1F3FB}-\x{1F3FF}])*",  # a symbol, or an emoji with its skin tone and parts
    ]
)


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
    texts = tf.strings.regex_replace(texts, _MARK, " ")
    # Marks are only inserted: without them every character keeps its offset.
    marked = tf.strings.regex_replace(texts, _WORD, rf"{_MARK}\0{_MARK}")
    marked = tf.strings.regex_replace(marked, rf"(\p{{L}})([nN]['’][tT]){_MARK}", rf"\1{_MARK}\2{_MARK}")
    marked = tf.strings.regex_replace(marked, rf"(.)(['’](?i:s|re|ve|ll|d|m)){_MARK}", rf"\1{_MARK}\2{_MARK}")
    pieces = tf.strings.split(marked, _MARK)
    lengths = pieces.with_flat_values(tf.strings.length(pieces.flat_values, unit="UTF8_CHAR"))
    ends = _cumulative_sums(lengths)
    is_word = tf.logical_not(tf.strings.regex_full_match(pieces.flat_values, rf"{_BLANK}*"))
    keep = pieces.with_flat_values(is_word)
    return tuple(tf.ragged.boolean_mask(part, keep) for part in (pieces, ends - lengths, ends))


def _cumulative_sums(lengths: Tensor) -> Tensor:
    """Cumulative sums along each row: <int32>[batch, (pieces)] -> same shape."""
    sums = tf.cumsum(lengths.flat_values)
    before = tf.concat([[0], sums], axis=0)
    return lengths.with_flat_values(sums - tf.gather(tf.gather(before, lengths.row_starts()), lengths.value_rowids()))
