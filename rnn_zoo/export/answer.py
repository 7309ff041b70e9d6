"""Answer: a classifier's prediction for one example."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Answer:
    """The prediction of a classifier for one example.

    Attributes:
        label: the most probable class.
        score: its probability, in [0, 1].
        probabilities: the probability of every class, by its name.
    """

    label: str
    score: float
    probabilities: dict[str, float]
