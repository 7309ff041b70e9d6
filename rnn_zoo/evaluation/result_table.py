"""Markdown tables made from result files, and the command that puts them into a document."""

import fnmatch
import re
import statistics
import sys
from pathlib import Path

import cyclopts

from rnn_zoo.evaluation.report import duration
from rnn_zoo.evaluation.results import read
from rnn_zoo.files import atomic_file

_BASELINE = "baseline:"
_SHARES = ("accuracy",)
_PAIRS = ("pairs_told_apart", "pairs_right", "labels_right")
_LOWER_IS_BETTER = ("loss", "error", "perplexity", "nats", "mse", "mae", "mase", "smape")
_SEED = re.compile(r"\s+--seed[ =]\d+")
_SEED_AND_FOLDER = re.compile(r"\s+--(seed|out|horizon)[ =]\S+")  # a horizon has metrics of its own


def table(path, metrics=()):
    """A Markdown table of a result file: a line for each model and data set, the best first; the commands below it.

    Runs that differ in their seed, folder and horizon alone share a line, with the mean and, from two seeds, the
    standard deviation.

    Args:
        path: the CSV file.
        metrics: shell patterns, such as "mse@*", of the metrics to show; (): all.

    Returns:
        str, Markdown without a final line break.

    Raises:
        ValueError: no result file, or one without such rows.
    """
    rows = read(path)
    if not rows:
        raise ValueError(f"{path}: holds no rows yet: run the recipe that fills it.")
    if metrics:
        known = ", ".join(dict.fromkeys(row["metric"] for row in rows))
        rows = [row for row in rows if any(fnmatch.fnmatch(row["metric"], pattern) for pattern in metrics)]
        if not rows:
            raise ValueError(f"`metrics` must match some of {known}; got {', '.join(metrics)}.")
    metrics = list(dict.fromkeys(row["metric"] for row in rows))
    lines = {}
    for row in rows:
        # A baseline is measured again beside every model: one line, whichever command ran it.
        command = "" if row["model"].startswith(_BASELINE) else _SEED_AND_FOLDER.sub("", row["command"])
        lines.setdefault((row["data"], row["split"], row["model"], command), []).append(row)
    places = {key: place for place, key in enumerate(dict.fromkeys(key[:2] for key in lines))}
    first, sign = metrics[0], 1 if any(word in metrics[0] for word in _LOWER_IS_BETTER) else -1

    def rank(item):
        values = _by_seed(item[1], first)
        return places[item[0][:2]], sign * statistics.mean(values) if values else float("inf")

    heads = [
        "model",
        "data",
        *[metric.replace("_", " ").replace("f1", "F1") for metric in metrics],
        "seeds",
        "parameters",
        "training",
    ]
    cells, commands = [], {}
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


def insert(path, document, metrics=()):
    """Rewrites a document between `<!-- results:NAME -->` and `<!-- /results -->`, NAME being the result file's stem.

    Args:
        path: the result file, such as results/NAME.csv.
        document: a Markdown file that holds the two markers.
        metrics: as of `table`.

    Returns:
        bool, whether the document changed.

    Raises:
        ValueError: the markers are missing or there more than once. The document is left as it was.
    """
    return insert_text(document, Path(path).stem, table(path, metrics))


def insert_text(document, name, text):
    """Rewrites a document between `<!-- results:NAME -->` and `<!-- /results -->`.

    Args:
        document: a Markdown file that holds the two markers.
        name: str, the NAME.
        text: str, what comes between them, Markdown without a final line break.

    Returns:
        bool, whether the document changed.

    Raises:
        ValueError: the markers are missing or there more than once. The document is left as it was.
    """
    document = Path(document)
    opening, closing = f"<!-- results:{name} -->", "<!-- /results -->"
    old = document.read_text(encoding="utf-8")
    before, *rest = old.split(opening)
    if len(rest) != 1 or closing not in rest[0]:
        found = len(rest) if len(rest) != 1 else f"{opening} without {closing} after it"
        raise ValueError(f"{document}: must hold {opening} and then {closing}, once; found {found}. Add the two lines.")
    _, after = rest[0].split(closing, 1)
    new = f"{before}{opening}\n{text}\n{closing}{after}"
    if new != old:
        with atomic_file(document) as file:
            file.write(new)
    return new != old


def _by_seed(group, metric):
    """The values of one metric, one a seed: the latest, where a baseline was measured again."""
    return list({row["seed"]: float(row["value"]) for row in group if row["metric"] == metric}.values())


def _value(metric, values):
    if not values:
        return "–"
    share = metric in _SHARES or metric.startswith("coverage") or metric.endswith(_PAIRS)
    mean = statistics.mean(values)
    digits = 0 if metric.endswith(_PAIRS) else 2
    text = f"{mean:.{digits}%}" if share else f"{mean:.4g}"
    if len(values) > 1:
        spread = statistics.stdev(values)
        text += f" ± {100 * spread:.{digits}f}" if share else f" ± {spread:.2g}"
    return text


def _command(path: Path, *, into: Path | None = None, metrics: tuple[str, ...] = ()):
    """Print the Markdown table of a result file, or put it into a document.

    Args:
        path: The result file, such as results/imdb_sentiment.csv.
        into: A document with the markers <!-- results:NAME --> and <!-- /results -->, to be rewritten between them.
        metrics: Shell patterns of the metrics to show, such as "mse@*"; once for each.
    """
    if into is None:
        print(table(path, metrics))
    else:
        print(f"{into}: {'rewritten' if insert(path, into, metrics) else 'was up to date'}")


def main(arguments=None):
    """The command `python -m rnn_zoo.evaluation.results`; returns the exit code."""
    application = cyclopts.App(
        name="python -m rnn_zoo.evaluation.results",
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
