"""Names in tagged sentences: where they start and end, and how sure they are."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


class Scheme(NamedTuple):
    """What each tag says of a name.

    Args:
        types: the type, "" for a tag of no name.
        begins: whether it begins a name.
        continues: whether it continues one.
    """

    types: Sequence[str]
    begins: np.ndarray
    continues: np.ndarray

    @classmethod
    def of(cls, tags: Sequence[str]) -> "Scheme":
        """From tags such as "B-PER"; tags without types mark no names."""
        prefixes, _, types = zip(*(tag.partition("-") for tag in tags), strict=True)
        named = any(types)
        begins = np.array([named and prefix in ("B", "S") for prefix in prefixes])
        return cls(types, begins, np.array([named and prefix in ("I", "E") for prefix in prefixes]))


def find_spans(
    scheme: Scheme, tags: np.ndarray, scores: np.ndarray, steps: np.ndarray, ends: np.ndarray
) -> list[tuple[int, int, str, float]]:
    """The names of one sentence.

        p = p(tag_i) * prod_(t = i + 1 .. j) p(tag_t | tag_(t - 1)) * p(the next tag does not continue | tag_j)

    Args:
        scheme: what each tag says.
        tags: <int>[words].
        scores: <float>[words], the marginal probability of each tag.
        steps: <float>[words], log p of each tag given the one before.
        ends: <float>[words], log p that the next tag does not continue the name.
    Returns:
        (first word, last word, type, probability) of each, from left to right.
    """
    begins, continues = scheme.begins[tags], scheme.continues[tags]
    inside = begins | continues
    last = np.flatnonzero(inside & ~np.append(continues[1:], False))
    first = np.flatnonzero(begins)
    totals = np.cumsum(steps)
    found = []
    for start, stop in zip(first, last, strict=True):
        score = np.log(scores[start]) + totals[stop] + ends[stop] - totals[start]
        found.append((int(start), int(stop), scheme.types[tags[start]], float(np.exp(min(score, 0.0)))))
    return found
