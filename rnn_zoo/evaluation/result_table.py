"""Markdown tables of result files, and the command that writes them into a document.

python -m rnn_zoo.evaluation.result_table results/imdb_sentiment.csv                   # prints the table
python -m rnn_zoo.evaluation.result_table results/imdb_sentiment.csv --into README.md  # rewrites it between its markers
"""

import fnmatch
import re
import statistics
import sys
from collections.abc import Collection, Sequence
from pathlib import Path

import cyclopts

from rnn_zoo.evaluation.formatting import duration
from rnn_zoo.evaluation.results import read
from rnn_zoo.files import atomic_file

_BASELINE = "baseline:"
_PERCENT = ("accuracy",)
_PAIRS = ("pairs_told_apart", "pairs_right", "labels_right")
_LOWER_IS_BETTER = ("loss", "error", "perplexity", "nats", "mse", "mae", "mase", "smape")
_SEED = re.compile(r"\s+--seed[ =]\d+")
# Runs that differ in these options alone share a line; each horizon has its own metrics.
_SHARED_LINE = re.compile(r"\s+--(seed|out|horizon)[ =]\S+")
# Headings of metrics whose names in the result files are less plain.
_HEADINGS = {"order_pairs_told_apart": "order pairs distinguished"}


def table(path: str | Path, metrics: Collection[str] = ()) -> str:
    """A Markdown table of a result file: one line per model and data set, the best first; the commands below it.

    Runs that differ only in seed, folder and horizon share a line, with the mean and, from two seeds, the standard
    deviation.

    Args:
        path: the CSV file.
        metrics: shell patterns, such as "mse@*", of the metrics to show. Default (): all.

    Returns:
        Markdown without a final line break.

    Raises:
        ValueError: not a result file, or one without such rows.
    """
    rows = read(path)
    if not rows:
        raise ValueError(f"{path} holds no rows yet: run the recipe that writes it.")
    if metrics:
        known = ", ".join(dict.fromkeys(row["metric"] for row in rows))
        rows = [row for row in rows if any(fnmatch.fnmatch(row["metric"], pattern) for pattern in metrics)]
        if not rows:
            raise ValueError(f"`metrics` must match some of {known}; got {', '.join(metrics)}.")
    metrics = list(dict.fromkeys(row["metric"] for row in rows))
    lines: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for row in rows:
        # Every run measures the baselines again: one line for each, whichever command ran it.
        command = "" if row["model"].startswith(_BASELINE) else _SHARED_LINE.sub("", row["command"])
        lines.setdefault((row["data"], row["split"], row["model"], command), []).append(row)
    places = {key: place for place, key in enumerate(dict.fromkeys(key[:2] for key in lines))}
    first, sign = metrics[0], 1 if any(word in metrics[0] for word in _LOWER_IS_BETTER) else -1

    def rank(item):
        values = _by_seed(item[1], first)
        return places[item[0][:2]], sign * statistics.mean(values) if values else float("inf")

    heads = [
        "model",
        "data",
        *[_HEADINGS.get(metric, metric.replace("_", " ").replace("f1", "F1")) for metric in metrics],
        "seeds",
        "parameters",
        "training",
    ]
    cells: list[list[str]] = []
    commands: dict[str, int] = {}
    for (data, split, model, command), group in sorted(lines.items(), key=rank):
        name = f"*{model.removeprefix(_BASELINE)}* (baseline)" if model.startswith(_BASELINE) else f"**{model}**"
        if command:
            shown = _SEED.sub("", min(group, key=lambda row: row["seed"])["command"])
            name += f" [{commands.setdefault(shown, len(commands) + 1)}]"
        seconds = [float(row["train_seconds"]) for row in group if row["train_seconds"]]
        cells.append(
            [
                name,
                f"{data}, {split}",
                *[_value(metric, _by_seed(group, metric)) for metric in metrics],
                str(len({row["seed"] for row in group})),
                " / ".join(dict.fromkeys(f"{int(row['parameters']):,}" for row in group if row["parameters"])) or "–",
                duration(statistics.mean(seconds) if seconds else None),
            ]
        )
    text = ["| " + " | ".join(heads) + " |", "|" + "|".join(["---", "---"] + ["---:"] * (len(heads) - 2)) + "|"]
    text += ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in cells]
    text += ["", *[f"[{number}] `{command}`  " for command, number in commands.items()]]
    for column in ("hardware", "versions"):
        text.append(f"{column.capitalize()}: {' / '.join(dict.fromkeys(row[column] for row in rows))}.  ")
    return "\n".join(text).strip()


