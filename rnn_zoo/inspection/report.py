"""inspect: a model and one input of it on one page."""

from pathlib import Path

import keras
import numpy as np

from rnn_zoo.checks import one_of, positive_integer
from rnn_zoo.export import folder as export_folder
from rnn_zoo.inspection import figures
from rnn_zoo.inspection.contributions import integrated_gradients, occlusion
from rnn_zoo.inspection.drawing import describe, draw
from rnn_zoo.inspection.gradients import gradient_flow
from rnn_zoo.inspection.observed import places
from rnn_zoo.inspection.pages import render, write_page
from rnn_zoo.inspection.states import states_and_gates
from rnn_zoo.inspection.subject import array_subject, blind_subject, text_subject
from rnn_zoo.inspection.subject_kinds import SUBJECTS

# Words looked into. More would make a page that nobody reads, and minutes of work.
WINDOW = 400
_HEAT_MAP_STEPS = 60
_HEAT_MAPS = 8
_OCCLUDED = 64
_LISTED = 12
_BARS = 10


def inspect(
    model,
    given,
    out="report.html",
    *,
    vocabulary=None,
    labels=None,
    steps=None,
    index=None,
    layers=None,
    start=0,
    window=WINDOW,
):
    """Writes one page about a model and one input: the answer, what each word contributes, states, gates, the gradient
    through time, the network drawn, and the model card.

    The page is one HTML file that needs no other and no network.

    Args:
        model: an exported folder, the name of one, what `rnn_zoo.load` returned, or a live keras.Model.
        given: str, a text; for an exported forecaster the path of a file of its columns; for a live model without
            `vocabulary` one sequence, <float>[time, features] or <int>[time].
        out: file to write.
        vocabulary: of a live model that reads text: rnn_zoo.text.Vocabulary.
        labels: list of str, the names of the numbers that a live model answers with.
        steps: list of str, names of the steps of a sequence.
        index: which number of the answer is explained, as of `integrated_gradients`; by default the largest.
        layers: names of the states and gates to show, such as ["layer_0/forward/z"]; by default the first eight.
        start: int >= 0, the first word looked into, in a text longer than `window`.
        window: int > 0, the most words that are looked into.

    Returns:
        pathlib.Path of the page.

    Raises:
        ValueError: the model holds no recurrence, a name in `layers` is unknown (lists those that there are), or the
            kind of model or of input is none that a page can be made of.
    """
    positive_integer("window", window)
    if isinstance(start, bool) or not isinstance(start, int) or start < 0:
        raise ValueError(f"`start` must be an integer >= 0, got {start!r}.")
    subject = _subject(model, given, vocabulary, labels, steps, index, start, window)
    values = {"subject": subject, "title": f"{subject.name}: inside", "bars": _BARS}
    values["shares"] = all(0 <= value <= 1 for _, value in subject.answers)  # what is none has no bar
    values |= {"words": None, "flow": None, "maps": [], "matrices": [], "drawings": [], "card": _card(subject.card)}
    if subject.model is not None:
        places(subject.model)  # complains of a model without a recurrence before anything is computed
        if layers is not None:
            _check_layers(subject, layers)
        if subject.steps:
            values["words"] = _words(subject) if subject.index is not None else None
            values["maps"] = _maps(subject, layers, values["words"])
            values["matrices"] = [_matrix(matrix) for matrix in subject.matrices]
            values["flow"] = _flow(subject)
        values["drawings"] = _drawings(subject)
    return write_page(out, render("report.html.j2", **values))


def _subject(model, given, vocabulary, labels, steps, index, start, window):
    if isinstance(model, keras.Model):
        if isinstance(given, str):
            if vocabulary is None or labels is None:
                raise ValueError("`vocabulary` and `labels` must be given for a live model to read a text.")
            return text_subject(model.name, model, vocabulary, labels, given, start, window)
        return array_subject(model.name, model, given, steps, index, outputs=labels)
    if not hasattr(model, "kind"):
        folder = _folder(model)
        if folder is not None and _is_blind(folder):
            return blind_subject(folder, given)
        from rnn_zoo.export import load

        model = load(model)
    if model.kind == "classes":
        return text_subject(model.name, model.model, model.vocabulary, model.labels, given, start, window, model.card)
    if model.kind not in SUBJECTS:
        raise ValueError(
            f"{model.folder} is of the kind {model.kind!r}; a page is made of exported models of the kinds 'classes', "
            f"{', '.join(map(repr, SUBJECTS))}. Give its live model, `rnn_zoo.load(...).model`, and one sequence to "
            "`rnn_zoo.inspection.inspect`."
        )
    return SUBJECTS[model.kind](model, given, window)


