"""Markdown table of forecasts: each network beside the baselines of its run and a published result.

python -m rnn_zoo.tasks.forecasting.table results/forecasting.csv                   # prints the table
python -m rnn_zoo.tasks.forecasting.table results/forecasting.csv --into README.md  # rewrites it between its markers
"""

import re
import statistics
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import cyclopts

from rnn_zoo.evaluation.formatting import duration
from rnn_zoo.evaluation.result_table import insert_text
from rnn_zoo.evaluation.results import read

_BASELINES = ("ridge", "ets", "seasonal_naive", "last_value", "drift")
# MSE of SegRNN with 512 units at 96, 192, 336 and 720 steps: Lin et al. 2023, "SegRNN", table 2.
_PUBLISHED = {
    "ett_h1": {96: 0.351, 192: 0.392, 336: 0.423, 720: 0.466},
    "ett_h2": {96: 0.276, 192: 0.341, 336: 0.364, 720: 0.403},
    "ett_m1": {96: 0.293, 192: 0.328, 336: 0.357, 720: 0.410},
}
# sMAPE and MASE of the winner on the official test part: Makridakis et al. 2020, "The M4 Competition: 100,000 time
# series and 61 forecasting methods".
_WINNER = {"m4_hourly": "9.33 / 0.893", "m4_weekly": "7.82 / 2.36"}
_SEED_AND_FOLDER = re.compile(r"\s+--(seed|out|results)[ =]\S+")
_HORIZON = re.compile(r"\s+--horizon[ =]\S+")


def forecast_table(path: str | Path) -> str:
    """A Markdown table of a result file: one line per network, data set and horizon H; the commands below it.

    The errors are MSE of scaled values: the mean over seeds and, from two seeds, the standard deviation. The lowest
    error is bold. The series of the M4 competition stand in a table of their own, with the measures of that
    competition.

    Args:
        path: CSV file with the rows of `rnn_zoo.tasks.forecasting.report.forecast_rows`.

    Returns:
        Markdown without a final line break.

    Raises:
        ValueError: not a result file, or one without rows.
    """
    rows = read(path)
    runs = {}
    for row in rows:
        metric, _, horizon = row["metric"].partition("@")
        command = _SEED_AND_FOLDER.sub("", row["command"])
        systems = runs.setdefault((row["data"], int(horizon), command), {})
        systems.setdefault(row["model"], {}).setdefault(metric, {})[row["seed"]] = row
    if not runs:
        raise ValueError(f"{path}: holds no rows yet: run the recipe that writes it.")
    covered_rows = [row for row in rows if row["metric"].startswith("coverage") and row["data"] not in _WINNER]
    coverages = sorted({row["metric"].partition("@")[0] for row in covered_rows})
    baselines = [name for name in _BASELINES if any(f"baseline:{name}" in systems for systems in runs.values())]
    headings = ["data, steps ahead", "network", "MSE", *baselines, "SegRNN, published"]
    headings += [f"coverage of the {name.removeprefix('coverage')} % intervals" for name in coverages]
    headings += ["seeds", "parameters", "training"]
    lines, commands, competition = [], {}, []
    order = {data: place for place, data in enumerate(dict.fromkeys(data for data, _, _ in runs))}
    for (data, horizon, command), systems in sorted(runs.items(), key=lambda item: (order[item[0][0]], item[0][1])):
        (network,) = (name for name in systems if not name.startswith("baseline:"))
        number = commands.setdefault(_HORIZON.sub(" --horizon H", command), len(commands) + 1)
        network_rows = systems[network]["mse"].values()
        about = [
            str(len(network_rows)),
            f"{int(next(iter(network_rows))['parameters']):,}",
            duration(statistics.mean(float(row["train_seconds"]) for row in network_rows)),
        ]
        if data in _WINNER:
            scores = [_two_errors(systems.get(name, {})) for name in (network, *(f"baseline:{b}" for b in baselines))]
            msis = f"{statistics.mean(_values(systems[network]['msis'].values())):.2f}"
            line = [f"{data}, {horizon}", f"{network} [{number}]", scores[0], _WINNER[data], *scores[1:], msis]
            competition.append([*line, *about])
            continue
        errors = [_values(network_rows)]
        errors += [_values(systems.get(f"baseline:{name}", {}).get("mse", {}).values()) for name in baselines]
        lowest = min(statistics.mean(error) for error in errors if error)
        published = _PUBLISHED.get(data, {}).get(horizon)
        covered = [_values(systems[network].get(name, {}).values()) for name in coverages]
        lines.append(
            [
                f"{data}, {horizon}",
                f"{network} [{number}]",
                *[_error(error, lowest) for error in errors],
                f"{published:.3f}" if published else "–",
                *[f"{statistics.mean(values):.1%}" if values else "–" for values in covered],
                *about,
            ]
        )
    text = _markdown(headings, lines) if lines else []
    if competition:
        headings = ["sMAPE % / MASE", "network", "error", "winner of M4", *baselines, "MSIS", *headings[-3:]]
        text += ["", *_markdown(headings, competition)]
    text += ["", *[f"[{number}] `{command}`  " for command, number in commands.items()]]
    for column in ("hardware", "versions"):
        text.append(f"{column.capitalize()}: {' / '.join(dict.fromkeys(row[column] for row in rows))}.  ")
    return "\n".join(text).strip()


def _markdown(headings: Sequence[str], lines: Iterable[Sequence[str]]) -> list[str]:
    head = ["| " + " | ".join(headings) + " |", "|---|---|" + "---:|" * (len(headings) - 2)]
    return head + ["| " + " | ".join(line) + " |" for line in lines]


def _two_errors(system: Mapping[str, Mapping[str, Mapping[str, str]]]) -> str:
    """sMAPE and MASE of a system; a dash for a baseline that the run did not have."""
    if not system:
        return "–"
    smape, mase = (statistics.mean(_values(system[name].values())) for name in ("smape", "mase"))
    return f"{smape:.2f} / {mase:.3f}"


def _error(values: Sequence[float], lowest: float) -> str:
    """An error, bold if it is the lowest; a dash for a baseline that the run did not have."""
    if not values:
        return "–"
    return f"**{_spread(values)}**" if statistics.mean(values) == lowest else _spread(values)


def _values(rows: Iterable[Mapping[str, str]]) -> list[float]:
    return [float(row["value"]) for row in rows]


def _spread(values: Sequence[float]) -> str:
    """The mean and, if the values differ, their standard deviation; a baseline has the same value in every run."""
    text = f"{statistics.mean(values):.4g}"
    return f"{text} ± {statistics.stdev(values):.2g}" if len(set(values)) > 1 else text


def _command(path: Path, *, into: Path | None = None) -> None:
    """Print the table of forecasts, or write it into a document.

    Args:
        path: The result file, such as results/forecasting.csv.
        into: Document to rewrite between its markers <!-- results:NAME --> and <!-- /results -->.
    """
    text = forecast_table(path)
    if into is None:
        print(text)
    else:
        print(f"{into}: {'rewritten' if insert_text(into, path.stem, text) else 'was up to date'}")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command `python -m rnn_zoo.tasks.forecasting.table`; returns the exit code."""
    name = "python -m rnn_zoo.tasks.forecasting.table"
    application = cyclopts.App(name=name, help_format="plaintext", version_flags=[], result_action="return_value")
    application.default(_command)
    try:
        application(arguments)
    except (OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
