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
    figure = new_figure(7.2, 3.8)
    axes = figure.subplots()
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
