import pytest

from rnn_zoo.generation.bleu import bleu

pytest.importorskip("sacrebleu")


def test_bleu_knows_its_ends_and_the_middle():
    sentence = "a man in a blue shirt is standing on a ladder ."
    assert bleu([sentence], [sentence], tokenised=True) == pytest.approx(100)
    assert bleu(["nothing of this kind"], [sentence], tokenised=True) == 0
    assert 0 < bleu([sentence.replace("blue", "red")], [sentence], tokenised=True) < 100


def test_words_are_what_stands_between_spaces_where_they_are_tokenised():
    written, reference = "A small dog runs across it.", "a small dog runs across it ."
    assert bleu([written], [reference]) == pytest.approx(100)
    assert bleu([written], [reference], tokenised=True) < 60


def test_each_may_have_several_references():
    given = ["a small dog runs fast", "two men walk home now"]
    references = [["no such thing at all", given[0]], [given[1]]]
    assert bleu(given, references, tokenised=True) == pytest.approx(100)
    with pytest.raises(ValueError, match="`references` must be one each of 2 texts, got 1"):
        bleu(given, references[:1])
