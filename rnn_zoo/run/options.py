"""Options that many recipes share: their descriptions for `--help`, and the checks before any work."""

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

from cyclopts import Parameter

from rnn_zoo.checks import fraction, not_negative, positive_integer, positive_number

DESCRIPTIONS = {
    "batch_size": "examples per step.",
    "clean": "mend the faults of your own files, such as control characters and rows without a label, and say what was "
    "done; by default they are refused.",
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

# An option means the same in every recipe, so its range does too. None is not checked.
_RANGES: dict[Callable[[str, Any], Any], str] = {
    positive_integer: "batch_size epochs units depth dim hidden horizon lookback stride segment members refit "
    "max_length length width vocabulary_size min_count steps streams",
    positive_number: "learning_rate scale step_seconds",
    not_negative: "patience length_penalty temperature fourier case_dim",
    fraction: "dropout input_dropout word_dropout weight_average",
}
CHECKS = {name: check for check, names in _RANGES.items() for name in names.split()}

# Options that determine neither model nor data: a finished run is loaded whatever their values. Epochs, learning rate
# and the like are compared by `rnn_zoo.training.fit`.
NOT_SETTINGS = {"epochs", "learning_rate", "decay", "patience", "weight_average", "tensorboard"}
NOT_SETTINGS |= {"quantize", "split", "seed", "precision", "out", "results"}


def check_options(options: Mapping[str, Any], signature: inspect.Signature | None = None) -> None:
    """Checks the values of options; ValueError that names the option, its value and the fix.

    Args:
        options: the values by name: those in `CHECKS` must be in their range.
        signature: of the recipe: an option with a text as default, unless it is "", takes no blank text.
    """
    for name, value in options.items():
        if name in CHECKS and value is not None:
            CHECKS[name](name, value)
        needed = signature is not None and signature.parameters[name].default != ""
        for text in value if isinstance(value, (tuple, list)) else [value]:
            if isinstance(text, str) and "\0" in text:
                raise ValueError(f"`{name}` holds a NUL character, {text!r}; leave it out.")
            if needed and isinstance(text, str) and not text.strip():
                raise ValueError(f"`{name}` is blank; give a value, or leave the option out.")


def whole_number(_: Any, tokens: Sequence[Any]) -> int:
    """Reads an option of the command line that counts; the parser would round 2.9."""
    text = tokens[0].value
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"must be a whole number, got {text!r}.") from None


def exact(parameter: inspect.Parameter) -> inspect.Parameter:
    """A recipe's parameter, read by `whole_number` if its annotation is int or int | None."""
    if parameter.annotation in (int, int | None):
        return parameter.replace(annotation=Annotated[parameter.annotation, Parameter(converter=whole_number)])
    return parameter


def documented(docstring: str, signature: inspect.Signature, describe: Mapping[str, str] | None = None) -> str:
    """A docstring completed by descriptions, from `describe` or `DESCRIPTIONS`, of the options that it lacks."""
    known = {**DESCRIPTIONS, **(describe or {})}
    text, _, described = inspect.cleandoc(docstring).partition("\nArgs:\n")
    missing = [name for name in signature.parameters if not re.search(rf"^ {{4}}{name}: ", described, re.MULTILINE)]
    lines = [described.rstrip(), *(f"    {name}: {known[name]}" for name in missing)]
    return f"{text.rstrip()}\n\nArgs:\n" + "\n".join(line for line in lines if line) + "\n"
