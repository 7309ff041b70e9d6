"""The rows of a result file, as every report gives them: one a number of the model and of each baseline."""

from rnn_zoo.evaluation.circumstances import these_versions, this_hardware


def system_rows(report, numbers_of, *, recipe, data, seed, command, hardware=None, versions=None):
    """The rows of a report.

    Args:
        report: dict with "split" and "systems", name -> dict with "parameters" and "train_seconds", each a number or
            None.
        numbers_of: function of a system's dict -> dict, metric -> float.
        recipe, data, command: str. seed: int.
        hardware, versions: str. Default to this machine's.

    Returns:
        list of dicts with the keys `rnn_zoo.evaluation.results.COLUMNS`.
    """
    hardware = this_hardware() if hardware is None else hardware
    versions = these_versions() if versions is None else versions
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
        for metric, value in numbers_of(system).items()
    ]
