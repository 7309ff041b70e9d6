"""Pages of networks that answer at every character or word of a text."""

import numpy as np

from rnn_zoo.inspection import charts
from rnn_zoo.inspection.subject import Picture, Subject, answer_of, own_answer
from rnn_zoo.layers.tokens import UNKNOWN

_SHOWN = 10


def is_live(model, given):
    return isinstance(given, str) and len(model.output_shape) == 3


def opened(exported):
    from rnn_zoo.text import Symbols

    return {"vocabulary": Symbols.load(exported.folder / "symbols.json"), "labels": exported.labels}


def subject(model, text, look):
    """A network, ids <int>[batch, time] -> probabilities <float>[batch, time, labels], and a text: explained is the
    surest of its answers."""
    ids, names = look.read(text)
    notes = []
    part, cut = look.cut(len(ids))
    if not len(ids):
        notes.append("The text holds nothing to answer at.")
        return Subject(look.named(model), model, np.zeros(0, "int32"), card=look.card, notes=notes, given=text)
    answers = answer_of(model, ids)
    if cut:
        notes.append(f"Steps {cut}")
        # What it has read before the window is not in the states that the page shows.
        ids, names = ids[part], names[part]
        answers = answer_of(model, ids)
    labels = look.label(answers.shape[-1])
    place, label = np.unravel_index(answers.argmax(), answers.shape) if look.index is None else look.index
    places = np.argsort(-answers[:, label], kind="stable")
    places = [place, *places[places != place]][:_SHOWN]
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