def insert(path: str | Path, document: str | Path, metrics: Collection[str] = ()) -> bool:
    """Writes a table into a document between `<!-- results:NAME -->` and `<!-- /results -->`, NAME the file's stem.

    Args:
        path: the result file, such as results/NAME.csv.
        document: a Markdown file that holds the two markers.
        metrics: as of `table`.

    Returns:
        whether the document changed.

    Raises:
        ValueError: the markers are missing or there more than once. The document is unchanged then.
    """
    return insert_text(document, Path(path).stem, table(path, metrics))


def insert_text(document: str | Path, name: str, text: str) -> bool:
    """Writes text into a document between `<!-- results:NAME -->` and `<!-- /results -->`.

    Args:
        document: a Markdown file that holds the two markers.
        name: the NAME.
        text: Markdown without a final line break.

    Returns:
        whether the document changed.

    Raises:
        ValueError: the markers are missing or there more than once. The document is unchanged then.
    """
    file = Path(document)
    opening, closing = f"<!-- results:{name} -->", "<!-- /results -->"
    old = file.read_text(encoding="utf-8")
    before, *rest = old.split(opening)
    if len(rest) != 1 or closing not in rest[0]:
        found = len(rest) if len(rest) != 1 else f"{opening} without {closing} after it"
        raise ValueError(f"{file} must hold {opening} and then {closing}, once; found {found}. Add the two lines.")
    _, after = rest[0].split(closing, 1)
    new = f"{before}{opening}\n{text}\n{closing}{after}"
    if new != old:
        with atomic_file(file) as written:
            written.write(new)
    return new != old


def _by_seed(group, metric):
    """The values of one metric, one per seed: the latest if a baseline was measured again."""
    return list({row["seed"]: float(row["value"]) for row in group if row["metric"] == metric}.values())


def _value(metric, values):
    if not values:
        return "–"
    percent = metric in _PERCENT or metric.startswith("coverage") or metric.endswith(_PAIRS)
    mean = statistics.mean(values)
    digits = 0 if metric.endswith(_PAIRS) else 2
    text = f"{mean:.{digits}%}" if percent else f"{mean:.4g}"
    if len(values) > 1:
        spread = statistics.stdev(values)
        text += f" ± {100 * spread:.{digits}f}" if percent else f" ± {spread:.2g}"
    return text


def _command(path: Path, *, into: Path | None = None, metrics: tuple[str, ...] = ()) -> None:
    """Print the Markdown table of a result file, or put it into a document.

    Args:
        path: The result file, such as results/imdb_sentiment.csv.
        into: A document with the markers <!-- results:NAME --> and <!-- /results -->, to write between.
        metrics: Shell patterns of the metrics to show, such as "mse@*"; once for each.
    """
    if into is None:
        print(table(path, metrics))
    else:
        print(f"{into}: {'rewritten' if insert(path, into, metrics) else 'was up to date'}")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command `python -m rnn_zoo.evaluation.result_table`; returns its exit code."""
    application = cyclopts.App(
        name="python -m rnn_zoo.evaluation.result_table",
        help_format="plaintext",
        version_flags=[],
        result_action="return_value",
    )
    application.default(_command)
    try:
        application(arguments)
    except (OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
