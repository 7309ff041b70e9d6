"""Inspection page of taggers, exported or live."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from rnn_zoo.inspection.look import Look
from rnn_zoo.inspection.subject import Matrix, Subject, answer_of, head_of
from rnn_zoo.layers.crf import linear_chain as chain
from rnn_zoo.layers.fronts.tokens import UNKNOWN
from rnn_zoo.layers.heads.tags import Tags
from rnn_zoo.tasks.tagging.answers import Tagger
from rnn_zoo.types import Model, Tensor

_OUTSIDE = "O"
_SHOWN = 40  # words in the figure of the marginals


def is_live(model: Model, given: Any) -> bool:
    """Whether a live model is a tagger."""
    return head_of(model, Tags) is not None


def opened(exported: Tagger) -> dict[str, Any]:
    """Vocabulary and labels of an exported tagger."""
    return {"vocabulary": exported.spelling, "labels": exported.labels}


def subject(model: Model, given: str | Sequence[str], look: Look) -> Subject:
    """The page of a tagger and a sentence, raw or split into words; it explains the most probable tag except "O"."""
    head = head_of(model, Tags)
    labels = look.labels or (head.tags if isinstance(head.tags, list) else [str(k) for k in range(head.count)])
    words = _split_words(given) if isinstance(given, str) else [str(word) for word in given]
    given = given if isinstance(given, str) else " ".join(words)
    part, cut = look.cut(len(words))
    notes = [f"Words {cut}"] if cut else []
    words = words[part]
    if not words:
        notes.append("The text holds no word: there is nothing to tag.")
        return Subject(look.named(model), model, np.zeros(0, "int32"), card=look.card, notes=notes, given=given)
    inputs, ids = _encode(look.vocabulary, words)
    outputs = answer_of(model, inputs)
    numbers = keras.ops.convert_to_numpy(head.decode(outputs[None]))[0]
    marginals = keras.ops.convert_to_numpy(chain.marginals(head.as_chain(outputs[None])))[0]
    probabilities = marginals[np.arange(len(words)), numbers]
    named = np.array([labels[number] != _OUTSIDE for number in numbers])
    step = int((np.where(named, probabilities, -1) if named.any() else probabilities).argmax())
    before = int(numbers[max(step - 1, 0)])
    index = (step, before, int(numbers[step])) if head.crf else (step, int(numbers[step]))
    if look.index is not None:
        index, step = look.index, look.index[0]
    order = [step, *(other for other in range(len(words)) if other != step)]
    matrix, left_out = _marginals_near(marginals, labels, words, step)
    if head.crf:
        notes.append("Contributions are to the log-probability of the tag given the previous tag.")
    return Subject(
        name=look.named(model),
        model=model,
        inputs=inputs,
        steps=words,
        unknown=ids == UNKNOWN,
        answers=[(f"{words[k]}: {labels[numbers[k]]}", float(probabilities[k])) for k in order],
        index=index,
        unit="nats" if head.crf else "probability",
        targets=numbers[None],
        card=look.card,
        notes=notes + left_out,
        given=given,
        marked=[(word, "" if labels[k] == _OUTSIDE else labels[k]) for word, k in zip(words, numbers, strict=True)],
        pictures=[matrix.picture(), *([_transitions(head, labels).picture()] if head.crf else [])],
    )


def _split_words(text: str) -> list[str]:
    import tensorflow as tf

    from rnn_zoo.text.word_split import split_words

    return [word.decode() for word in split_words(tf.constant([text]))[0][0].numpy()]


def _encode(vocabulary: Any, words: Sequence[str]) -> tuple[Any, np.ndarray]:
    """(inputs of the model, ids of the words) of a sentence."""
    if vocabulary is None:
        raise ValueError(
            "`vocabulary` must be given for a live tagger: the `Spelling` that it was trained with, or the "
            "`Vocabulary` if it has no letters as input."
        )
    if hasattr(vocabulary, "encode") and hasattr(vocabulary, "letters"):
        ids, letters, _ = vocabulary.encode([words])
        return {"words": ids, "letters": letters}, ids
    numbers = {word: number for number, word in enumerate(getattr(vocabulary, "words", vocabulary))}
    ids = np.array([numbers.get(word, numbers.get(word.lower(), UNKNOWN)) for word in words], "int32")
    return ids, ids


def _marginals_near(marginals: Tensor, labels: Sequence[str], words: list[str], step: int) -> tuple[Matrix, list[str]]:
    """The marginals of the words around the one explained, and a note if words are left out."""
    first = max(0, min(step - _SHOWN // 2, len(words) - _SHOWN))
    part = slice(first, first + _SHOWN)
    notes = []
    if len(words) > _SHOWN:
        notes.append(f"The marginals are those of words {first + 1} to {first + _SHOWN}.")
    matrix = Matrix("Marginals of the tags", marginals[part].T, labels, words[part], "tag", "word", "probability")
    return matrix, notes


def _transitions(head: Tags, labels: Sequence[str]) -> Matrix:
    """The transition scores of the CRF; NaN for transitions that the tag scheme forbids."""
    scores = keras.ops.convert_to_numpy(head.sequence.transitions)
    scores = np.where(np.asarray(head.sequence.allowed), scores, np.nan)
    return Matrix("Transitions of the CRF", scores, labels, labels, "previous tag", "tag", "score (nats)", signed=True)
