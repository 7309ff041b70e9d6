"""Raw sentences to words with their places, inside the TensorFlow graph."""

import keras
import tensorflow as tf

# Put around every word; where a text holds one it counts as a blank, as every control character does.
_MARK = "\x1f"
_BLANK = r"[\s\p{Z}\p{Cc}\x{200B}\x{FEFF}]"
_LETTER = r"[\p{L}\p{N}]"
_INSIDE = r"[\p{L}\p{M}\p{N}_\x{200C}\x{200D}]*"  # Persian and Indic words hold zero-width joiners
_UNSPACED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]\p{M}*"
# With their full stop, as in the treebanks; those that also end sentences as words ("no.") are left out.
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
        r"[\x{1F1E6}-\x{1F1FF}]{2}",  # a flag is two letters
        r"\S(?:\p{M}|\x{FE0F}|\x{200D}\S|[\x{1F3FB}-\x{1F3FF}])*",  # a sign, or an emoji with its skin and parts
    ]
)


@keras.saving.register_keras_serializable(package="rnn_zoo")
def split_words(texts):
    """Words as the treebanks of English have them, with the places where they start and end.

    A word is one with the hyphens, apostrophes and full stops inside it ("ex-wife", "U.S."), a number with the signs
    inside it, an address of the web or of mail, a @name, a #topic, a letter of a script that puts no spaces between
    words, an emoji, or one sign of punctuation. What English contracts is two words: "does" "n't", "Anna" "'s".

    Places count Unicode code points, as Python's strings do: `text[start:end]` is the word; a letter and a combining
    accent are two. Bytes that are not UTF-8 are read as U+FFFD. Control characters part words and are in none.

    Call arguments:
        texts: <string>[batch], UTF-8 of any script.
    Returns:
        (<string>[batch, (words)], <int32>[batch, (words)], <int32>[batch, (words)]): words, starts and ends, ragged.
    """
    texts = tf.strings.unicode_transcode(texts, "UTF-8", "UTF-8", replace_control_characters=False)
    texts = tf.strings.regex_replace(texts, _MARK, " ")
    # Marks stand beside what is there, so that without them every character is in its place.
    marked = tf.strings.regex_replace(texts, _WORD, rf"{_MARK}\0{_MARK}")
    marked = tf.strings.regex_replace(marked, rf"(\p{{L}})([nN]['’][tT]){_MARK}", rf"\1{_MARK}\2{_MARK}")
    marked = tf.strings.regex_replace(marked, rf"(.)(['’](?i:s|re|ve|ll|d|m)){_MARK}", rf"\1{_MARK}\2{_MARK}")
    pieces = tf.strings.split(marked, _MARK)
    lengths = pieces.with_flat_values(tf.strings.length(pieces.flat_values, unit="UTF8_CHAR"))
    ends = _cumulated(lengths)
    is_word = tf.logical_not(tf.strings.regex_full_match(pieces.flat_values, rf"{_BLANK}*"))
    keep = pieces.with_flat_values(is_word)
    return tuple(tf.ragged.boolean_mask(part, keep) for part in (pieces, ends - lengths, ends))


def _cumulated(lengths):
    """Sums along each row: <int32>[batch, (pieces)] of the same."""
    sums = tf.cumsum(lengths.flat_values)
    before = tf.concat([[0], sums], axis=0)
    return lengths.with_flat_values(sums - tf.gather(tf.gather(before, lengths.row_starts()), lengths.value_rowids()))
