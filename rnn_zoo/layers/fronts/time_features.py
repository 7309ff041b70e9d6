"""TimeFeatures: calendar and Fourier features of timestamps."""

import math
from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from rnn_zoo.layers.fronts.front import Front
from rnn_zoo.types import Shape, Tensor

_DAY = 24 * 60  # minutes
_PERIODS = {"day": _DAY, "week": 7 * _DAY, "year": 365.2425 * _DAY}
_CALENDAR = ("minute of the hour", "hour of the day", "day of the week", "day of the month", "month")


@keras.saving.register_keras_serializable(package="rnn_zoo")
class TimeFeatures(Front):
    """Calendar and Fourier features (day, week, year) of minutes since 1970.

        calendar:  minute of the hour, hour of the day, day of the week, day of the month, month, each in [-0.5, 0.5]
        fourier:   sin(2 pi k t / P), cos(2 pi k t / P)    k = 1 ... fourier; period P: day, week (from Monday), year

    It computes with integers until the last step, so that minutes are exact in any century. An exported model contains
    the layer.

    Args:
        calendar: whether to include the calendar features.
        fourier: int >= 0, number of harmonics of each period.
        periods: periods of the harmonics: any of "day", "week" and "year".

    Call arguments:
        inputs: <int32>[batch, time], minutes since 1970-01-01 00:00.

    Returns:
        <float32>[batch, time, count].

    Raises:
        ValueError: there is no feature, or an argument is out of its range.
    """

    def __init__(
        self, calendar: bool = True, fourier: int = 0, periods: Sequence[str] = ("day", "week", "year"), **kwargs: Any
    ) -> None:
        super().__init__(**{**kwargs, "dtype": "float32"})
        if isinstance(fourier, bool) or not isinstance(fourier, int) or fourier < 0:
            raise ValueError(f"`fourier` must be an integer >= 0, got {fourier!r}.")
        unknown = set(periods) - set(_PERIODS)
        if unknown or not periods:
            raise ValueError(f"`periods` must be some of {', '.join(_PERIODS)}, got {tuple(periods)}.")
        if not calendar and not fourier:
            raise ValueError("`calendar` must be True or `fourier` at least 1: there would be no feature.")
        self.calendar = bool(calendar)
        self.fourier = fourier
        self.periods = tuple(periods)
        self.count = len(_CALENDAR) * self.calendar + 2 * fourier * len(self.periods)
        self.built = True

    def make_input(self) -> Any:
        return keras.Input((None,), dtype="int32", name="times")

    def call(self, inputs: Tensor) -> Tensor:
        minutes = ops.cast(inputs, "int32")
        features = self._calendar(minutes) if self.calendar else []
        for name in self.periods:
            # Weeks start on Monday, 1970-01-05. Modulo before the cast: 24 bits cannot represent 50 years of minutes.
            period = _PERIODS[name]
            since = minutes - 4 * _DAY
            if period == int(period):
                phase = ops.cast(since % int(period), "float32") / period
            else:
                # A year is not a whole number of minutes: remove whole 400-year cycles of days first.
                days, rest = since // _DAY, ops.cast(since % _DAY, "float32") / _DAY
                cycle = days % 146_097  # days of 400 years, the period of the calendar
                phase = (ops.cast(cycle, "float32") + rest) / (period / _DAY)
                phase = phase - ops.floor(phase)
            for harmonic in range(1, self.fourier + 1):
                angle = 2 * math.pi * harmonic * phase
                features += [ops.sin(angle), ops.cos(angle)]
        return ops.stack(features, axis=-1)

    def _calendar(self, minutes):
        days = minutes // _DAY
        day, month = _day_and_month(days)
        parts = (
            (minutes % 60, 59),
            (minutes % _DAY // 60, 23),
            ((days + 3) % 7, 6),  # 1970-01-01 was a Thursday
            (day - 1, 30),
            (month - 1, 11),
        )
        return [ops.cast(part, "float32") / last - 0.5 for part, last in parts]

    def compute_output_shape(self, inputs_shape: Shape) -> Shape:
        return (*inputs_shape, self.count)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "calendar": self.calendar,
            "fourier": self.fourier,
            "periods": list(self.periods),
        }


def _day_and_month(days):
    """Day of the month and month, both from 1, of days since 1970-01-01.

    Reference: Hinnant 2013, "chrono-compatible low-level date algorithms", civil_from_days.
    """
    days = days + 719_468
    day_of_era = days % 146_097
    year_of_era = (day_of_era - day_of_era // 1_460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    month = (5 * day_of_year + 2) // 153  # from March, so that the leap day is the last day
    return day_of_year - (153 * month + 2) // 5 + 1, ops.where(month < 10, month + 3, month - 9)
