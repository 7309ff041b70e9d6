"""Plot of time and memory by sequence length and units, from the rows of `benchmarks.scaling`.

python -m benchmarks.plot
"""

import sys
from pathlib import Path

from benchmarks import records
from benchmarks.command import run
from benchmarks.sizes import Sizes
from benchmarks.steps import KERAS, PYTORCH, RNN_ZOO
from rnn_zoo.files import atomic_file

# Okabe and Ito 2008: distinguishable with colour blindness; the markers also in grey.
STYLES = {
    RNN_ZOO: {"color": "#D55E00", "marker": "o", "linewidth": 2.4, "zorder": 3},
    KERAS: {"color": "#0072B2", "marker": "s"},
    PYTORCH: {"color": "#009E73", "marker": "^"},
}
AXES = {"time": "time steps of a sequence", "units": "units of the state"}
METRICS = {"step time": "time of a training step (ms)", "peak memory": "peak memory of a training step (MB)"}


def main(*, results: Path = Path("results/benchmarks.csv"), out: Path = Path("results/benchmarks.png")):
    """Plots time and memory of a training step against sequence length and number of units.

    Args:
        results: CSV file with the rows of `benchmarks.scaling`.
        out: PNG file to write.
    """
    draw([row for row in records.read(results) if row["benchmark"] == "scaling"], out)
    print(f"{out}: drawn from {results}", file=sys.stderr)


def draw(rows, path):
    """Plots the rows of `benchmarks.scaling` to a PNG: one row of panels per metric, one column per variable.

    Args:
        rows: list of dicts, as `records.read` returns.
        path: file to write, atomically.

    Raises:
        ValueError: there are no rows.
    """
    if not rows:
        raise ValueError("there are no rows of `scaling` to draw: run `python -m benchmarks.scaling` first.")
    from matplotlib.figure import Figure  # not pyplot, which would need a display and keep the figure in memory

    figure = Figure(figsize=(10, 8), layout="constrained")
    panels = figure.subplots(len(METRICS), len(AXES), sharey="row", squeeze=False)
    for panel_row, metric in zip(panels, METRICS, strict=True):
        for axes, axis in zip(panel_row, AXES, strict=True):
            axes.set_title(_draw_panel(axes, rows, metric, axis))
            axes.set_xlabel(AXES[axis])
    for panel_row, label in zip(panels, METRICS.values(), strict=True):
        panel_row[0].set_ylabel(label)
    panels[0][0].legend()
    hardware = " / ".join(dict.fromkeys(row["hardware"] for row in rows))
    figure.suptitle(f"One training step of the vanilla layer, loss on the last step\n{hardware}")
    with atomic_file(path, "wb") as file:
        figure.savefig(file, format="png", dpi=120)


def _draw_panel(axes, rows, metric, axis):
    """Draws the lines of one panel; returns its fixed sizes as text."""
    found = [(row, Sizes.parse(row["case"].split(": ")[1])) for row in rows if row["case"].startswith(f"{axis}: ")]
    found = [(row, sizes) for row, sizes in found if row["metric"] == metric]
    for contestant in dict.fromkeys(row["contestant"] for row, _ in found):
        values = {getattr(sizes, axis): float(row["value"]) for row, sizes in found if row["contestant"] == contestant}
        _draw_line(axes, values, label=contestant, markersize=5, **STYLES[contestant])
    floors = {getattr(sizes, axis): float(row["floor"]) for row, sizes in found if row["floor"]}
    if floors:
        _draw_line(axes, floors, color="0.4", linestyle="--", label="floor: the multiply-adds alone")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter("{x:g}")
    axes.grid(alpha=0.3)
    if not found:
        return "not measured"
    places = sorted({getattr(sizes, axis) for _, sizes in found})
    axes.set_xticks(places, [f"{place:,}" for place in places])
    axes.set_xticks([], minor=True)
    sizes = found[0][1]
    other = f"{sizes.units} units" if axis == "time" else f"{sizes.time} steps"
    return f"batch {sizes.batch}, {sizes.features} features, {other}"


def _draw_line(axes, values, **style):
    seen = sorted((place, value) for place, value in values.items() if value > 0)  # a logarithmic axis has no 0
    if seen:
        axes.plot(*zip(*seen, strict=True), **style)


if __name__ == "__main__":
    run(main)
