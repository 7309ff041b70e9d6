"""Tags of words, and the schemes by which they say where a name starts and ends.

| scheme | "in New York , Paris Paris" | |
|---|---|---|
| BIO | O B-LOC I-LOC O B-LOC B-LOC | B- starts every name |
| IOB1 | O I-LOC I-LOC O I-LOC B-LOC | B- starts a name only right after another of its type |
| BIOES | O B-LOC E-LOC O S-LOC S-LOC | E- ends a name, S- is one of a single word |
| plain | ADP PROPN PROPN PUNCT PROPN PROPN | no names: parts of speech, for one |

Reference: Ramshaw and Marcus 1995 (IOB1); Ratinov and Roth 2009 (BIOES, as BILOU).
"""

from typing import NamedTuple

import numpy as np

from rnn_zoo.checks import one_of

SCHEMES = ("BIO", "IOB1", "BIOES", "plain")
OUTSIDE = "O"
_PREFIXES = {"BIO": "BI", "IOB1": "BI", "BIOES": "BIES"}


class Span(NamedTuple):
    """A name: the words `start` to `end` (which is the first word after it), and its type."""

    start: int
    end: int
    type: str


def split(tag):
    """("B", "LOC") of "B-LOC", ("O", "") of "O"."""
    prefix, _, kind = tag.partition("-")
    return prefix, kind


def tags_of(types, scheme):
    """The tags of a scheme for some types of names, "O" first: (["LOC"], "BIO") -> ["O", "B-LOC", "I-LOC"]."""
    return [
        OUTSIDE,
        *(f"{prefix}-{kind}" for kind in types for prefix in _PREFIXES[one_of("scheme", scheme, _PREFIXES)]),
    ]


def find_scheme(sentences):
    """The scheme of sentences of tags: the first of "BIO", "IOB1", "BIOES" in which all are right, else "plain".

    Tags of which one is "O" and one names, such as "B-LOC", are of a scheme, whatever the others are.

    Args:
        sentences: iterable of lists of str.
    Raises:
        ValueError: the tags look like those of a scheme and some are wrong in each; see `fault`.
    """
    sentences = list(sentences)
    tags = {tag for sentence in sentences for tag in sentence}
    if not tags - {OUTSIDE}:
        return "BIO"
    if not _name_names(tags) and not (OUTSIDE in tags and any(_name_names([tag]) for tag in tags - {OUTSIDE})):
        return "plain"
    candidates = ("BIOES",) if any(split(tag)[0] in ("E", "S") for tag in tags) else ("BIO", "IOB1")
    faults = {scheme: next(filter(None, (fault(one, scheme) for one in sentences)), None) for scheme in candidates}
    for scheme, found in faults.items():
        if found is None:
            return scheme
    raise ValueError(faults[candidates[0]][1])


def _name_names(tags):
    return all(tag == OUTSIDE or (split(tag)[0] in tuple("BIES") and split(tag)[1]) for tag in tags)


def fault(tags, scheme):
    """(place, what is wrong and how to mend it) of the first tag that a scheme forbids, or None.

    Args:
        tags: list of str, of one sentence.
        scheme: one of `SCHEMES`.
    """
    one_of("scheme", scheme, SCHEMES)
    if scheme == "plain":
        return None
    before = ("", "")
    for place, tag in enumerate([*tags, None]):
        now = ("", "") if tag is None else split(tag)
        if tag is not None and tag != OUTSIDE and (now[0] not in tuple(_PREFIXES[scheme]) or not now[1]):
            known = ", ".join(f"{prefix}-TYPE" for prefix in _PREFIXES[scheme])
            return place, f"tag {tag!r} is none of the {scheme} scheme, which has O, {known}. Correct it."
        if not _follows(before, now, scheme):
            after = f"after {tags[place - 1]!r}" if place else "at the start of a sentence"
            if tag is None:
                return place - 1, f"tag {tags[-1]!r} ends the sentence, and in {scheme} a name ends with E- or S-."
            other = ", or give IOB1 as the scheme of the file, in which I- may start a name" if now[0] == "I" else ""
            return place, f"tag {tag!r} {after} is not {scheme}. Correct it{other}."
        before = now
    return None


def _follows(before, now, scheme):
    """Whether a tag may follow another; ("", "") is the outside of a sentence."""
    same = before[1] == now[1]
    if scheme == "BIOES":
        inside = before[0] in ("B", "I")
        return inside and same if now[0] in ("I", "E") else not inside
    if scheme == "IOB1":
        return now[0] != "B" or (before[0] in ("B", "I") and same)
    return now[0] != "I" or (before[0] in ("B", "I") and same)


def spans_of(tags, scheme):
    """The names of a sentence; tags that the scheme forbids are read as `conlleval` reads them, so nothing is lost.

    Args:
        tags: list of str.
        scheme: one of `SCHEMES`; in "plain" there are none.
    Returns:
        list of Span, from left to right.
    """
    if one_of("scheme", scheme, SCHEMES) == "plain":
        return []
    spans, start, before = [], None, ("", "")
    for place, tag in enumerate([*tags, OUTSIDE]):
        now = split(tag)
        closes = now[1] != before[1] or now[0] in ("B", "S", OUTSIDE) or before[0] in ("E", "S")
        if start is not None and closes:
            spans.append(Span(start, place, before[1]))
            start = None
        if start is None and now[1]:
            start = place
        before = now
    return spans


def tags_from(spans, length, scheme):
    """The tags of a sentence of `length` words with these names: the inverse of `spans_of`."""
    tags = [OUTSIDE] * length
    spans = sorted(spans)
    for number, (start, end, kind) in enumerate(spans):
        joined = number and spans[number - 1][1:] == (start, kind)
        first = "I" if scheme == "IOB1" and not joined else "B"
        tags[start:end] = [f"{first}-{kind}", *[f"I-{kind}"] * (end - start - 1)]
        if scheme == "BIOES":
            tags[end - 1] = f"{'S' if end - start == 1 else 'E'}-{kind}"
    return tags


def convert(tags, source, target):
    """The tags of a sentence in another scheme: ["I-LOC"], "IOB1", "BIOES" -> ["S-LOC"]."""
    return list(tags) if source == target else tags_from(spans_of(tags, source), len(tags), target)


def rules(tags):
    """Which tags may follow, start and end, for a CRF.

    Args:
        tags: list of str, the distinct tags of a model; those of BIO or BIOES have rules, others none.
    Returns:
        (<bool>[tags, tags], <bool>[tags], <bool>[tags]): may the row's tag be followed by the column's, may a sentence
        start with it, end with it.
    """
    scheme = "BIOES" if any(tag[0] in "ES" for tag in tags) else "BIO"
    if not _name_names(tags):
        scheme = "plain"
    if scheme == "plain":
        return np.ones((len(tags), len(tags)), "bool"), np.ones(len(tags), "bool"), np.ones(len(tags), "bool")
    parts = [split(tag) for tag in tags]
    outside = ("", "")
    return (
        np.array([[_follows(one, two, scheme) for two in parts] for one in parts]),
        np.array([_follows(outside, one, scheme) for one in parts]),
        np.array([_follows(one, outside, scheme) for one in parts]),
    )
