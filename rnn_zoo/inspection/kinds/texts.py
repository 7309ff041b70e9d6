"""Pages of classifiers that read a text."""

import numpy as np

from rnn_zoo.inspection.subject import Subject, answer_of
from rnn_zoo.layers.tokens import UNKNOWN


def is_live(model, given):
    return isinstance(given, str) and len(model.output_shape) == 2


def opened(exported):
    return {"vocabulary": exported.vocabulary, "labels": exported.labels}


def subject(model, text, look):
    """A classifier, ids <int>[batch, time] -> probabilities <float>[batch, classes], and a text."""
    ids, words = look.read(text)
    if look.labels is None:
        raise ValueError("`labels` must be given for a live model to read a text: the names of its classes.")
    probabilities = _answer(model, ids)
    labels = look.label(len(probabilities))
    part, cut = look.cut(len(words))
    notes = []
    if cut:
        alone = _answer(model, ids[part])
        best = int(alone.argmax())
        notes.append(
            f"The text has {len(words):,} words. The answer is to all of them; the page looks into words "
            f"{part.start + 1:,} to {part.stop:,}, for which alone the answer would be {labels[best]}, "
            f"{alone[best]:.1%}. Another window: --start."
        )
        words, ids = words[part], ids[part]
    if not words:
        notes.append("The text holds no word: there is nothing to contribute to the answer and no step to look into.")
    order = np.argsort(-probabilities, kind="stable")
    best = int(order[0]) if look.index is None else look.index
    return Subject(
        name=look.named(model),
        model=model,
        inputs=ids,
        steps=words,
        unknown=ids == UNKNOWN,
        answers=[(labels[k], float(probabilities[k])) for k in order],
        index=(best,),
        explained=labels[best],
        targets=order[:1],
        card=look.card,
        notes=notes,
        given=text,
    )


def _answer(model, ids):
    # A text without a word has no step at all; recurrences need one, which is padding.
    return answer_of(model, ids if len(ids) else np.zeros(1, "int32"))
