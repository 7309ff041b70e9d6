"""The picture of how time and memory grow."""

import pytest

from benchmarks import plot, records


def rows():
    for axis, case in (("time", "2/{}/4/8"), ("units", "2/16/4/{}")):
        for size in (10, 100):
            for contestant in plot.STYLES:
                for metric in plot.METRICS:
                    yield {
                        **dict.fromkeys(records.COLUMNS, ""),
                        "benchmark": "scaling",
                        "case": f"{axis}: {case.format(size)}",
                        "contestant": contestant,
                        "metric": metric,
                        # The least memory is too little to be seen, and a logarithmic axis has no place for it.
                        "value": str(size if metric == "step time" else size - 10),
                        "floor": str(size / 10) if metric == "step time" else "",
                        "hardware": "2 cores",
                    }


@pytest.fixture
def figures(monkeypatch):
    """The figures that were saved."""
    from matplotlib.figure import Figure

    seen, save = [], Figure.savefig
    monkeypatch.setattr(Figure, "savefig", lambda figure, *args, **kw: (seen.append(figure), save(figure, *args, **kw)))
    return seen


def test_each_panel_holds_a_line_a_contestant_and_says_its_units(figures, tmp_path):
    table, picture = tmp_path / "b.csv", tmp_path / "new" / "b.png"
    records.replace(table, "scaling", rows())
    plot.main(results=table, out=picture)
    assert picture.read_bytes().startswith(b"\x89PNG")
    (figure,) = figures
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == ["batch 2, 4 features, 8 units", "batch 2, 4 features, 16 steps"] * 2
    assert [axes.get_xlabel() for axes in figure.axes] == list(plot.AXES.values()) * 2
    assert [axes.get_ylabel() for axes in figure.axes[::2]] == list(plot.METRICS.values())
    for place, axes in enumerate(figure.axes):
        assert axes.get_xscale() == axes.get_yscale() == "log"
        lines = {line.get_label(): list(zip(*line.get_data(), strict=True)) for line in axes.get_lines()}
        for contestant in plot.STYLES:
            assert lines.pop(contestant) == ([(10, 10), (100, 100)] if place < 2 else [(100, 90)])
        assert list(lines.values()) == ([[(10, 1), (100, 10)]] if place < 2 else [])


def test_nothing_to_draw_names_the_command_and_leaves_the_picture(tmp_path):
    picture = tmp_path / "b.png"
    picture.write_bytes(b"old")
    with pytest.raises(ValueError, match=r"python -m benchmarks\.scaling"):
        plot.draw([], picture)
    assert picture.read_bytes() == b"old"
