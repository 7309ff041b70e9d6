"""Baseline: a fitted simple model that a network is compared with."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Baseline:
    """A fitted classifier that a network is compared with.

    Args:
        name: as in the tables.
        parameters: number of fitted values.
        train_seconds: wall-clock seconds of the whole fit, including the choice of its settings; None if not measured.
        predict: function from a sequence of examples to probabilities <float>[examples, classes].
        settings: what was chosen on the validation part.
    """

    name: str
    parameters: int | None
    train_seconds: float | None
    predict: Callable[..., Any]
    settings: dict[str, Any]
