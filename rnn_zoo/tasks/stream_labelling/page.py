"""The inspection page of a network that labels every character or word of a text."""

from typing import Any

import numpy as np

from rnn_zoo.inspection.pictures import charts
from rnn_zoo.inspection.subject import Picture, Subject, answer_of, own_answer
from rnn_zoo.layers.fronts.tokens import UNKNOWN
from rnn_zoo.types import Model

_SHOWN = 10


def is_live(model: Model, given: Any) -> bool:
    """Whether this page shows a live model and its input."""
    return isinstance(given, str) and len(model.output_shape) == 3


def opened(exported: Any) -> dict[str, Any]:
    """What an exported model brings to its page."""
    from rnn_zoo.text import Symbols

    return {"vocabulary": Symbols.load(exported.folder / "symbols.json"), "labels": exported.labels}


def subject(model: Model, text: str, look: Any) -> Subject:
    """The page's subject: a network, ids <int>[batch, time] -> probabilities <float>[batch, time, labels], and a text.

    The page explains the largest probability.
    """
    ids, names = look.read(text)
    notes = []
    part, cut = look.cut(len(ids))
    if not len(ids):
        notes.append("The text is empty, so there are no steps to show.")
        return Subject(look.named(model), model, np.zeros(0, "int32"), card=look.card, notes=notes, given=text)
    answers = answer_of(model, ids)
    if cut:
        notes.append(f"Steps {cut}")
        # The states that the page shows start at the window.
        ids, names = ids[part], names[part]
        answers = answer_of(model, ids)
    labels = look.label(answers.shape[-1])
    place, label = np.unravel_index(answers.argmax(), answers.shape) if look.index is None else look.index
    order = np.argsort(-answers[:, label], kind="stable")
    places = [place, *order[order != place]][:_SHOWN]
    targets, loss = own_answer(model, answers)
    peaks = [f"{name} at most {answers[:, k].max():.2f}" for k, name in enumerate(labels)]
    return Subject(
        name=look.named(model),
        model=model,
        inputs=ids,
        steps=names,
        unknown=ids == UNKNOWN,
        answers=[(f"{labels[label]} at {step + 1} ({names[step]})", float(answers[step, label])) for step in places],
        index=(int(place), int(label)),
        targets=targets[None],
        card=look.card,
        notes=notes,
        given=text,
        shown=[
            Picture(
                "The answer at every step",
                lambda: charts.draw_steps(answers, labels, names, "The answer at every step"),
                f"Line chart of the answers over {len(names)} steps: {', '.join(peaks[:_SHOWN])}.",
            )
        ],
        loss=loss,
    )