def _folder(name):
    if Path(name).is_dir():
        return Path(name)
    from rnn_zoo.zoo import find_pretrained, list_models

    return find_pretrained(str(name)) if str(name) in list_models(pretrained=True) else None


def _is_blind(folder):
    missing = export_folder.missing_files(folder)
    return export_folder.KERAS_MODEL in missing and export_folder.SAVED_MODEL not in missing


def _check_layers(subject, layers):
    """ValueError that lists the names there are, before seconds of work."""
    known = list(states_and_gates(subject.model, subject.batch if subject.steps else np.zeros((1, 1), "int32")))
    for name in layers:
        one_of("layers", name, known)


def _words(subject):
    """The contribution of each step, for the page."""
    found = integrated_gradients(subject.model, subject.inputs, subject.index, subject.baseline)
    values = found.values
    peak = max(float(np.abs(values).max()), 1e-9)
    left_out = None
    if isinstance(subject.inputs, np.ndarray) and subject.inputs.ndim == 1 and len(values) <= _OCCLUDED:
        left_out = occlusion(subject.model, subject.inputs, subject.index).values
    order = np.argsort(-np.abs(values), kind="stable")[:_LISTED]
    return {
        "strengths": values / peak,
        "shown": [
            {"text": text, "value": float(value), "strength": float(value / peak), "unknown": bool(unknown)}
            for text, value, unknown in zip(subject.steps, values, subject.unknown, strict=True)
        ],
        "listed": [
            {
                "place": int(k) + 1,
                "text": subject.steps[k],
                "value": float(values[k]),
                "left_out": None if left_out is None else float(left_out[k]),
            }
            for k in order
        ],
        "output": found.output,
        "baseline": found.baseline,
        "gap": found.gap,
        "explained": subject.answers[0][0] if subject.answers else "",
    }


def _maps(subject, layers, words):
    """Heat maps of states and gates, of the steps around the one that contributes most."""
    time = len(subject.steps)
    middle = int(np.abs(words["strengths"]).argmax()) if words else 0
    first = max(0, min(middle - _HEAT_MAP_STEPS // 2, time - _HEAT_MAP_STEPS))
    part = slice(first, min(time, first + _HEAT_MAP_STEPS))
    everything = states_and_gates(subject.model, subject.batch, layers)
    chosen = layers or list(everything)[:_HEAT_MAPS]
    made = []
    for name in chosen:
        array = everything[name][0]
        window = part if len(array) == time else slice(0, _HEAT_MAP_STEPS)
        shown, steps = array[window], subject.axis(len(array))[window]
        gate = name.rpartition("/")[2] in "ifozr"
        what = "gate" if gate else "state"
        figure = figures.heat_map(
            shown, steps, f"{name} ({what})", not gate, "open (0 to 1)" if gate else "value of the unit"
        )
        low, high = np.nanmin(shown), np.nanmax(shown)
        size = f"{shown.shape[1]} units over {len(shown)} steps"
        alt = f"Heat map of the {what} {name}: {size}, from {low:.2f} to {high:.2f}."
        made.append({"name": name, "what": what, "image": figures.data_uri(figure, 90), "alt": alt})
    return {
        "made": made,
        "others": [name for name in everything if name not in chosen],
        "window": None if time <= _HEAT_MAP_STEPS else (part.start + 1, part.stop),
    }


def _matrix(matrix):
    size = f"{len(matrix.rows)} {matrix.row_axis} by {len(matrix.columns)} {matrix.column_axis}"
    low, high = np.nanmin(matrix.values), np.nanmax(matrix.values)
    alt = f"Matrix, {matrix.title}: {size}, {matrix.unit} from {low:.3g} to {high:.3g}."
    return {"title": matrix.title, "image": figures.data_uri(figures.draw_matrix(matrix), 90), "alt": alt}


def _flow(subject):
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
                rows.append((name, "beyond the steps there are" if reach is None else f"{reach} steps", largest))
    return {
        "image": figures.data_uri(figure),
        "alt": "Line chart of the gradient norm by the steps back. " + " ".join(flow.advice()),
        "advice": flow.advice(),
        "rows": rows,
        "said": f"The loss is that of the model's own answer, {flow.loss:.4g}."
        if subject.loss is None
        else f"In place of a loss stands the mean of what the model answers, {flow.loss:.4g}.",
    }


def _drawings(subject):
    model = subject.drawn or subject.model
    told = describe(model)
    drawn = {"Folded": draw(model, unrolled=False), "Unrolled over time": draw(model, steps=4)}
    return [
        {
            "title": title,
            "image": figures.data_uri(figure, 90),
            "alt": f"Drawing of the network, {title.lower()}: {told}.",
        }
        for title, figure in drawn.items()
    ]


def _card(card):
    """The model card as HTML; what is HTML in it stays text."""
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable("table").render(card) if card else ""
