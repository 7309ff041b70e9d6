"""path_integral: how a number changes along a straight way, shared out to what the way is made of."""

import keras
import numpy as np

_POINTS = 14  # of Gauss-Legendre in each piece of the way, beside its two ends
_SPLIT = 2  # pieces halved at once: four new ones of 16 points are a batch of 64
_MOST_PIECES = 48


def path_integral(along, spans, dtype, share):
    """The integral of a gradient along a way, piece by piece.

        c = sum over pieces [a, b] of (v - u) * integral over [a, b] of dF/dv (u + s (v - u)) ds

    Over each piece c must sum to F(b) - F(a), which is known. At first all of the way is one piece; those that miss the
    most are halved until what all of them miss together is at most a share of F(v) - F(u).

    Args:
        along: function of <float>[points] in [0, 1] to (F <float>[points], list of gradients <float>[points, ...]).
        spans: list of <float>[...], v - u, in the order of the gradients.
        dtype: str, of the points.
        share: float > 0.

    Returns:
        (list of <float>[...], the c in the order of the gradients; F(u); the share of F(v) - F(u) that they miss), of
        48 pieces at most.
    """
    places, weights = np.polynomial.legendre.leggauss(_POINTS)
    places, weights = np.concatenate([[0.0], (places + 1) / 2, [1.0]]), np.concatenate([[0.0], weights / 2, [0.0]])

    def measure(ends):
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

    pieces = list(measure([(0.0, 1.0)]))
    start, end = pieces[0][3][0], pieces[0][3][-1]
    while sum(piece[0] for piece in pieces) > share * max(abs(end - start), 1e-6) and len(pieces) < _MOST_PIECES:
        pieces.sort(key=lambda piece: -piece[0])
        worst, pieces = pieces[:_SPLIT], pieces[_SPLIT:]
        middles = [(first, (first + last) / 2, last) for _, (first, last), *_ in worst]
        pieces += measure([half for first, middle, last in middles for half in ((first, middle), (middle, last))])
    totals = [sum(parts) for parts in zip(*(piece[2] for piece in pieces), strict=True)]
    missed = abs(sum(float(total.sum()) for total in totals) - (end - start)) / max(abs(end - start), 1e-6)
    return totals, float(start), missed
