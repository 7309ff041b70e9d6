"""Tokenised pairs of sentences as ids, and their batches for training."""

import dataclasses
from collections.abc import Sequence

import tensorflow as tf

from rnn_zoo.tasks.translation.data import Pairs
from rnn_zoo.text import PairBatches, Symbols, TokenIds
from rnn_zoo.text.symbols import tidy, untidy


@dataclasses.dataclass(frozen=True)
class EncodedPairs:
    """Pairs of sentences in three splits, tokenised and as ids.

    Args:
        source_symbols, target_symbols: the words of the training split.
        texts: split -> (sources, targets), tokenised.
        ids: split -> (sources, targets).
    """

    source_symbols: Symbols
    target_symbols: Symbols
    texts: dict[str, tuple[list[str], list[str]]]
    ids: dict[str, tuple[TokenIds, TokenIds]]

    def training_batches(self, batch_size: int, max_length: int, *, cut: bool, seed: int) -> PairBatches:
        """Shuffled batches of the training pairs.

        Args:
            batch_size: pairs per batch.
            max_length: words per sentence at most.
            cut: truncate longer sentences; False: leave such pairs out.
            seed: of the order.
        Raises:
            ValueError: no pair is left.
        """
        sources, targets = self.ids["train"]
        rows = [row for row in range(len(sources)) if cut or max(len(sources[row]), len(targets[row])) <= max_length]
        if not rows:
            raise ValueError(
                f"`max_length` {max_length} is less than every training pair has words: raise it, or --cut."
            )
        if left_out := len(sources) - len(rows):
            print(
                f"{left_out:,} pairs of more than {max_length} words are left out of the training; --cut keeps them, "
                "truncated."
            )
        texts = ([side[row] for row in rows] for side in self.texts["train"])
        sources, targets = (
            one.encode(side) for one, side in zip((self.source_symbols, self.target_symbols), texts, strict=True)
        )
        return PairBatches(sources, targets, batch_size, max_length=max_length, cut=cut, shuffle=True, seed=seed)


def encode_pairs(pairs: Pairs, *, tokenised: bool, min_count: int) -> EncodedPairs:
    """Tokenises and encodes pairs of sentences.

    Args:
        pairs: the pairs.
        tokenised: they are tokenised and lower-cased; otherwise that is done here.
        min_count: > 0, occurrences in the training split below which a word is unknown.
    """
    texts = {}
    for split in ("train", "validation", "test"):
        sides = getattr(pairs, split).sources, getattr(pairs, split).targets
        texts[split] = sides if tokenised else (tokenise(sides[0]), tokenise(sides[1]))
    sources, targets = (Symbols.fit(side, min_count=min_count) for side in texts["train"])
    ids = {split: (sources.encode(sides[0]), targets.encode(sides[1])) for split, sides in texts.items()}
    return EncodedPairs(sources, targets, texts, ids)


def tokenise(texts: Sequence[str]) -> list[str]:
    """Raw texts, lower-cased, with spaces between words and punctuation."""
    return [text.decode() for text in tidy(tf.constant(texts)).numpy()]


def detokenise(texts: Sequence[str]) -> list[str]:
    """Tokenised texts as people write them."""
    return [text.decode() for text in untidy(tf.constant(texts)).numpy()]
