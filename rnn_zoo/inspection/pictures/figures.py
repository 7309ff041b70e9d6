"""Figures of the inspection: titles, axes with units, and colours that colour-blind people can distinguish."""

import base64
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnn_zoo.files import atomic_file
from rnn_zoo.files.figures import save_figure

if TYPE_CHECKING:
    import numpy as np

# Okabe and Ito 2008, "Color universal design", without the yellow, which is too light for lines on white.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
STYLES = ("-", "--", "-.", ":")
DIVERGING = "RdBu"  # red and blue, not red and green


def new_figure(width: float, height: float) -> Any:
    """An empty matplotlib Figure of a size in inches, made without pyplot, which would keep it alive."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained", facecolor="white")


def write(figure: Any, path: str | Path) -> Path:
    """Writes a figure, atomically, as .png or .svg; returns the path.

    Raises:
        ValueError: `path` has another ending.
    """
    path = Path(path)
    if path.suffix not in (".png", ".svg"):
        raise ValueError(f"`path` must end in .png or .svg, got {str(path)!r}.")
    with atomic_file(path, "wb") as file:
        save_figure(figure, file, format=path.suffix[1:], dpi=120)
    return path


def data_uri(figure: Any, dpi: int = 100) -> str:
    """A figure as PNG in a data URI: "data:image/png;base64,..."."""
    buffer = io.BytesIO()
    save_figure(figure, buffer, format="png", dpi=dpi)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def draw_flow(flow: Any, title: str = "Gradient through time") -> Any:
    """Line chart of |dL/dh_t| by the number of steps back from the last step, one line per state.

    Args:
        flow: GradientFlow.
        title: title of the figure.

    Returns:
        matplotlib Figure.
    """
    from matplotlib.ticker import MaxNLocator

    figure = new_figure(7.2, 3.8)
    axes = figure.subplots()
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    for number, name in enumerate(flow.norms):
        profile = flow.profile(name)
        profile = [value if value > 0 else float("nan") for value in profile]
        colour, style = COLOURS[number % len(COLOURS)], STYLES[number // len(COLOURS) % len(STYLES)]
        marker = {"marker": "o", "markersize": 3} if len(profile) <= 30 else {}
        axes.plot(profile, color=colour, linestyle=style, label=name, **marker)
        reach = flow.reach(name)
        if reach is not None:
            axes.axvline(reach, color=colour, linewidth=1, alpha=0.5)
            axes.annotate(
                f"1 % after {reach}",
                (reach, 1),
                (3, -4 - 11 * (number % 6)),
                xycoords=("data", "axes fraction"),
                textcoords="offset points",
                va="top",
                fontsize=8,
                color=colour,
            )
    axes.set_yscale("log")
    axes.set_xlabel("steps back from the last step")
    axes.set_ylabel("|dL/dh| (loss per unit of state)")
    axes.set_title(title, loc="left", fontsize=11, weight="bold")
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8, frameon=False)
    return figure


def heat_map(values: "np.ndarray", steps: Sequence[str], title: str, signed: bool, unit: str) -> Any:
    """Heat map of units over time.

    Args:
        values: <float>[time, units].
        steps: word or number of each step.
        title: title of the figure.
        signed: whether 0 is the middle of the colour scale; else it covers 0 to 1, the range of gates.
        unit: label of the colour scale.

    Returns:
        matplotlib Figure.
    """
    import numpy as np

    time, units = values.shape
    figure = new_figure(min(7.6, max(3.9, 1.9 + 0.26 * time)), min(4.4, max(2.4, 1.5 + 0.05 * units)))
    axes = figure.subplots()
    peak = float(np.nanmax(np.abs(values), initial=1e-6))
    scale = _scale(signed, peak)
    image = axes.imshow(values.T, aspect="auto", interpolation="nearest", **scale)
    bar = figure.colorbar(image, ax=axes, pad=0.01)
    bar.set_label(unit, fontsize=8)
    bar.ax.tick_params(labelsize=8)
    shown = range(0, time, -(-time // 30))
    axes.set_xticks(list(shown), [tick(step, steps[step]) for step in shown], rotation=60, ha="right", fontsize=8)
    axes.set_xlabel("step in time", fontsize=9)
    axes.set_ylabel("unit (number)", fontsize=9)
    axes.tick_params(axis="y", labelsize=8)
    axes.set_title(title, loc="left", fontsize=10, weight="bold")
    return figure


def draw_matrix(matrix: Any) -> Any:
    """Heat map of a `Matrix`, as matplotlib Figure."""
    import numpy as np

    rows, columns = matrix.values.shape
    figure = new_figure(min(12.0, max(3.9, 2.4 + 0.32 * columns)), min(9.0, max(2.6, 1.5 + 0.24 * rows)))
    axes = figure.subplots()
    peak = float(np.nanmax(np.abs(matrix.values), initial=1e-6))
    scale = _scale(matrix.signed, peak)
    image = axes.imshow(matrix.values, aspect="auto", interpolation="nearest", **scale)
    bar = figure.colorbar(image, ax=axes, pad=0.01)
    bar.set_label(matrix.unit, fontsize=8)
    bar.ax.tick_params(labelsize=8)
    axes.set_xticks(
        range(columns), [tick(*one) for one in enumerate(matrix.columns)], rotation=60, ha="right", fontsize=8
    )
    axes.set_yticks(range(rows), [tick(*one) for one in enumerate(matrix.rows)], fontsize=8)
    axes.set_xlabel(matrix.column_axis, fontsize=9)
    axes.set_ylabel(matrix.row_axis, fontsize=9)
    axes.set_title(matrix.title, loc="left", fontsize=10, weight="bold")
    return figure


def _scale(signed: bool, peak: float) -> dict[str, Any]:
    return {"cmap": DIVERGING, "vmin": -peak, "vmax": peak} if signed else {"cmap": "cividis", "vmin": 0, "vmax": 1}


def tick(step: int, text: str, length: int = 16) -> str:
    """A tick label, shortened; the number of the step if the font lacks one of its letters."""
    from matplotlib.font_manager import findfont, get_font

    font = get_font(findfont("DejaVu Sans"))
    if not all(font.get_char_index(ord(letter)) for letter in text):
        return f"#{step + 1}"
    text = text if len(text) <= length else text[: length - 1] + "…"
    return text.replace("$", r"\$")  # matplotlib would read it as a formula
