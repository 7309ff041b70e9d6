import pytest

from rnn_zoo.generation.bleu import bleu

pytest.importorskip("sacrebleu")


def test_bleu_is_100_for_equal_0_for_unrelated_texts_and_between_otherwise():
    sentence = "a man in a blue shirt is standing on a ladder ."
    assert bleu([sentence], [sentence], tokenised=True) == pytest.approx(100)
    assert bleu(["nothing of this kind"], [sentence], tokenised=True) == 0
    assert 0 < bleu([sentence.replace("blue", "red")], [sentence], tokenised=True) < 100


def test_tokenised_texts_are_compared_word_by_word():
    written, reference = "A small dog runs across it.", "a small dog runs across it ."
    assert bleu([written], [reference]) == pytest.approx(100)
    assert bleu([written], [reference], tokenised=True) < 60


def test_each_may_have_several_references():
    given = ["a small dog runs fast", "two men walk home now"]
    references = [["no such thing at all", given[0]], [given[1]]]
    assert bleu(given, references, tokenised=True) == pytest.approx(100)
    with pytest.raises(ValueError, match="`references` must be one each of 2 texts, got 1"):
        bleu(given, references[:1])
