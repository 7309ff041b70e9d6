"""The tables of benchmarks/README.md."""

import re

import pytest
from helpers import ROOT

from benchmarks import readme, records

COMMON = {
    "gflops": "150.4",
    "hardware": "2 cores",
    "versions": "keras 3",
    "command": "python -m benchmarks.training_step",
}


def row(contestant, value, **changes):
    return {
        **dict.fromkeys(records.COLUMNS, ""),
        **COMMON,
        "benchmark": "training_step",
        "case": "gru 2/3/4/5",
        "contestant": contestant,
        "metric": "step time",
        "value": value,
        "unit": "ms",
        **changes,
    }


ROWS = [
    row(
        "rnn_zoo",
        "2",
        lower_quartile="1.75",
        upper_quartile="2.5",
        rival="Keras",
        ratio="2",
        floor="1",
        share_of_floor="0.5",
    ),
    row(
        "Keras",
        "4",
        lower_quartile="3.9",
        upper_quartile="4.12345",
        rival="Keras",
        ratio="1",
        floor="1",
        share_of_floor="0.25",
    ),
]


def test_a_table_reads_as_expected():
    assert readme.table(ROWS, "training_step").splitlines() == [
        "| case | contestant |  | value | quartiles | against the best rival | floor | share of the floor |",
        "|---|---|---|---:|---:|---:|---:|---:|",
        "| gru 2/3/4/5 | rnn_zoo | step time | 2 ms | 1.75 – 2.5 | **2.00x** | 1 ms | 50% |",
        "|  | Keras | step time | 4 ms | 3.9 – 4.12 | 1.00x | 1 ms | 25% |",
        "",
        "Machine: 2 cores.  ",
        "One large matrix product: 150 GFLOP/s.  ",
        "Versions: keras 3.  ",
        "Command: `python -m benchmarks.training_step`.",
    ]


def test_columns_without_a_number_are_left_out():
    accuracy = row("Keras", "0.8715", metric="validation accuracy", unit="")
    assert readme.table([accuracy], "training_step").splitlines()[:3:2] == [
        "| case | contestant |  | value | against the best rival |",
        "| gru 2/3/4/5 | Keras | validation accuracy | 87.2% |  |",
    ]


def test_what_was_not_measured_says_so():
    assert readme.table(ROWS, "memory") == "No rows yet."


def test_every_marked_benchmark_is_written_and_the_rest_stays(tmp_path, capsys):
    table, document = tmp_path / "b.csv", tmp_path / "README.md"
    records.replace(table, "training_step", ROWS)
    marked = "<!-- results:{} -->\nold\n<!-- /results -->\n"
    document.write_text("Head\n" + marked.format("memory") + "between\n" + marked.format("training_step") + "Tail\n")
    readme.main(results=table, into=document)
    text = document.read_text()
    assert "old" not in text and "between" in text and text.startswith("Head\n") and text.endswith("Tail\n")
    assert text.index("No rows yet.") < text.index("between") < text.index("**2.00x**")
    readme.main(results=table, into=document)
    told = capsys.readouterr().err.splitlines()
    assert told == [f"{document}: rewritten", f"{document}: was up to date"]


def test_the_readme_holds_what_results_say():
    text = (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")
    table = ROOT / "results" / "benchmarks.csv"
    rows = records.read(table) if table.exists() else []
    names = re.findall(r"<!-- results:(\w+) -->", text)
    assert set(names) >= {row["benchmark"] for row in rows} - {"scaling"}
    for name in names:
        assert f"<!-- results:{name} -->\n{readme.table(rows, name)}\n<!-- /results -->" in text, f"{name}: make bench"


@pytest.mark.parametrize("name", ["training_step", "parallel_time", "memory", "imdb_epoch", "inference", "scaling"])
def test_make_bench_runs_every_benchmark(name):
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").split("\nbench:")[1].split("\n\n")[0]
    assert f"python -m benchmarks.{name}" in recipe and (ROOT / "benchmarks" / f"{name}.py").is_file()
