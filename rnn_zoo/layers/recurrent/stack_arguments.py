"""Arguments of a stack of recurrent layers: merges of directions, checks, copies of initializers."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from rnn_zoo.checks import positive_integer
from rnn_zoo.layers.seeds import derive
from rnn_zoo.types import Tensor

MERGES: dict[str, Callable[[Sequence[Tensor]], Tensor]] = {
    "concat": lambda parts: ops.concatenate(parts, axis=-1),
    "sum": lambda parts: parts[0] + parts[1],
    "mul": lambda parts: parts[0] * parts[1],
    "ave": lambda parts: (parts[0] + parts[1]) / 2,
}


def units_and_depth(units: int | Sequence[int], depth: int) -> tuple[list[int], int]:
    """Units of each layer, and the number of layers.

    Raises:
        ValueError: one of them is not a positive integer, or there are not `depth` units.
    """
    depth = positive_integer("depth", depth)
    if not isinstance(units, (list, tuple)):
        return [positive_integer("units", units)] * depth, depth
    units = [positive_integer("units", width) for width in units]
    if not units or depth not in (1, len(units)):
        raise ValueError(f"`units` must be one int, or one per layer; got {units} with `depth` {depth}.")
    return units, len(units)


def check_bidirectional(go_backwards: bool, stateful: bool, residual: bool, merge: str, return_sequences: bool) -> None:
    """Checks that the other arguments of `Recurrent` allow `bidirectional=True`.

    Raises:
        ValueError: names the argument and the reason.
    """
    if go_backwards:
        raise ValueError("`go_backwards` must be False if `bidirectional` is True, which runs in both directions.")
    if stateful:
        raise ValueError(
            "`stateful` must be False if `bidirectional` is True: the backward direction of one batch would have to "
            "start with the states of the next."
        )
    if residual and merge != "concat" and not return_sequences:
        raise ValueError(
            f"`merge` must be 'concat', got {merge!r}, if a bidirectional layer is residual and does not return "
            "sequences: its directions end at different steps of the input."
        )


def copy_for_place(option: str, value: Any, place: str) -> Any:
    """Value of a cell option for one place in the stack: an initializer object becomes a copy with its own seed.

    A Keras initializer returns the same numbers at each call, so layers that share one would have equal weights.
    """
    if not option.endswith("_initializer") or isinstance(value, str):
        return value
    initializer = keras.initializers.get(value)
    if not isinstance(initializer, keras.initializers.Initializer):
        return initializer
    config = initializer.get_config()
    if isinstance(config.get("seed"), int):
        config["seed"] = derive(config["seed"], place)
    return type(initializer).from_config(config)
