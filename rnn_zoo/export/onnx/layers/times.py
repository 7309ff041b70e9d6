"""The ONNX form of time features: from minutes since 1970 to calendar and harmonics."""

import math

import numpy as np

from rnn_zoo.export.onnx.convert import converts
from rnn_zoo.export.onnx.graph import Graph, Value
from rnn_zoo.layers import TimeFeatures
from rnn_zoo.layers.fronts.time_features import _DAY, _PERIODS


@converts(TimeFeatures)
def time_features(graph: Graph, layer: TimeFeatures, times: Value) -> Value:
    """In whole numbers as long as possible, see `TimeFeatures`."""
    minutes = times.cast("int64")
    features = _calendar(graph, minutes) if layer.calendar else []
    for name in layer.periods:
        period, since = _PERIODS[name], minutes - 4 * _DAY
        if period == int(period):
            phase = _modulo(graph, since, int(period)).cast("float32") / period
        else:
            rest = _modulo(graph, since, _DAY).cast("float32") / _DAY
            cycle = _modulo(graph, _floor_divided(graph, since, _DAY), 146097)
            phase = (cycle.cast("float32") + rest) / (period / _DAY)
            phase = phase - graph.add("Floor", phase)
        for harmonic in range(1, layer.fourier + 1):
            angle = phase * (2 * math.pi * harmonic)
            features += [graph.add("Sin", angle), graph.add("Cos", angle)]
    return graph.concat([graph.expand_dims(feature, -1) for feature in features], -1)


def _modulo(graph, value, divisor):
    return graph.add("Mod", value, np.int64(divisor))  # of the sign of the divisor, as in Python


def _floor_divided(graph, value, divisor):
    return graph.add("Div", value - _modulo(graph, value, divisor), np.int64(divisor))


def _calendar(graph, minutes):
    days = _floor_divided(graph, minutes, _DAY)
    of_day = _modulo(graph, minutes, _DAY)
    day, month = _day_and_month(graph, days)
    hour = _floor_divided(graph, of_day, 60)
    parts = (
        (_modulo(graph, minutes, 60), 59),
        (hour, 23),
        (_modulo(graph, days + 3, 7), 6),
        (day - 1, 30),
        (month - 1, 11),
    )
    return [part.cast("float32") / last - 0.5 for part, last in parts]


def _day_and_month(graph, days):
    def over(value: Value, divisor: int) -> Value:
        return _floor_divided(graph, value, divisor)

    day_of_era = _modulo(graph, days + 719468, 146097)
    years = day_of_era - over(day_of_era, 1460) + over(day_of_era, 36524) - over(day_of_era, 146096)
    year_of_era = over(years, 365)
    day_of_year = day_of_era - (year_of_era * 365 + over(year_of_era, 4) - over(year_of_era, 100))
    month = over(day_of_year * 5 + 2, 153)
    day = day_of_year - over(month * 153 + 2, 5) + 1
    return day, graph.where(month < 10, month + 3, month - 9)
