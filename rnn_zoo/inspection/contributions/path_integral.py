"""path_integral: integral of a gradient along a straight path, per component of the path."""

from collections.abc import Callable, Iterator, Sequence

import keras
import numpy as np

from rnn_zoo.types import Tensor

_POINTS = 14  # Gauss-Legendre points in each segment of the path, besides its two ends
_SPLIT = 2  # segments halved at once: four new ones of 16 points are a batch of 64
_MAX_SEGMENTS = 48


def path_integral(
    along: Callable, spans: Sequence[np.ndarray], dtype: str, tolerance: float
) -> tuple[list[np.ndarray], float, float]:
    """The integral of a gradient along a straight path, segment by segment.

        c = sum over segments [a, b] of (v - u) * integral over [a, b] of dF/dv (u + s (v - u)) ds

    Over each segment c must sum to F(b) - F(a), which is known. The path starts as one segment; those with the largest
    errors are halved until the sum of all errors is at most a fraction of F(v) - F(u).

    Args:
        along: function from <float>[points] in [0, 1] to (F <float>[points], list of gradients <float>[points, ...]).
        spans: v - u, one <float>[...] per gradient.
        dtype: dtype of the points.
        tolerance: > 0, the largest error as a fraction of F(v) - F(u).

    Returns:
        (one c <float>[...] per gradient; F(u); their error as a fraction of F(v) - F(u)), from at most 48 segments.
    """
    places, weights = np.polynomial.legendre.leggauss(_POINTS)
    places, weights = np.concatenate([[0.0], (places + 1) / 2, [1.0]]), np.concatenate([[0.0], weights / 2, [0.0]])

    def measure(ends: list[tuple[float, float]]) -> Iterator[tuple[float, tuple[float, float], list, Tensor]]:
        points = np.concatenate([first + (last - first) * places for first, last in ends])
        values, gradients = along(keras.ops.convert_to_tensor(points, dtype))
        values = keras.ops.convert_to_numpy(values).astype("float64").reshape(len(ends), -1)
        gradients = [keras.ops.convert_to_numpy(part) for part in gradients]
        for number, (first, last) in enumerate(ends):
            rows = slice(number * len(places), (number + 1) * len(places))
            means = [np.tensordot(weights * (last - first), part[rows], axes=1) for part in gradients]
            given = [mean * span for mean, span in zip(means, spans, strict=True)]
            change = values[number, -1] - values[number, 0]
            yield abs(sum(part.sum() for part in given) - change), (first, last), given, values[number]

    segments = list(measure([(0.0, 1.0)]))
    start, end = segments[0][3][0], segments[0][3][-1]
    while sum(one[0] for one in segments) > tolerance * max(abs(end - start), 1e-6) and len(segments) < _MAX_SEGMENTS:
        segments.sort(key=lambda segment: -segment[0])
        worst, segments = segments[:_SPLIT], segments[_SPLIT:]
        middles = [(first, (first + last) / 2, last) for _, (first, last), *_ in worst]
        segments += measure([half for first, middle, last in middles for half in ((first, middle), (middle, last))])
    totals = [sum(parts) for parts in zip(*(segment[2] for segment in segments), strict=True)]
    gap = abs(sum(float(total.sum()) for total in totals) - (end - start)) / max(abs(end - start), 1e-6)
    return totals, float(start), gap
