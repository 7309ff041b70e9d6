"""Tag schemes: how tags of words mark where a name starts and ends.

| scheme | "in New York , Paris Paris" | |
|---|---|---|
| BIO | O B-LOC I-LOC O B-LOC B-LOC | B- starts every name |
| IOB1 | O I-LOC I-LOC O I-LOC B-LOC | B- starts a name only right after another of its type |
| BIOES | O B-LOC E-LOC O S-LOC S-LOC | E- ends a name, S- is one of a single word |
| plain | ADP PROPN PROPN PUNCT PROPN PROPN | no names, such as parts of speech |

Reference: Ramshaw and Marcus 1995 (IOB1); Ratinov and Roth 2009 (BIOES, as BILOU).
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from rnn_zoo.checks import one_of

SCHEMES = ("BIO", "IOB1", "BIOES", "plain")
OUTSIDE = "O"
_PREFIXES = {"BIO": "BI", "IOB1": "BI", "BIOES": "BIES"}


class Span(NamedTuple):
    """A name: its first word, the word after its last, and its type."""

    start: int
    end: int
    type: str


def split(tag: str) -> tuple[str, str]:
    """Splits a tag into prefix and type: "B-LOC" -> ("B", "LOC"), "O" -> ("O", "")."""
    prefix, _, kind = tag.partition("-")
    return prefix, kind


def tags_of(types: Iterable[str], scheme: str) -> list[str]:
    """The tags of a scheme for types of names, "O" first: (["LOC"], "BIO") -> ["O", "B-LOC", "I-LOC"]."""
    return [
        OUTSIDE,
        *(f"{prefix}-{kind}" for kind in types for prefix in _PREFIXES[one_of("scheme", scheme, _PREFIXES)]),
    ]


def find_scheme(sentences: Iterable[Sequence[str]]) -> str:
    """Detects the scheme of tags: the first of "BIO", "IOB1", "BIOES" that allows all of them, else "plain".

    Tags that include "O" and one such as "B-LOC" belong to a scheme with names, whatever the others are.

    Args:
        sentences: the tags of each sentence.
    Raises:
        ValueError: the tags look like those of a scheme, but each forbids some of them; see `fault`.
    """
    sentences = list(sentences)
    tags = {tag for sentence in sentences for tag in sentence}
    if not tags - {OUTSIDE}:
        return "BIO"
    if not _mark_names(tags) and not (OUTSIDE in tags and any(_mark_names([tag]) for tag in tags - {OUTSIDE})):
        return "plain"
    candidates = ("BIOES",) if any(split(tag)[0] in ("E", "S") for tag in tags) else ("BIO", "IOB1")
    faults = {scheme: next(filter(None, (fault(tags, scheme) for tags in sentences)), None) for scheme in candidates}
    for scheme, found in faults.items():
        if found is None:
            return scheme
    _, message = faults[candidates[0]] or (0, "")
    raise ValueError(message)


def _mark_names(tags: Iterable[str]) -> bool:
    """Whether every tag is "O" or has a prefix and a type."""
    return all(tag == OUTSIDE or (split(tag)[0] in tuple("BIES") and split(tag)[1]) for tag in tags)


def fault(tags: Sequence[str], scheme: str) -> tuple[int, str] | None:
    """(index, message with the fix) of the first tag that a scheme forbids, or None.

    Args:
        tags: the tags of one sentence.
        scheme: one of `SCHEMES`.
    """
    one_of("scheme", scheme, SCHEMES)
    if scheme == "plain":
        return None
    before = ("", "")
    padded: list[str | None] = [*tags, None]
    for place, tag in enumerate(padded):
        current = ("", "") if tag is None else split(tag)
        if tag is not None and tag != OUTSIDE and (current[0] not in tuple(_PREFIXES[scheme]) or not current[1]):
            known = ", ".join(f"{prefix}-TYPE" for prefix in _PREFIXES[scheme])
            return place, f"tag {tag!r} is not in the {scheme} scheme, which has O, {known}. Correct it."
        if not _may_follow(before, current, scheme):
            after = f"after {tags[place - 1]!r}" if place else "at the start of a sentence"
            if tag is None:
                return place - 1, f"tag {tags[-1]!r} ends the sentence, and in {scheme} a name ends with E- or S-."
            other = (
                ", or give IOB1 as the scheme of the file, in which I- may start a name" if current[0] == "I" else ""
            )
            return place, f"tag {tag!r} {after} is not {scheme}. Correct it{other}."
        before = current
    return None


def _may_follow(before: tuple[str, str], current: tuple[str, str], scheme: str) -> bool:
    """Whether a split tag may follow another; ("", "") stands before the first tag and after the last."""
    same = before[1] == current[1]
    if scheme == "BIOES":
        inside = before[0] in ("B", "I")
        return inside and same if current[0] in ("I", "E") else not inside
    if scheme == "IOB1":
        return current[0] != "B" or (before[0] in ("B", "I") and same)
    return current[0] != "I" or (before[0] in ("B", "I") and same)


def spans_of(tags: Sequence[str], scheme: str) -> list[Span]:
    """The names of a sentence, from left to right; tags that the scheme forbids are read as by `conlleval`.

    Args:
        tags: the tags of the sentence.
        scheme: one of `SCHEMES`; in "plain" there are no names.
    """
    if one_of("scheme", scheme, SCHEMES) == "plain":
        return []
    spans: list[Span] = []
    start: int | None = None
    before = ("", "")
    for place, tag in enumerate([*tags, OUTSIDE]):
        current = split(tag)
        closes = current[1] != before[1] or current[0] in ("B", "S", OUTSIDE) or before[0] in ("E", "S")
        if start is not None and closes:
            spans.append(Span(start, place, before[1]))
            start = None
        if start is None and current[1]:
            start = place
        before = current
    return spans


def tags_from(spans: Iterable[Span | tuple[int, int, str]], length: int, scheme: str) -> list[str]:
    """The tags of a sentence of `length` words with these names: the inverse of `spans_of`."""
    tags = [OUTSIDE] * length
    ordered = sorted(spans)
    for number, (start, end, kind) in enumerate(ordered):
        adjacent = number and ordered[number - 1][1:] == (start, kind)
        first = "I" if scheme == "IOB1" and not adjacent else "B"
        tags[start:end] = [f"{first}-{kind}", *[f"I-{kind}"] * (end - start - 1)]
        if scheme == "BIOES":
            tags[end - 1] = f"{'S' if end - start == 1 else 'E'}-{kind}"
    return tags


def convert(tags: Sequence[str], source: str, target: str) -> list[str]:
    """Converts the tags of a sentence to another scheme: ["I-LOC"], "IOB1", "BIOES" -> ["S-LOC"]."""
    return list(tags) if source == target else tags_from(spans_of(tags, source), len(tags), target)


def rules(tags: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The transitions, first tags and last tags that the scheme allows, for a CRF.

    Args:
        tags: the distinct tags of a model; BIO and BIOES have rules, others none.
    Returns:
        (<bool>[tags, tags], <bool>[tags], <bool>[tags]): whether the row's tag may be followed by the column's, whether
        a sentence may start with the tag, whether it may end with it.
    """
    scheme = "BIOES" if any(tag[0] in "ES" for tag in tags) else "BIO"
    if not _mark_names(tags):
        return np.ones((len(tags), len(tags)), "bool"), np.ones(len(tags), "bool"), np.ones(len(tags), "bool")
    parts = [split(tag) for tag in tags]
    outside = ("", "")
    return (
        np.array([[_may_follow(one, other, scheme) for other in parts] for one in parts]),
        np.array([_may_follow(outside, one, scheme) for one in parts]),
        np.array([_may_follow(one, outside, scheme) for one in parts]),
    )
