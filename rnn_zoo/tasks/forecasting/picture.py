"""The picture of a report: forecasts with intervals beside the observations; error and coverage by horizon."""

from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from rnn_zoo.files.figures import save_figure
from rnn_zoo.series.windows import Windows
from rnn_zoo.tasks.forecasting.forecasters.forecaster import Forecast
from rnn_zoo.types import Tensor

_MODEL = "#1f6f8b"
_OTHERS = ("#c8553d", "#e0a458", "#7a6f9b", "#6a994e", "#8d99ae")
_GREY = "#5c6670"
_SHOWN = 3  # windows drawn


def draw_forecasts(
    result: Mapping[str, Any], windows: Windows, starts: Tensor, forecast: Forecast, file: str | Path | IO[bytes]
) -> None:
    """Draws three windows of the last target with the model's forecasts, and all systems' scores by horizon.

    Args:
        result: the report, see `rnn_zoo.tasks.forecasting.report.forecast_report`.
        windows: the windows of the series.
        starts: <int>[windows], the first step ahead of each scored window.
        forecast: the model's forecasts of these windows, in units.
        file: PNG file to write: a path, or a binary file.
    """
    model = result["model"]
    figure = Figure(figsize=(12.5, 9.5), dpi=120, layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    figure.suptitle(
        f"{model} on {result['data']}: {result['horizon']} steps ahead, {result['windows']:,} windows of the "
        f"{result['split']} part\n{result['verdict'][0]}",
        fontsize=12,
        x=0.01,
        ha="left",
    )
    above, below = figure.subfigures(2, 1, height_ratios=(1.25, 1))  # type: ignore[misc]
    panels = above.subplots(1, _SHOWN, squeeze=False)[0]
    places = np.linspace(0, len(starts) - 1, _SHOWN).round().astype(int)
    target = len(result["targets"]) - 1  # for ETT, the oil temperature
    for axes, place in zip(panels, places, strict=True):
        _window(axes, windows, int(starts[place]), forecast, place, target)
    panels[0].set_ylabel(f"{result['targets'][target]} (units of the data)")
    panels[0].legend(loc="upper left", fontsize=8)
    error, coverage = below.subplots(1, 2)
    steps = np.arange(1, result["horizon"] + 1)
    for place, (name, system) in enumerate(result["systems"].items()):
        colour = _MODEL if place == 0 else _OTHERS[(place - 1) % len(_OTHERS)]
        style = {"color": colour, "linewidth": 2.2 if place == 0 else 1.4, "label": name.removeprefix("baseline:")}
        style |= {"marker": "o"} if len(steps) == 1 else {}
        error.plot(steps, system["by_step"]["mae"], **style)
        coverage.plot(steps, system["by_step"]["coverage"], **style)
    error.set_ylabel("mean absolute error (standard deviations)")
    error.set_ylim(bottom=0)
    error.set_title("Error by horizon", loc="left")
    error.legend(fontsize=8)
    coverage.axhline(result["systems"][model]["nominal_coverage"], color=_GREY, linestyle="--")
    coverage.set_ylabel("fraction of observations inside the interval")
    coverage.set_ylim(0, 1.02)
    coverage.yaxis.set_major_formatter(PercentFormatter(1))
    coverage.set_title("Coverage by horizon; dashed: nominal coverage", loc="left")
    for axes in (error, coverage):
        axes.set_xlabel("steps ahead")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(alpha=0.3)
    save_figure(figure, file, format="png")


def _window(axes: Axes, windows: Windows, start: int, forecast: Forecast, place: int, target: int) -> None:
    """Draws one target of the window at `start`, which is row `place` of the forecast, in units."""
    series, horizon = windows.series, windows.horizon
    shown = min(windows.lookback, max(2 * horizon, 30))
    before = slice(start - shown, start)
    value, lower, upper = (numbers[place, :, target] for numbers in (forecast.value, forecast.lower, forecast.upper))
    marker: dict[str, Any] = {"marker": "o", "markersize": 4} if horizon < 3 else {}
    axes.plot(series.times[before], series.values[before, target], color=_GREY, linewidth=1)
    joined = slice(start - 1, start + horizon)  # the lines begin where the past ends
    last = series.values[start - 1, target]
    axes.plot(series.times[joined], series.values[joined, target], color="black", label="observed", **marker)
    axes.plot(series.times[joined], [last, *value], color=_MODEL, label="forecast", linewidth=2, **marker)
    axes.fill_between(series.times[joined], [last, *lower], [last, *upper], color=_MODEL, alpha=0.2, label="interval")
    axes.axvline(series.times[start - 1], color=_GREY, linewidth=0.8, linestyle=":")
    if hasattr(series.times, "asi8"):
        locator = AutoDateLocator(minticks=3, maxticks=8)
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    day = str(series.times[start]).removesuffix(" 00:00:00")
    name = f"{series.ids[windows.members(np.array([start]))[0]]}, " if series.many else ""
    axes.set_title(f"{name}from {day}", fontsize=10, loc="left")
