"""inspect: a model and one input of it on one page."""

import numpy as np

from rnn_zoo.checks import one_of, positive_integer
from rnn_zoo.inspection import charts, figures
from rnn_zoo.inspection.contributions import COMPLETE, integrated_gradients, occlusion, reads_tokens
from rnn_zoo.inspection.drawing import describe, draw
from rnn_zoo.inspection.gradients import gradient_flow
from rnn_zoo.inspection.kinds.look import WINDOW, Look
from rnn_zoo.inspection.observed import places
from rnn_zoo.inspection.opening import open_subject
from rnn_zoo.inspection.pages import render, write_page
from rnn_zoo.inspection.states import states_and_gates
from rnn_zoo.inspection.subject import Picture

_HEAT_MAP_STEPS = 60
_HEAT_MAPS = 8
_OCCLUDED = 64
_LISTED = 12
_BARS = 10
_COLUMNS = 32  # numbers of a step in the picture of what each contributes


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
    """Writes one page about a model and one input: the answer, what each step contributes, states, gates, the gradient
    through time, what its kind has to show besides, the network drawn, and the model card.

    The page is one HTML file that needs no other and no network. Models of all kinds have one, exported or live:

    | kind | `given` | shown besides |
    |---|---|---|
    | classifiers of texts | text | words in colours, occlusion |
    | taggers | text, or list of words | marginals; transitions of a CRF |
    | writers, encoder-decoders | text, ids <int>[time], or vectors | what is written; attention |
    | forecasters | exported: path of a CSV file; live: `Windows`, or arrays | the forecast; columns by steps |
    | classifiers of images | path of an image, or pixels | the image; pixels in colours |
    | an answer at every step | text | the answers over time |
    | music | MIDI numbers, a .mid file, or keys <float>[time, count] | piano roll |
    | any live model | <float>[time, features] or <int>[time] | |

    Args:
        model: an exported folder, the name of one, or what `rnn_zoo.load` returned; a .keras file, or the folder of a
            run; a live keras.Model, a `Writer` or its generator, or a forecaster of `rnn_zoo.forecasting`.
        given: the input, as above; of each also the path of a .npy file.
        out: file to write.
        vocabulary: of a live model that reads text: the Vocabulary, Symbols or Spelling of `rnn_zoo.text`.
        labels: list of str, the names of the numbers that a live model answers with; of one that writes its Symbols.
        steps: list of str, names of the steps of a sequence of numbers.
        index: which number of the answer is explained, as of `integrated_gradients`; by default the surest.
        layers: names of the states and gates to show, such as ["layer_0/forward/z"]; by default the first eight.
        start: int >= 0, the first word looked into, in a text longer than `window`.
        window: int > 0, the most words that are looked into.

    Returns:
        pathlib.Path of the page.

    Raises:
        ValueError: the model holds no recurrence, a name in `layers` is unknown (lists those that there are), or the
            input is none that the model takes.
        FileNotFoundError: there is no such model.
    """
    positive_integer("window", window)
    if isinstance(start, bool) or not isinstance(start, int) or start < 0:
        raise ValueError(f"`start` must be an integer >= 0, got {start!r}.")
    look = Look(vocabulary=vocabulary, labels=labels, steps=steps, index=index, start=start, window=window)
    subject = open_subject(model, given, look)
    values = {"subject": subject, "title": f"{subject.name}: inside", "bars": _BARS, "card": _card(subject.card)}
    values["shares"] = all(0 <= value <= 1 for _, value in subject.answers)  # what is none has no bar
    values |= {"words": None, "flow": None, "maps": [], "shown": [], "pictures": [], "drawings": []}
    if subject.model is not None:
        places(subject.model)  # complains of a model without a recurrence before anything is computed
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


def _check_layers(subject, layers):
    """ValueError that lists the names there are, before seconds of work."""
    known = list(states_and_gates(subject.model, subject.batch))
    for name in layers:
        one_of("layers", name, known)


def _words(subject):
    """The contribution of each step, for the page."""
    found = integrated_gradients(subject.model, subject.inputs, subject.index, subject.baseline, subject.through)
    values = found.values
    peak = max(float(np.abs(values).max()), 1e-9)
    left_out = None
    of_words = isinstance(subject.inputs, np.ndarray) and subject.inputs.ndim == 1 and reads_tokens(subject.model)
    if of_words and len(values) <= _OCCLUDED:
        left_out = occlusion(subject.model, subject.inputs, subject.index).values
    order = np.argsort(-np.abs(values), kind="stable")[:_LISTED]
    title = f"What each step contributes to “{subject.explained}”"
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
                "left_out": None if left_out is None else float(left_out[k]),
            }
            for k in order
        ],
        "start": subject.start,
        "output": found.output,
        "baseline": found.baseline,
        "gap": found.gap,
        "complete": found.gap <= COMPLETE,
    }


def _bars(subject, values):
    """The `Picture` of the contributions of steps that are no words."""
    title, best = "Contributions of the steps", int(np.abs(values).argmax())
    alt = (
        f"Bar chart of the contributions of {len(values)} steps, from {values.min():.3g} to {values.max():.3g} "
        f"{subject.unit}; the largest is {values[best]:+.3g} of {subject.steps[best]}."
    )
    return Picture(title, lambda: charts.draw_contributions(values, subject.steps, title, subject.unit), alt)


def _columns(subject, found):
    """The `Picture` of what each number of each step contributes, in a list that is empty where they have no names."""
    if subject.columns is None:
        return []
    parts = found.parts.reshape(len(found.parts), len(subject.columns), -1).sum(axis=2)
    kept = np.argsort(-np.abs(parts).max(axis=0), kind="stable")[:_COLUMNS]
    kept = np.sort(kept[np.abs(parts[:, kept]).max(axis=0) > 0])
    if len(kept) < 2:
        return []
    if subject.way == "right":  # an image is shown whole
        kept = np.arange(len(subject.columns))
    names, title = [subject.columns[k] for k in kept], "Contributions by step and column"
    step, column = np.unravel_index(np.abs(parts).argmax(), parts.shape)
    alt = (
        f"Matrix, {title.lower()}: {len(names)} columns, {len(parts)} steps; the largest is "
        f"{parts[step, column]:+.3g} of {subject.columns[column]} at {subject.steps[step]}."
    )
    told = (parts[:, kept], names, subject.steps, title, subject.unit, subject.way)
    return [Picture(title, lambda: charts.draw_parts(*told), alt)]


def _maps(subject, layers, words):
    """Heat maps of states and gates, of the steps around the one that contributes most."""
    time = len(subject.steps)
    middle = int(np.abs(words["strengths"]).argmax()) if words else 0
    first = max(0, min(middle - _HEAT_MAP_STEPS // 2, time - _HEAT_MAP_STEPS))
    part = slice(first, min(time, first + _HEAT_MAP_STEPS))
    everything = states_and_gates(subject.model, subject.batch, layers)
    chosen = layers or list(everything)[:_HEAT_MAPS]
    cut = any(len(everything[name][0]) == time for name in chosen)  # some read longer steps of their own
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
        made.append({"title": f"{name}, {what}", "image": figures.data_uri(figure, 90), "alt": alt})
    return {
        "made": made,
        "others": [name for name in everything if name not in chosen],
        "window": (part.start + 1, part.stop) if cut and time > _HEAT_MAP_STEPS else None,
    }


def _drawn(picture):
    return {"title": picture.title, "image": figures.data_uri(picture.figure(), 90), "alt": picture.alt}


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
        "title": "Gradient through time",
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
