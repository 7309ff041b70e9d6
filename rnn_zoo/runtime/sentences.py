"""Words of raw sentences with their offsets, equal to those of `rnn_zoo.text.split_words` in the graph of an export."""

import functools

from rnn_zoo.runtime.patterns import compiled
from rnn_zoo.runtime.words import UNSPACED

# Put around every word; in a text it is white space, as every control character is.
MARK = "\x1f"
BLANK = r"[\s\p{Z}\p{Cc}\x{200B}\x{FEFF}]"
_LETTER = r"[\p{L}\p{N}]"
_INSIDE = r"[\p{L}\p{M}\p{N}_\x{200C}\x{200D}]*"  # Persian and Indic words contain zero-width joiners
# With their full stop, as in treebanks; without those that are also words at the end of a sentence ("no.").
_ABBREVIATIONS = (
    "Mr Mrs Ms Dr Prof St Inc Corp Ltd Co Jr Sr vs Gen Sen Rep Gov Lt Col Sgt Capt Rev Hon "
    "Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec"
).replace(" ", "|")
WORD = "|".join(
    [
        r"(?:https?://|www\.)[^\s\p{Z}\p{Cc}<>\"]*[^\s\p{Z}\p{Cc}<>\".,;:!?'()]",
        rf"{_LETTER}[\w.+-]*@[\w-]+(?:\.[\w-]+)+",
        r"[@#][\p{L}\p{N}_]+",
        UNSPACED,
        r"(?:\p{Lu}\.)+(?:\p{Lu}\b)?",  # U.S., J.
        rf"\b(?:{_ABBREVIATIONS})\.",
        r"[0-9]+(?:[.,:/-][0-9]+)*",
        rf"{_LETTER}{_INSIDE}(?:[-'’&.]{_LETTER}{_INSIDE})*",
        r"\.\.+|--+|``|''",
        r"[\x{1F1E6}-\x{1F1FF}]{2}",  # a flag is two regional indicators
        r"\S(?:\p{M}|\x{FE0F}|\x{200D}\S|[\x{1F3FB}-\x{1F3FF}])*",  # a symbol, or an emoji with its skin tone and parts
    ]
)
NOT = rf"(\p{{L}})([nN]['’][tT]){MARK}"  # does|n't
CONTRACTION = rf"(.)(['’](?i:s|re|ve|ll|d|m)){MARK}"  # Anna|'s


def split_sentence(text: str) -> list[tuple[str, int, int]]:
    """(word, start, end) of the words of a sentence; offsets count code points."""
    word, negation, contraction, blank = _patterns()
    marked = word.sub(rf"{MARK}\g<0>{MARK}", text.replace(MARK, " "))
    marked = negation.sub(rf"\1{MARK}\2{MARK}", marked)
    marked = contraction.sub(rf"\1{MARK}\2{MARK}", marked)
    words, end = [], 0
    for piece in marked.split(MARK):
        start, end = end, end + len(piece)
        if not blank.fullmatch(piece):
            words.append((piece, start, end))
    return words


@functools.cache
def _patterns():
    return [compiled(pattern) for pattern in (WORD, NOT, CONTRACTION, f"{BLANK}*")]
