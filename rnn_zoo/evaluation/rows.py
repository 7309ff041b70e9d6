"""Result rows of a report: one row per metric of the model and of each baseline."""

from collections.abc import Callable, Mapping
from typing import Any

from rnn_zoo.evaluation.hardware import describe_hardware, describe_versions


def system_rows(
    report: Mapping[str, Any],
    metrics_of: Callable[[Mapping[str, Any]], Mapping[str, float]],
    *,
    recipe: str,
    data: str,
    seed: int,
    command: str,
    hardware: str | None = None,
    versions: str | None = None,
) -> list[dict[str, Any]]:
    """Result rows of a report.

    Args:
        report: has "split" and "systems", name -> dict with "parameters" and "train_seconds", each a number or None.
        metrics_of: function from a system's dict to its metrics, name -> value.
        recipe, data, seed, command: what made the numbers.
        hardware, versions: descriptions. Default: those of this machine.

    Returns:
        list of dicts with the keys `rnn_zoo.evaluation.results.COLUMNS`.
    """
    hardware = describe_hardware() if hardware is None else hardware
    versions = describe_versions() if versions is None else versions
    return [
        {
            "recipe": recipe,
            "data": data,
            "split": report["split"],
            "model": model,
            "seed": seed,
            "metric": metric,
            "value": f"{value:.6g}",
            "parameters": "" if system["parameters"] is None else system["parameters"],
            "train_seconds": "" if system["train_seconds"] is None else f"{system['train_seconds']:.1f}",
            "hardware": hardware,
            "versions": versions,
            "command": command,
        }
        for model, system in report["systems"].items()
        for metric, value in metrics_of(system).items()
    ]
