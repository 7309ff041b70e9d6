"""Figures: names of the user's data are shown as they are."""

import io

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from rnn_zoo.files.figures import save_figure

HARD = ["$", "$_$ and $^$", "US$ in $k", r"\frac{1}{$}$", "a_b^c $x$"]


def figure_of(names):
    figure = Figure(figsize=(5, 4), layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(names[0])
    axes, other = figure.subplots(1, 2)
    axes.bar(range(len(names)), 1, label=names[1])
    axes.set_xticks(range(len(names)), names, rotation=90)
    axes.set_ylabel(names[2])
    axes.legend(title=names[3])
    axes.text(0, 0.5, names[4])
    other.plot([1, 1e6])
    other.set_yscale("log")
    return figure


@pytest.mark.parametrize("format", ["png", "svg"])
def test_dollar_signs_in_names_are_characters(format):
    with pytest.raises(ValueError, match="Parse"):
        figure_of(HARD).savefig(io.BytesIO(), format=format)
    written = io.BytesIO()
    save_figure(figure_of(HARD), written, format=format)
    assert len(written.getvalue()) > 1_000


def test_without_dollar_signs_the_picture_is_that_of_matplotlib():
    plain = [name.replace("$", "").replace("\\", "") for name in HARD]
    pictures = []
    for save in (lambda figure, file: figure.savefig(file), save_figure):
        file = io.BytesIO()
        save(figure_of(plain), file)
        pictures.append(file.getvalue())
    assert pictures[0] == pictures[1], "powers of ten on a logarithmic axis stay formulas"
