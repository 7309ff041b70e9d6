"""Which parts of the data a run evaluates."""

from rnn_zoo.checks import one_of


def evaluated_splits(split: str) -> tuple[str, ...]:
    """The parts that a report on `split` evaluates, in order; never the test part while settings are chosen.

    Args:
        split: "test" or "validation".

    Returns:
        ("validation", "test") or ("validation",).

    Raises:
        ValueError: another split.
    """
    one_of("split", split, ["test", "validation"])
    return ("validation", "test") if split == "test" else ("validation",)
