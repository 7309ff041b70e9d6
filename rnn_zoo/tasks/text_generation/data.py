"""Long texts as ids for language models, by characters or by words."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from rnn_zoo.files.long_text import LongText
from rnn_zoo.text import Symbols
from rnn_zoo.text.symbols import END, tidy

SPLITS = ("train", "validation", "test")


def encode_characters(text: LongText) -> tuple[Symbols, dict[str, np.ndarray]]:
    """The characters of the training split, and each split as ids <int32>[characters]."""
    symbols = Symbols.fit([text.train], "characters")
    return symbols, {split: symbols.encode([getattr(text, split)]).ids for split in SPLITS}


def encode_words(text: LongText, *, tokenised: bool, min_count: int) -> tuple[Symbols, dict[str, np.ndarray]]:
    """The words of the training split, and each split as ids <int32>[words]: a line is a sentence, ended by END.

    Args:
        text: the text.
        tokenised: it is tokenised and lower-cased; otherwise that is done here.
        min_count: > 0, occurrences in the training split below which a word is unknown.
    Raises:
        ValueError: a split holds no words.
    """
    sentences = {split: split_sentences(getattr(text, split), tokenised) for split in SPLITS}
    if empty := [split for split, lines in sentences.items() if not lines]:
        raise ValueError(f"`data`: the {empty[0]} part of {text.name} holds no words; give a longer text.")
    symbols = Symbols.fit(sentences["train"], min_count=min_count, unknown="<unk>")
    return symbols, {split: _join(symbols, lines) for split, lines in sentences.items()}


def split_sentences(text: str, tokenised: bool) -> list[str]:
    """The lines of a text that hold something, tokenised."""
    lines = [line for line in text.split("\n") if line.strip()]
    return lines if tokenised else [line.decode() for line in tidy(tf.constant(lines, tf.string)).numpy()]


def _join(symbols: Symbols, sentences: Sequence[str]) -> np.ndarray:
    """END, then the sentences, an END after each."""
    rows = symbols.encode(sentences)
    return np.concatenate([[END], *(np.append(rows[place], END) for place in range(len(rows)))]).astype("int32")
