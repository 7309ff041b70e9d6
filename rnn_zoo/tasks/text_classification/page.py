"""The inspection page of a text classifier."""

from typing import Any

import numpy as np

from rnn_zoo.inspection.subject import Subject, answer_of
from rnn_zoo.layers.fronts.tokens import UNKNOWN
from rnn_zoo.types import Model


def is_live(model: Model, given: Any) -> bool:
    """Whether this page shows a live model and its input."""
    return isinstance(given, str) and len(model.output_shape) == 2


def opened(exported: Any) -> dict[str, Any]:
    """What an exported model brings to its page."""
    return {"vocabulary": exported.vocabulary, "labels": exported.labels}


def subject(model: Model, text: str, look: Any) -> Subject:
    """The page's subject: a classifier, ids <int>[batch, time] -> probabilities <float>[batch, classes], and a text."""
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
            f"The text has {len(words):,} words. The answer is for all of them; the page explains words "
            f"{part.start + 1:,} to {part.stop:,}. For these alone the answer is {labels[best]}, "
            f"{alone[best]:.1%}. Choose another window with --start."
        )
        words, ids = words[part], ids[part]
    if not words:
        notes.append("The text holds no word, so there are no contributions and no steps to show.")
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
    # A text without words has no time step; recurrences need one, here padding.
    return answer_of(model, ids if len(ids) else np.zeros(1, "int32"))
