"""A picture of a piece of music: its piano roll."""

from pathlib import Path

import numpy as np

from rnn_zoo.files import atomic_file
from rnn_zoo.files.figures import save_figure
from rnn_zoo.tasks.music.data import LOWEST


def draw_continuation(piece: np.ndarray, path: str | Path, *, given: int, seconds: float) -> None:
    """Draws the piano roll of a piece that a network continued.

    Args:
        piece: <float32>[steps, 88], 1 where a key sounds, at least once.
        path: PNG file to write.
        given: the number of steps that the network was given.
        seconds: the length of a step.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 4), layout="constrained")
    axes = figure.subplots()
    sounding = np.flatnonzero(piece.any(axis=0))
    low, high = sounding.min() - 2, sounding.max() + 3
    extent = (0, len(piece) * seconds, low + LOWEST - 0.5, high + LOWEST - 0.5)
    axes.imshow(piece[:, low:high].T, aspect="auto", origin="lower", cmap="Greys", extent=extent, interpolation="none")
    axes.axvline(given * seconds, color="tab:red", linewidth=1, label="given | written")
    axes.set_xlabel("time (seconds)")
    axes.set_ylabel("key (MIDI number)")
    axes.legend(loc="upper right")
    with atomic_file(path, "wb") as file:
        save_figure(figure, file, format="png", dpi=120)
