"""The inspection page of a forecaster: its forecast, and the contribution of each past step."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import keras
import numpy as np

from rnn_zoo.inspection.look import Look
from rnn_zoo.inspection.pictures import charts
from rnn_zoo.inspection.subject import Picture, Subject, answer_of, head_of, mean_output
from rnn_zoo.layers.heads.quantiles import Quantiles, middle_of
from rnn_zoo.layers.heads.raw_forecast import RawForecast
from rnn_zoo.tasks.forecasting.answers import Forecasts
from rnn_zoo.types import Model, Tensor

if TYPE_CHECKING:
    import pandas as pd

    from rnn_zoo.series.windows import Windows

# The inputs of a model without the batch: an array, a list of arrays, or a dict of arrays by input name.
Inputs: TypeAlias = Any


@dataclasses.dataclass
class Window:
    """Input and forecast of one window: in units for a raw model, else scaled.

    Attributes:
        past: <float32>[lookback, columns].
        seen: names of the past steps.
        ahead: names of the forecast steps.
        columns: names of the columns, the targets first.
        forecast: <float>[horizon, targets].
        lower, upper: <float>[horizon, targets], the interval.
    """

    past: np.ndarray
    seen: list[str]
    ahead: list[str]
    columns: list[str]
    forecast: Tensor = None
    lower: Tensor = None
    upper: Tensor = None


def is_live(model: Model, given: Any) -> bool:
    """Whether this page shows a live model and its input."""
    return head_of(model, (Quantiles, RawForecast)) is not None


def opened(exported: Forecasts) -> dict[str, Any]:
    """Settings of the page from an exported model."""
    about = exported.about
    return {"labels": [*about["targets"], *about["inputs"], *about["known"]]}


def subject(model: Model, given: Any, look: Look) -> Subject:
    """The page's subject: a forecaster and one window. By default the first step of the first target is explained.

    Args:
        model: keras.Model of raw windows, see `rnn_zoo.tasks.forecasting.export.raw_model`, or of scaled ones,
            <float>[batch, lookback, features] -> quantiles <float>[batch, horizon, targets, levels].
        given: for an exported model the path of a file with its columns, whose last rows are the window; for a live
            model `Windows`, of which the last is used, or the input arrays of the model without the batch.
        look: settings of the page.
    """
    raw = head_of(model, RawForecast)
    if look.exported is not None:
        inputs, window = _from_file(look.exported, given)
    elif hasattr(given, "series"):
        inputs, window = _from_windows(model, given, scaled=raw is None)
    else:
        inputs, window = _from_arrays(model, given, look)
    answers = answer_of(model, inputs)
    if raw is None:
        levels = head_of(model, Quantiles).levels
        parts = {"forecast": answers[..., middle_of(levels)], "lower": answers[..., 0], "upper": answers[..., -1]}
        index, explained = look.index or (0, 0, middle_of(levels)), model
    else:
        parts, index = answers, look.index or (0, 0)
        explained = keras.Model(model.input, model.output["forecast"], name=look.named(model))
    window = dataclasses.replace(window, **parts)
    target = window.columns[index[1]]
    value = window.forecast[:, index[1]]
    first = 0 if index[0] == 0 else index[0]
    places = [first, *(k for k in range(len(value)) if k != first)]
    size = f"{len(window.past)} steps, from {window.seen[0]} to {window.seen[-1]}"
    title = f"Forecast of {target}"
    alt = (
        f"Line chart of {target}: the past, then the forecast of {len(value)} steps, from {value[0]:.4g} to "
        f"{value[-1]:.4g}, with its interval."
    )
    return Subject(
        name=look.named(model),
        model=explained,
        inputs=inputs,
        steps=window.seen,
        answers=[(f"{target}, {window.ahead[k]}", float(value[k])) for k in places],
        index=index,
        unit=f"units of {target}" if raw is not None else "standard deviations",
        targets=(answers if raw is None else window.forecast)[None],
        card=look.card,
        given=f"{given}: {size}" if isinstance(given, str) else size,
        columns=window.columns if len(window.columns) == window.past.shape[1] > 1 else None,
        shown=[Picture(title, lambda: charts.draw_forecast(window, index[1], title), alt)],
        loss=mean_output,
        baseline=np.broadcast_to(window.past.mean(axis=0), window.past.shape),
        through="past" if isinstance(inputs, dict) else 0 if isinstance(inputs, list) else None,
        drawn=None if raw is None else raw.network,
        baseline_name="a constant past at its mean",
        texts=False,
    )


def _from_file(exported: Forecasts, path: str | Path) -> tuple[Inputs, Window]:
    about = exported.about
    past, known, times = exported.read(path)
    inputs = {"past": past.astype("float32")}
    if known is not None:
        inputs["known"] = known.astype("float32")
    if about["clock"]:
        from rnn_zoo.series.windows import minutes

        inputs["times"] = minutes(times)
    columns = [*about["targets"], *about["inputs"], *about["known"]]
    return inputs, Window(inputs["past"], *_named(times, len(past)), columns)


def _from_windows(model: Model, windows: "Windows", scaled: bool) -> tuple[Inputs, Window]:
    """The last window of the test part."""
    series, start = windows.series, int(windows.starts("test")[-1])
    times = series.times[start - windows.lookback : start + windows.horizon]
    seen, ahead = _named(times, windows.lookback)
    if scaled:
        past = windows.past(np.array([start]))[0]
        inputs = [past, windows.ahead(np.array([start]))[0]] if len(model.inputs) > 1 else past
        clock = [f"time feature {k + 1}" for k in range(windows.clock.shape[1])]
        return inputs, Window(past, seen, ahead, [*series.columns, *clock])
    past = series.values[start - windows.lookback : start].astype("float32")
    inputs = {"past": past}
    if series.known:
        inputs["known"] = series.values[start : start + windows.horizon, -len(series.known) :].astype("float32")
    if windows.time_features is not None:
        from rnn_zoo.series.windows import minutes

        inputs["times"] = minutes(times)
    return inputs, Window(past, seen, ahead, list(series.columns))


def _from_arrays(model: Model, given: Any, look: Look) -> tuple[Inputs, Window]:
    inputs = keras.tree.map_structure(lambda array: np.asarray(array, "float32"), given)
    shapes = [tuple(tensor.shape[1:]) for tensor in model.inputs]
    past = inputs["past"] if isinstance(inputs, dict) else keras.tree.flatten(inputs)[0]
    if len(keras.tree.flatten(inputs)) != len(shapes) or past.ndim != 2:
        expected = " and ".join(str(shape).replace("None", "any") for shape in shapes)
        raise ValueError(f"`given` must be one window without the batch, {expected}, got the shape {past.shape}.")
    count = past.shape[1]
    columns = look.label(count) if look.labels is not None else [f"column {k + 1}" for k in range(count)]
    seen = look.steps or [str(step - len(past)) for step in range(len(past))]
    horizon = model.output["forecast"].shape[1] if isinstance(model.output, dict) else model.output.shape[1]
    return inputs, Window(past, [str(step) for step in seen], [f"+{step + 1}" for step in range(horizon)], columns)


def _named(times: "pd.DatetimeIndex", lookback: int) -> tuple[list[str], list[str]]:
    """(names of the past steps, names of the forecast steps): times in the shortest format that loses nothing."""
    if not hasattr(times, "floor"):  # step numbers
        named = [str(step) for step in times]
        return named[:lookback], named[lookback:]
    forms = {"D": "%Y-%m-%d", "min": "%Y-%m-%d %H:%M", "ns": "%Y-%m-%d %H:%M:%S"}
    form = next(form for unit, form in forms.items() if (times == times.floor(unit)).all())
    named = list(times.strftime(form))
    return named[:lookback], named[lookback:]
