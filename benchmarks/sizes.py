"""The sizes of a training step, and its unavoidable multiply-adds."""

import dataclasses

from rnn_zoo.checks import one_of, positive_integer

GATES = {"vanilla": 1, "lstm": 4, "gru": 3, "min_gru": 2, "min_lstm": 3}
WITHOUT_STATE_PRODUCT = ("min_gru", "min_lstm")  # their gates depend on x_t only


@dataclasses.dataclass(frozen=True)
class Sizes:
    """Batch, time, features and units of one recurrent layer, written "32/100/64/64"."""

    batch: int
    time: int
    features: int
    units: int

    def __post_init__(self):
        for field in dataclasses.fields(self):
            positive_integer(field.name, getattr(self, field.name))

    @classmethod
    def parse(cls, text):
        """Sizes from text such as "32/100/64/64"; ValueError for any other text."""
        parts = text.split("/")
        if len(parts) != 4 or not all(part.isdecimal() for part in parts):
            raise ValueError(f"`sizes` must be batch/time/features/units, such as 32/100/64/64; got {text!r}.")
        return cls(*map(int, parts))

    def __str__(self):
        return f"{self.batch}/{self.time}/{self.features}/{self.units}"

    def multiply_adds(self, cell):
        """The unavoidable multiply-adds of one training step of a layer.

            3 batch time gates units (features + units)

        One product forward and two backward for each (gradients of the weights and of their inputs). Cells
        that train in parallel over time have no product with the state, so no second term.

        Args:
            cell: "vanilla", "lstm", "gru", "min_gru" or "min_lstm".

        Returns:
            int.
        """
        one_of("cell", cell, GATES)
        read = self.features + (0 if cell in WITHOUT_STATE_PRODUCT else self.units)
        return 3 * self.batch * self.time * GATES[cell] * self.units * read
