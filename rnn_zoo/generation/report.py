"""The reports of a run: every split in turn, with the scores of the network beside those of its baselines."""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import numpy as np

from rnn_zoo.evaluation import scores_report, scores_rows
from rnn_zoo.run import Run

Made = TypeVar("Made")
Example = dict[str, str]


def report_splits(
    run: Run,
    evaluate: Callable[[str], tuple[Mapping[str, Any], Iterable[Example]]],
    *,
    data: str,
    lower_is_better: Iterable[str] = (),
) -> dict[str, Any]:
    """Evaluates each split of a run, reports it in the run's folder and records its numbers.

    Args:
        run: the run.
        evaluate: function from the name of a split to (systems, examples), see `rnn_zoo.evaluation.scores_report`.
        data: name of the data in the result rows.
        lower_is_better: names of metrics.
    Returns:
        the report of the last split, `run.split`: the content of `metrics.json`.
    """
    report: dict[str, Any] = {}
    for split in run.splits:
        systems, examples = evaluate(split)
        report = scores_report(
            systems, split=split, lower_is_better=list(lower_is_better), examples=examples, out=run.out
        )
        run.record(scores_rows, report, data)
    return report


def system(scores: Mapping[str, float], parameters: int | None, train_seconds: float | None) -> dict[str, Any]:
    """The entry of a network or a baseline in a report."""
    return {"scores": dict(scores), "parameters": parameters, "train_seconds": train_seconds}


def timed(make: Callable[..., Made], *arguments: Any) -> tuple[Made, float]:
    """Calls a function; returns its result and the wall-clock seconds that it took."""
    started = time.perf_counter()
    return make(*arguments), time.perf_counter() - started


def random_rows(count: int, most: int, seed: int) -> np.ndarray:
    """<int>[min(count, most)]: different rows out of `count`, chosen at random, for the examples of a report."""
    return np.random.default_rng(seed).choice(count, min(most, count), replace=False)
