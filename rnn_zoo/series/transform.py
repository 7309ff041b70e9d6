"""Transform: the targets of a series on another scale, on which their changes are more alike."""

from __future__ import annotations

import dataclasses

import numpy as np

from rnn_zoo.checks import one_of
from rnn_zoo.types import Tensor

TRANSFORMS = ("none", "log", "box-cox")
_LEAST = 1e-9  # of the base of a power


@dataclasses.dataclass(frozen=True)
class Transform:
    """A power of each target.

        z = ((x + shift)^power - 1) / power,   log(x + shift) for the power 0,   x for the power 1 and no shift

    Args:
        power: one float per target.
        shift: one float per target, >= 0.
        floor: one float per target, the least value of a forecast: 0 where no value is negative, else -infinity.
    Reference: Box and Cox 1964, "An analysis of transformations".
    """

    power: tuple[float, ...]
    shift: tuple[float, ...]
    floor: tuple[float, ...]

    @classmethod
    def fit(cls, kind: str, values: Tensor, names: tuple[str, ...]) -> Transform:
        """The transform of the training values.

        Args:
            kind: "none", "log", or "box-cox", whose power is that of the greatest likelihood.
            values: <float>[steps, targets], in units, of the training part only.
            names: of the targets, for errors.
        Raises:
            ValueError: a target has negative values.
        """
        one_of("transform", kind, TRANSFORMS)
        least = values.min(axis=0)
        floor = tuple(np.where(least >= 0, 0.0, -np.inf).tolist())
        if kind == "none":
            return cls((1.0,) * len(names), (0.0,) * len(names), floor)
        for name, lowest in zip(names, least, strict=True):
            if lowest < 0:
                raise ValueError(
                    f"`transform` {kind!r} needs values that are not negative, but column {name!r} has {lowest:g}; use "
                    "--transform none."
                )
        shift = np.where(least > 0, 0.0, 1.0)  # with zeros, log(x + 1)
        powers = [0.0] * len(names)
        if kind == "box-cox":
            powers = [_power(values[:, place] + shift[place]) for place in range(len(names))]
        return cls(tuple(powers), tuple(shift.tolist()), floor)

    def apply(self, values: Tensor) -> Tensor:
        """<float>[..., targets] in units -> the same, transformed."""
        from scipy.special import boxcox

        shifted = values + np.array(self.shift)
        power = np.array(self.power)
        return np.where(self._identity, values, boxcox(np.maximum(shifted, _LEAST), power))

    def undo(self, values: Tensor) -> Tensor:
        """Transformed values <float>[..., targets] -> the same in units, not below `floor`."""
        from scipy.special import inv_boxcox

        power = np.array(self.power)
        inside = np.where(power > 0, np.maximum(values, (_LEAST - 1) / np.where(power > 0, power, 1)), values)
        inside = np.where(power < 0, np.minimum(inside, (_LEAST - 1) / np.where(power < 0, power, -1)), inside)
        with np.errstate(over="ignore"):
            units = np.where(self._identity, values, inv_boxcox(inside, power) - np.array(self.shift))
        return np.maximum(units, np.array(self.floor))

    @property
    def _identity(self) -> Tensor:
        return (np.array(self.power) == 1) & (np.array(self.shift) == 0)


def _power(values):
    from sklearn.preprocessing import PowerTransformer

    if (values == values[0]).all():
        return 0.0
    power = PowerTransformer(method="box-cox", standardize=False).fit(values[:, None]).lambdas_[0]
    return float(np.clip(power, -1, 2))
