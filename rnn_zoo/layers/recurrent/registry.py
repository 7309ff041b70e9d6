"""Registry of the cells that `Recurrent` can stack."""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras

from rnn_zoo.cells import MinGRU, MinLSTM, VanillaRNN
from rnn_zoo.checks import one_of


@dataclass(frozen=True)
class CellKind:
    """A recurrent layer class with the arguments of `keras.layers.SimpleRNN`, and the names of its states."""

    layer_class: type
    states: tuple[str, ...]

    @property
    def options(self) -> list[str]:
        """Names of the arguments of the class."""
        kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
        initializer: Any = self.layer_class.__init__  # type: ignore[misc]
        parameters = list(inspect.signature(initializer).parameters.values())[1:]
        return [parameter.name for parameter in parameters if parameter.kind in kinds]


CELLS: dict[str, CellKind] = {}


def register_cell(name: str, layer_class: type, states: Sequence[str] = ("h",)) -> None:
    """Registers a cell for `Recurrent(name, ...)`.

    Args:
        name: a new name.
        layer_class: a subclass of `keras.layers.RNN` that takes `units` and the arguments of
            `keras.layers.SimpleRNN` (dropout, recurrent_dropout, seed, return_sequences, go_backwards, stateful, ...).
        states: names of its states, in the order in which the layer returns them.

    Raises:
        ValueError: the name belongs to another class.
    """
    kind = CellKind(layer_class, tuple(states))
    if CELLS.setdefault(name, kind) != kind:
        raise ValueError(f"`name` {name!r} already belongs to {CELLS[name].layer_class.__name__}; choose another.")


def cell_kind(name: str) -> CellKind:
    """Returns the registered cell; ValueError that lists the names unless it is one of them."""
    return CELLS[one_of("cell", name, sorted(CELLS))]


register_cell("vanilla", VanillaRNN)
register_cell("lstm", keras.layers.LSTM, states=("h", "c"))
register_cell("gru", keras.layers.GRU)
register_cell("min_gru", MinGRU)
register_cell("min_lstm", MinLSTM)
