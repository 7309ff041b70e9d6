"""Markdown tables of results/benchmarks.csv, and the command that writes them into README.md.

python -m benchmarks.readme
"""

import re
import sys
from pathlib import Path

from benchmarks import records
from benchmarks.command import run
from rnn_zoo.evaluation.result_table import insert_text

_MARKER = re.compile(r"<!-- results:(\w+) -->")


def main(
    *,
    results: Path = Path("results/benchmarks.csv"),
    into: Path = Path("benchmarks/README.md"),
):
    """Rewrites a document between `<!-- results:NAME -->` and `<!-- /results -->`, for each benchmark with markers.

    Args:
        results: CSV file.
        into: Markdown file that holds the markers.
    """
    rows = records.read(results) if results.exists() else []
    marked = _MARKER.findall(into.read_text(encoding="utf-8"))
    changed = [insert_text(into, name, table(rows, name)) for name in marked]
    print(f"{into}: {'rewritten' if any(changed) else 'was up to date'}", file=sys.stderr)


def table(rows, benchmark):
    """A Markdown table of a benchmark's rows, in their order; below it the machine and the command.

    Args:
        rows: list of dicts, as `records.read` returns.
        benchmark: str.

    Returns:
        str, Markdown without a final line break.
    """
    rows = [row for row in rows if row["benchmark"] == benchmark]
    if not rows:
        return "No rows yet."
    heads = ["case", "contestant", "", "value", "quartiles", "against the best rival", "floor", "share of the floor"]
    shown = [head for head in heads if head != "quartiles" or any(row["lower_quartile"] for row in rows)]
    shown = [head for head in shown if not head.endswith("floor") or any(row["floor"] for row in rows)]
    lines = ["| " + " | ".join(shown) + " |", "|" + "|".join(["---"] * 3 + ["---:"] * (len(shown) - 3)) + "|"]
    last = None
    for row in rows:
        cells = dict(zip(heads, _cells(row), strict=True))
        if row["case"] == last:
            cells["case"] = ""
        last = row["case"]
        lines.append("| " + " | ".join(cells[head].replace("|", "\\|") for head in shown) + " |")
    lines.append("")
    speeds = dict.fromkeys(f"{float(row['gflops']):.0f} GFLOP/s" for row in rows)
    for name, words in (
        ("Machine", [f"{row['hardware']}" for row in rows]),
        ("One large matrix product", speeds),
        ("Versions", [row["versions"] for row in rows]),
        ("Command", [f"`{row['command']}`" for row in rows]),
    ):
        lines.append(f"{name}: {' / '.join(dict.fromkeys(words))}.  ")
    return "\n".join(lines).strip()


def _cells(row):
    value, unit = float(row["value"]), row["unit"]
    ours = row["contestant"] != row["rival"] and row["ratio"]
    ratio = "" if not row["ratio"] else f"{float(row['ratio']):.2f}x"
    return [
        row["case"],
        row["contestant"],
        row["metric"],
        f"{value:.1%}" if not unit else f"{value:.3g} {unit}",
        "" if not row["lower_quartile"] else f"{float(row['lower_quartile']):.3g} – {float(row['upper_quartile']):.3g}",
        f"**{ratio}**" if ours and float(row["ratio"]) > 1 else ratio,
        "" if not row["floor"] else f"{float(row['floor']):.3g} {unit}",
        "" if not row["share_of_floor"] else f"{float(row['share_of_floor']):.0%}",
    ]


if __name__ == "__main__":
    run(main)
