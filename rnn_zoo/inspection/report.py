"""The page about a model and one input: the parts that all kinds of models share."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rnn_zoo.checks import one_of
from rnn_zoo.inspection.contributions.attribution import (
    COMPLETE,
    Contributions,
    integrated_gradients,
    occlusion,
    reads_tokens,
)
from rnn_zoo.inspection.gradients.flow import gradient_flow
from rnn_zoo.inspection.observed import places
from rnn_zoo.inspection.pages import render, write_page
from rnn_zoo.inspection.pictures import charts, figures
from rnn_zoo.inspection.pictures.drawing import describe, draw
from rnn_zoo.inspection.states import states_and_gates
from rnn_zoo.inspection.subject import Picture, Subject

_HEAT_MAP_STEPS = 60
_HEAT_MAPS = 8
_OCCLUDED = 64
_LISTED = 12
_BARS = 10
_COLUMNS = 32  # features in the picture of contributions by step and column


def write_report(subject: Subject, out: str | Path, layers: Sequence[str] | None = None) -> Path:
    """Writes the page of a subject: prediction, contributions, states, gradients, drawing of the network, card.

    Args:
        subject: content of the page.
        out: file to write.
        layers: names of the states and gates to show. Default None: the first eight.

    Returns:
        The path of the page.

    Raises:
        ValueError: the model has no recurrence, or a name in `layers` is unknown.
    """
    values: dict[str, Any] = {
        "subject": subject,
        "title": f"{subject.name}: inside",
        "bars": _BARS,
        "card": _card(subject.card),
    }
    values["probabilities"] = all(0 <= value <= 1 for _, value in subject.answers)  # only probabilities have bars
    values |= {"words": None, "flow": None, "maps": [], "shown": [], "pictures": [], "drawings": []}
    if subject.model is not None:
        places(subject.model)  # ValueError for a model without a recurrence, before any computation
        if layers is not None and subject.steps:
            _check_layers(subject, layers)
        if subject.steps:
            values["shown"] = [_drawn(picture) for picture in subject.shown]
            values["words"] = _words(subject) if subject.index is not None else None
            values["maps"] = _maps(subject, layers, values["words"])
            values["pictures"] = [_drawn(picture) for picture in subject.pictures]
            values["flow"] = _flow(subject)
        values["drawings"] = _drawings(subject)
    return write_page(out, render("report.html.j2", **values))


def _check_layers(subject: Subject, layers: Sequence[str]) -> None:
    """ValueError that lists the known names, before the slow parts."""
    known = list(states_and_gates(subject.model, subject.batch))
    for name in layers:
        one_of("layers", name, known)


def _words(subject: Subject) -> dict[str, Any]:
    """Contributions of the steps."""
    found = integrated_gradients(subject.model, subject.inputs, subject.index, subject.baseline, subject.through)
    values = found.values
    peak = max(float(np.abs(values).max()), 1e-9)
    occluded = None
    of_words = isinstance(subject.inputs, np.ndarray) and subject.inputs.ndim == 1 and reads_tokens(subject.model)
    if of_words and len(values) <= _OCCLUDED:
        occluded = occlusion(subject.model, subject.inputs, subject.index).values
    order = np.argsort(-np.abs(values), kind="stable")[:_LISTED]
    title = f"Contribution of each step to “{subject.explained}”"
    pictures = [] if subject.texts else [_bars(subject, values)]
    pictures += _columns(subject, found)
    return {
        "title": title,
        "strengths": values / peak,
        "shown": [
            {"text": text, "value": float(value), "strength": float(value / peak), "unknown": bool(unknown)}
            for text, value, unknown in zip(subject.steps, values, subject.unknown, strict=True)
            if subject.texts
        ],
        "pictures": [_drawn(picture) for picture in pictures],
        "listed": [
            {
                "place": int(k) + 1,
                "text": subject.steps[k],
                "value": float(values[k]),
                "occluded": None if occluded is None else float(occluded[k]),
            }
            for k in order
        ],
        "baseline_name": subject.baseline_name,
        "output": found.output,
        "baseline": found.baseline,
        "gap": found.gap,
        "complete": found.gap <= COMPLETE,
    }


def _bars(subject: Subject, values: np.ndarray) -> Picture:
    """The contributions of steps that are not words."""
    title, best = "Contributions of the steps", int(np.abs(values).argmax())
    alt = (
        f"Bar chart of the contributions of {len(values)} steps, from {values.min():.3g} to {values.max():.3g} "
        f"{subject.unit}; the largest is {values[best]:+.3g} of {subject.steps[best]}."
    )
    return Picture(title, lambda: charts.draw_contributions(values, subject.steps, title, subject.unit), alt)


def _columns(subject: Subject, found: Contributions) -> list[Picture]:
    """The contributions of each feature of each step; an empty list if the features have no names."""
    if subject.columns is None or found.parts is None:
        return []
    parts = found.parts.reshape(len(found.parts), len(subject.columns), -1).sum(axis=2)
    kept = np.argsort(-np.abs(parts).max(axis=0), kind="stable")[:_COLUMNS]
    kept = np.sort(kept[np.abs(parts[:, kept]).max(axis=0) > 0])
    if len(kept) < 2:
        return []
    if subject.columns_direction == "right":  # an image is shown whole
        kept = np.arange(len(subject.columns))
    names, title = [subject.columns[k] for k in kept], "Contributions by step and column"
    step, column = np.unravel_index(np.abs(parts).argmax(), parts.shape)
    alt = (
        f"Matrix, {title.lower()}: {len(names)} columns, {len(parts)} steps; the largest is "
        f"{parts[step, column]:+.3g} of {subject.columns[column]} at {subject.steps[step]}."
    )
    arguments = (parts[:, kept], names, subject.steps, title, subject.unit, subject.columns_direction)
    return [Picture(title, lambda: charts.draw_parts(*arguments), alt)]


def _maps(subject: Subject, layers: Sequence[str] | None, words: dict[str, Any] | None) -> dict[str, Any]:
    """Heat maps of states and gates around the step that contributes most."""
    time = len(subject.steps)
    middle = int(np.abs(words["strengths"]).argmax()) if words else 0
    first = max(0, min(middle - _HEAT_MAP_STEPS // 2, time - _HEAT_MAP_STEPS))
    part = slice(first, min(time, first + _HEAT_MAP_STEPS))
    everything = states_and_gates(subject.model, subject.batch, layers)
    chosen = layers or list(everything)[:_HEAT_MAPS]
    writing = tuple(f"{place.name}/" for place in places(subject.model) if place.writes and subject.written)
    # A decoder has the steps of the output, other recurrences their own, such as segments.
    read = {name: len(everything[name][0]) == time and not name.startswith(writing) for name in chosen}
    made = []
    for name in chosen:
        array = everything[name][0]
        window = part if read[name] else slice(0, _HEAT_MAP_STEPS)
        shown, steps = array[window], subject.axis(len(array), name.startswith(writing))[window]
        gate = name.rpartition("/")[2] in "ifozr"
        kind = "gate" if gate else "state"
        figure = figures.heat_map(
            shown, steps, f"{name} ({kind})", not gate, "open (0 to 1)" if gate else "value of the unit"
        )
        low, high = np.nanmin(shown), np.nanmax(shown)
        size = f"{shown.shape[1]} units over {len(shown)} steps"
        alt = f"Heat map of the {kind} {name}: {size}, from {low:.2f} to {high:.2f}."
        made.append({"title": f"{name}, {kind}", "image": figures.data_uri(figure, 90), "alt": alt})
    return {
        "made": made,
        "others": [name for name in everything if name not in chosen],
        "window": (part.start + 1, part.stop) if any(read.values()) and time > _HEAT_MAP_STEPS else None,
    }


def _drawn(picture: Picture) -> dict[str, str]:
    return {"title": picture.title, "image": figures.data_uri(picture.figure(), 90), "alt": picture.alt}


def _flow(subject: Subject) -> dict[str, Any]:
    flow = gradient_flow(subject.model, subject.batch, subject.targets, subject.loss)
    figure = figures.draw_flow(flow, "Gradient of the loss through time")
    rows = []
    for place in flow.singular_values:
        values = flow.singular_values[place]
        values = values[~np.isnan(values)]
        for name in flow.norms:
            if name.startswith(f"{place}/"):
                reach = flow.reach(name)
                largest = f"{values.max():.3g}" if len(values) else "–"
                rows.append((name, "more than all steps" if reach is None else f"{reach} steps", largest))
    return {
        "title": "Gradient through time",
        "image": figures.data_uri(figure),
        "alt": "Line chart of the gradient norm by the steps back. " + " ".join(flow.advice()),
        "advice": flow.advice(),
        "rows": rows,
        "note": f"The loss is that of the model's own prediction, {flow.loss:.4g}."
        if subject.loss is None
        else f"The mean prediction, {flow.loss:.4g}, replaces the loss.",
    }


def _drawings(subject: Subject) -> list[dict[str, str]]:
    model = subject.drawn or subject.model
    description = describe(model)
    drawn = {"Folded": draw(model, unrolled=False), "Unrolled over time": draw(model, steps=4)}
    return [
        {
            "title": title,
            "image": figures.data_uri(figure, 90),
            "alt": f"Drawing of the network, {title.lower()}: {description}.",
        }
        for title, figure in drawn.items()
    ]


def _card(card: str) -> str:
    """The model card as HTML; HTML inside it is escaped, and an image, which may be remote, is shown as a link."""
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable("table").disable("image").render(card) if card else ""
