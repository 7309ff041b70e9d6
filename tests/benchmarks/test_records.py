"""The rows of results/benchmarks.csv."""

import pytest

from benchmarks import records


def row(benchmark="training_step", **changes):
    numbers = dict.fromkeys(records.NUMBERS, "1.5")
    return {**dict.fromkeys(records.COLUMNS, "x, y"), **numbers, "benchmark": benchmark, **changes}


def test_a_run_replaces_the_rows_of_its_benchmark_and_leaves_the_others(tmp_path):
    path = tmp_path / "new" / "b.csv"
    records.replace(path, "training_step", [row(case="a"), row(case="b")])
    records.replace(path, "memory", [row("memory", case="c", ratio="")])
    records.replace(path, "training_step", [row(case="d", value="2.5")])
    found = records.read(path)
    assert [(one["benchmark"], one["case"], one["value"]) for one in found] == [
        ("memory", "c", "1.5"),
        ("training_step", "d", "2.5"),
    ]
    assert found[0]["ratio"] == "" and found[0]["contestant"] == "x, y"


def test_an_error_while_writing_leaves_the_old_file(tmp_path):
    path = tmp_path / "b.csv"
    records.replace(path, "training_step", [row()])
    before = path.read_bytes()
    with pytest.raises(ValueError, match="speed"):
        records.replace(path, "training_step", [row(), {**row(), "speed": "3"}])
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b\n", "line 1: expected the header benchmark,case"),
        (",".join(records.COLUMNS) + "\n1,2\n", "line 2: expected 17 columns, got 2"),
        (
            ",".join(records.COLUMNS) + "\n" + ",".join(["x"] * 4 + ["fast"] + [""] * 12),
            "a number as value, got 'fast'",
        ),
        (",".join(records.COLUMNS) + "\n" + ",".join(["x"] * 4 + [""] * 13), "a number as value, got ''"),
    ],
)
def test_another_file_is_refused_with_its_line_and_stays(text, words, tmp_path):
    path = tmp_path / "b.csv"
    path.write_text(text)
    for action in (lambda: records.read(path), lambda: records.replace(path, "memory", [])):
        with pytest.raises(ValueError, match=f"b.csv, .*{words}"):
            action()
    assert path.read_text() == text


def ratios(metric, values, rivals, case="c"):
    rows = [{"case": case, "contestant": name, "metric": metric, "value": value} for name, value in values.items()]
    return {one["contestant"]: (one["rival"], one["ratio"]) for one in records.compared(rows, rivals)}


def test_the_ratio_is_against_the_best_rival_and_above_1_is_better():
    values = {"ours": 2.0, "slow": 8.0, "fast": 4.0}
    for metric in ("step time", "peak memory"):
        assert ratios(metric, values, {"slow", "fast"}) == {
            "ours": ("fast", 2.0),
            "slow": ("fast", 0.5),
            "fast": ("fast", 1.0),
        }
    assert ratios("throughput", values, {"slow", "fast"})["ours"] == ("slow", 0.25)


def test_nothing_is_compared_across_cases_or_without_a_rival():
    assert ratios("step time", {"ours": 2.0}, set()) == {"ours": (None, None)}
    assert ratios("validation accuracy", {"ours": 0.5, "k": 0.25}, {"k"})["ours"] == (None, None)
    assert ratios("peak memory", {"ours": 0.0, "k": 2.0}, {"k"})["ours"] == ("k", None)
    rows = [
        {"case": case, "contestant": name, "metric": "step time", "value": value}
        for case, name, value in (("one", "ours", 1.0), ("one", "k", 3.0), ("two", "k", 2.0))
    ]
    assert records.compared(rows, {"k"})[0]["ratio"] == 3.0
