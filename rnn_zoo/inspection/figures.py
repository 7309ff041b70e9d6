"""Figures of what inspection finds: titles, axes with units, and colours that colour-blind people can tell apart."""

import base64
import io
from pathlib import Path

from rnn_zoo.files import atomic_file

# Okabe and Ito 2008, "Color universal design", without the yellow, which is too light for a line on white.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
STYLES = ("-", "--", "-.", ":")
DIVERGING = "RdBu"  # red and blue, not red and green


def new_figure(width, height):
    """An empty matplotlib Figure of that size in inches, without pyplot, which would keep it alive."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained", facecolor="white")


def write(figure, path):
    """Writes a figure, atomically, in the format of the ending of `path`: .png or .svg.

    Raises:
        ValueError: another ending.
    """
    path = Path(path)
    if path.suffix not in (".png", ".svg"):
        raise ValueError(f"`path` must end in .png or .svg, got {str(path)!r}.")
    with atomic_file(path, "wb") as file:
        figure.savefig(file, format=path.suffix[1:], dpi=120)
    return path


def data_uri(figure, dpi=100):
    """A figure as PNG in the text of a page: "data:image/png;base64,..."."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def draw_flow(flow, title="Gradient through time"):
    """A line a state: |dL/dh_t| by the steps back from the last step that is read.

    Args:
        flow: GradientFlow.
        title: str.

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
    axes.set_xlabel("steps back from the last step read")
    axes.set_ylabel("|dL/dh| (loss per unit of state)")
    axes.set_title(title, loc="left", fontsize=11, weight="bold")
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8, frameon=False)
    return figure


def heat_map(values, steps, title, signed, unit):
    """Units over time as colours.

    Args:
        values: <float>[time, units].
        steps: list of str, the word or the number of each step.
        title: str.
        signed: bool, whether 0 is the middle of the colours; else they go from 0 to 1, as gates do.
        unit: str, what the colours stand for.

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


def draw_matrix(matrix):
    """A `Matrix` as colours, a matplotlib Figure."""
    import numpy as np

    rows, columns = matrix.values.shape
    figure = new_figure(min(12.0, max(3.9, 2.4 + 0.32 * columns)), min(9.0, max(2.6, 1.5 + 0.24 * rows)))
    axes = figure.subplots()
    peak = float(np.nanmax(np.abs(matrix.values), initial=1e-6))
    scale = (
        {"cmap": DIVERGING, "vmin": -peak, "vmax": peak} if matrix.signed else {"cmap": "cividis", "vmin": 0, "vmax": 1}
    )
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


def _scale(signed, peak):
    return {"cmap": DIVERGING, "vmin": -peak, "vmax": peak} if signed else {"cmap": "cividis", "vmin": 0, "vmax": 1}


def tick(step, text, length=16):
    """A word at an axis, cut; the number of its step where the font of the figures lacks one of its letters."""
    from matplotlib.font_manager import findfont, get_font

    font = get_font(findfont("DejaVu Sans"))
    if not all(font.get_char_index(ord(letter)) for letter in text):
        return f"#{step + 1}"
    text = text if len(text) <= length else text[: length - 1] + "…"
    return text.replace("$", r"\$")  # or matplotlib would set it as mathematics
