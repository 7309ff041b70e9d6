"""Pages of taggers, exported or live."""

import keras
import numpy as np

from rnn_zoo.inspection.subject import Matrix, Subject, answer_of, head_of
from rnn_zoo.layers import chain
from rnn_zoo.layers.tags import Tags
from rnn_zoo.layers.tokens import UNKNOWN

_OUTSIDE = "O"
_SHOWN = 40  # words in the picture of the marginals


def is_live(model, given):
    return head_of(model, Tags) is not None


def opened(exported):
    return {"vocabulary": exported.spelling, "labels": exported.labels}


def subject(model, given, look):
    """A tagger and a sentence, a text or its words: explained is the tag that is the surest beside "O"."""
    head = head_of(model, Tags)
    labels = look.labels or (head.tags if isinstance(head.tags, list) else [str(k) for k in range(head.count)])
    words = _split(given) if isinstance(given, str) else [str(word) for word in given]
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
    likely = keras.ops.convert_to_numpy(chain.marginals(head.as_chain(outputs[None])))[0]
    surely = likely[np.arange(len(words)), numbers]
    named = np.array([labels[number] != _OUTSIDE for number in numbers])
    step = int((np.where(named, surely, -1) if named.any() else surely).argmax())
    before = int(numbers[max(step - 1, 0)])
    index = (step, before, int(numbers[step])) if head.crf else (step, int(numbers[step]))
    if look.index is not None:
        index, step = look.index, look.index[0]
    order = [step, *(other for other in range(len(words)) if other != step)]
    marginals, shown = _shown(likely, labels, words, step)
    if head.crf:
        notes.append("Contributions are to the log-probability of the tag, given the one before.")
    return Subject(
        name=look.named(model),
        model=model,
        inputs=inputs,
        steps=words,
        unknown=ids == UNKNOWN,
        answers=[(f"{words[k]}: {labels[numbers[k]]}", float(surely[k])) for k in order],
        index=index,
        unit="nats" if head.crf else "probability",
        targets=numbers[None],
        card=look.card,
        notes=notes + shown,
        given=given,
        marked=[(word, "" if labels[k] == _OUTSIDE else labels[k]) for word, k in zip(words, numbers, strict=True)],
        pictures=[marginals.picture(), *([_transitions(head, labels).picture()] if head.crf else [])],
    )


def _split(text):
    import tensorflow as tf

    from rnn_zoo.text.word_split import split_words

    return [word.decode() for word in split_words(tf.constant([text]))[0][0].numpy()]


def _encode(vocabulary, words):
    """(what the model reads, the ids of the words) of a sentence."""
    if vocabulary is None:
        raise ValueError(
            "`vocabulary` must be given for a live tagger to read words: the `Spelling` that it was trained with, or "
            "the `Vocabulary` where it reads no letters."
        )
    if hasattr(vocabulary, "encode") and hasattr(vocabulary, "letters"):
        ids, letters, _ = vocabulary.encode([words])
        return {"words": ids, "letters": letters}, ids
    numbers = {word: number for number, word in enumerate(getattr(vocabulary, "words", vocabulary))}
    ids = np.array([numbers.get(word, numbers.get(word.lower(), UNKNOWN)) for word in words], "int32")
    return ids, ids


def _shown(likely, labels, words, step):
    """The `Matrix` of the marginals of the words around the one explained, and notes on what it leaves out."""
    first = max(0, min(step - _SHOWN // 2, len(words) - _SHOWN))
    part = slice(first, first + _SHOWN)
    notes = []
    if len(words) > _SHOWN:
        notes.append(f"The marginals are those of the words {first + 1} to {first + _SHOWN}.")
    matrix = Matrix("Marginals of the tags", likely[part].T, labels, words[part], "tag", "word", "probability")
    return matrix, notes


def _transitions(head, labels):
    """The scores of the CRF; none where the scheme of the tags forbids to go there."""
    scores = keras.ops.convert_to_numpy(head.sequence.transitions)
    scores = np.where(np.asarray(head.sequence.allowed), scores, np.nan)
    return Matrix("Transitions of the CRF", scores, labels, labels, "tag before", "tag", "score in nats", signed=True)
