"""Which parts of the data a recipe judges its model on."""

from rnn_zoo.checks import one_of


def judged(split):
    """The parts that are looked at for a report on `split`, in order: while settings are chosen never the test part.

    Args:
        split: "test" or "validation".

    Returns:
        tuple of str: ("validation", "test") or ("validation",).

    Raises:
        ValueError: another split.
    """
    one_of("split", split, ["test", "validation"])
    return ("validation", "test") if split == "test" else ("validation",)
