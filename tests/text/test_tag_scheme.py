import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_zoo.text.tag_scheme import Span, convert, fault, find_scheme, rules, spans_of, tags_from, tags_of

WORDS = ["in", "New", "York", ",", "Paris", "Paris"]
IN = {
    "BIO": ["O", "B-LOC", "I-LOC", "O", "B-LOC", "B-LOC"],
    "IOB1": ["O", "I-LOC", "I-LOC", "O", "I-LOC", "B-LOC"],
    "BIOES": ["O", "B-LOC", "E-LOC", "O", "S-LOC", "S-LOC"],
}
SPANS = [Span(1, 3, "LOC"), Span(4, 5, "LOC"), Span(5, 6, "LOC")]


@st.composite
def names(draw):
    """Spans that do not overlap, and the length of their sentence."""
    spans, place = [], 0
    for gap, length, kind in draw(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 3), st.sampled_from("AB")))):
        spans.append(Span(place + gap, place + gap + length, kind))
        place += gap + length
    return spans, place + draw(st.integers(0, 2))


@pytest.mark.parametrize("scheme", IN)
def test_the_table_of_the_documentation(scheme):
    assert spans_of(IN[scheme], scheme) == SPANS
    assert tags_from(SPANS, len(WORDS), scheme) == IN[scheme]
    assert find_scheme([IN[scheme]]) == scheme
    for other in IN:
        assert convert(IN[scheme], scheme, other) == IN[other]


@settings(max_examples=40, deadline=None)
@given(names())
def test_tags_and_names_are_the_same_in_every_scheme(given_names):
    spans, length = given_names
    for scheme in IN:
        tags = tags_from(spans, length, scheme)
        assert len(tags) == length and fault(tags, scheme) is None
        assert spans_of(tags, scheme) == spans


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["O", "B-A", "I-A", "B-B", "I-B", "E-A", "S-B"]), max_size=5))
def test_rules_allow_what_has_no_fault(tags):
    for scheme, known in (("BIO", "OBI"), ("BIOES", "OBIES")):
        names_of = [tag for tag in tags_of(["A", "B"], scheme) if tag[0] in known]
        if not tags or not set(tags) <= set(names_of):
            continue
        allowed, start, end = rules(names_of)
        places = [names_of.index(tag) for tag in tags]
        right = start[places[0]] and end[places[-1]] and all(allowed[a, b] for a, b in itertools.pairwise(places))
        assert bool(right) == (fault(tags, scheme) is None)


def test_parts_of_speech_have_no_rules():
    assert find_scheme([["NOUN", "X", "INTJ"]]) == "plain"
    assert all(np.all(part) for part in rules(["NOUN", "X", "INTJ", "O"]))
    assert spans_of(["NOUN"], "plain") == [] and fault(["I-X"], "plain") is None


def test_wrong_tags_are_read_as_conlleval_reads_them():
    assert spans_of(["O", "I-A", "I-B", "B-B"], "BIO") == [Span(1, 2, "A"), Span(2, 3, "B"), Span(3, 4, "B")]


@pytest.mark.parametrize(
    ("tags", "scheme", "place", "message"),
    [
        (["O", "I-A"], "BIO", 1, "'I-A' after 'O' is not BIO. Correct it, or give IOB1 as the scheme"),
        (["I-A"], "BIO", 0, "'I-A' at the start of a sentence"),
        (["B-A", "I-B"], "BIO", 1, "'I-B' after 'B-A'"),
        (["B-A", "X-A"], "BIO", 1, "'X-A' is not in the BIO scheme, which has O, B-TYPE, I-TYPE"),
        (["B-"], "BIO", 0, "'B-' is not in"),
        (["B-A", "O"], "BIOES", 1, "'O' after 'B-A' is not BIOES"),
        (["O", "B-A"], "BIOES", 1, "'B-A' ends the sentence"),
        (["O", "B-A"], "IOB1", 1, "'B-A' after 'O' is not IOB1"),
    ],
)
def test_faults_have_a_place_and_a_fix(tags, scheme, place, message):
    found = fault(tags, scheme)
    assert found[0] == place and message in found[1]


def test_mixed_schemes_are_refused():
    with pytest.raises(ValueError, match="'I-A' at the start of a sentence is not BIO"):
        find_scheme([["I-A"], ["O", "B-A"]])
