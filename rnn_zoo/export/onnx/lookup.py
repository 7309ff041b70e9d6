"""Ids of keys in an ONNX graph: a hash table of two places for each key, which three reads answer."""

import numpy as np

from rnn_zoo.export.onnx.graph import Graph, Value
from rnn_zoo.types import Tensor

_PRIME = (1 << 31) - 1
_MOST_MOVES = 500


def rows_of_keys(graph: Graph, keys: Value, table: Tensor) -> Value:
    """The row of each key in a table, from 1; 0 if it is not there.

        row = rows_1 where stored_1 = key, else rows_2 where stored_2 = key, else 0

    ONNX has no binary search; a table with two hash functions needs two reads whatever its size.

    Args:
        graph: the graph.
        keys: <int64>[...], each in [0, 2^31).
        table: <int>[rows], different keys > 0.
    Returns:
        <int64>[...].
    Reference: Pagh and Rodler 2004, "Cuckoo hashing".
    """
    stored, rows, factors = cuckoo_table(table)
    size = len(stored)
    places = [graph.add("Mod", graph.add("Mod", keys * factor, np.int64(_PRIME)), np.int64(size)) for factor in factors]
    found = [
        graph.where(graph.gather(stored, place) == keys, graph.gather(rows, place), np.int64(0)) for place in places
    ]
    return graph.where(keys > 0, graph.add("Max", *found), np.int64(0))


def cuckoo_table(keys: Tensor) -> tuple[Tensor, Tensor, tuple[int, ...]]:
    """(<int64>[size] stored keys, <int64>[size] their rows from 1, the factors of both hash functions)."""
    keys = np.asarray(keys, "int64")
    size = max(8, 1 << int(np.ceil(np.log2(2.2 * max(1, len(keys))))))
    generator = np.random.default_rng(0)
    while True:
        factors = tuple(int(factor) for factor in generator.integers(1 << 20, _PRIME, 2))
        placed = _placed(keys.tolist(), size, factors)
        if placed is not None:
            stored, rows = np.zeros(size, "int64"), np.zeros(size, "int64")
            for place, row in placed.items():
                stored[place], rows[place] = keys[row], row + 1
            return stored, rows, factors


def _placed(keys, size, factors):
    """{place: row of its key}; None where the factors do not work out."""
    taken: dict[int, int] = {}
    for first in range(len(keys)):
        row, place = first, keys[first] * factors[0] % _PRIME % size
        for _ in range(_MOST_MOVES):
            row, moved = taken.get(place), row
            taken[place] = moved
            if row is None:
                break
            one, other = (keys[row] * factor % _PRIME % size for factor in factors)
            place = other if place == one else one
        else:
            return None
    return taken
