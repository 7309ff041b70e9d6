"""Options that many recipes share: their descriptions for `--help`, and the checks before any work."""

import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any

from rnn_zoo.checks import positive_integer, positive_number

DESCRIPTIONS = {
    "batch_size": "examples per step.",
    "cell": '"vanilla", "lstm", "gru", "min_gru" or "min_lstm".',
    "units": "size of the state.",
    "depth": "layers of the recurrence.",
    "epochs": "passes over the training data at most.",
    "learning_rate": "of Adam; falls to 0 along a cosine over all epochs.",
    "weight_average": "decay per step of the exponential average of the weights, which is kept; 0 for none.",
    "patience": "epochs without a better validation loss after which training stops; 0 trains all epochs.",
    "quantize": "keep embeddings in 8 bits: an export of half the size. The numbers are those of what is exported.",
    "split": 'what the report is about: "test", or "validation" while settings are still being chosen; the test part '
    "is then not looked at.",
    "seed": "seed of every random number generator.",
    "precision": '"float32", "mixed_bfloat16" or "mixed_float16".',
    "out": "folder of the run.",
    "results": "CSV file to add the numbers to.",
}

CHECKS: dict[str, Callable[[str, Any], Any]] = {
    "batch_size": positive_integer,
    "epochs": positive_integer,
    "learning_rate": positive_number,
}

# Options that determine neither model nor data: a finished run is loaded whatever their values. Epochs, learning rate
# and the like are compared by `rnn_zoo.training.fit`.
NOT_SETTINGS = {"epochs", "learning_rate", "decay", "patience", "weight_average", "tensorboard"}
NOT_SETTINGS |= {"quantize", "split", "seed", "precision", "out", "results"}


def check_options(options: Mapping[str, Any]) -> None:
    """Checks the options in `CHECKS`; ValueError that names the option, its value and the fix."""
    for name, check in CHECKS.items():
        if name in options:
            check(name, options[name])


def documented(docstring: str, signature: inspect.Signature, describe: Mapping[str, str] | None = None) -> str:
    """A docstring completed by descriptions, from `describe` or `DESCRIPTIONS`, of the options that it lacks."""
    known = {**DESCRIPTIONS, **(describe or {})}
    text, _, described = inspect.cleandoc(docstring).partition("\nArgs:\n")
    missing = [name for name in signature.parameters if not re.search(rf"^ {{4}}{name}: ", described, re.MULTILINE)]
    lines = [described.rstrip(), *(f"    {name}: {known[name]}" for name in missing)]
    return f"{text.rstrip()}\n\nArgs:\n" + "\n".join(line for line in lines if line) + "\n"
