"""The kinds of cell that `Recurrent` stacks, by name."""

import inspect
from dataclasses import dataclass

import keras

from rnn_zoo.cells import MinGRU, MinLSTM, VanillaRNN
from rnn_zoo.checks import one_of


@dataclass(frozen=True)
class CellKind:
    """A recurrent layer class that takes the arguments of `keras.layers.SimpleRNN`, and the names of its states."""

    layer_class: type
    states: tuple[str, ...]

    @property
    def options(self):
        """The names of the arguments the class takes."""
        kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
        parameters = list(inspect.signature(self.layer_class.__init__).parameters.values())[1:]
        return [parameter.name for parameter in parameters if parameter.kind in kinds]


CELLS: dict[str, CellKind] = {}


def register_cell(name, layer_class, states=("h",)):
    """Opens `Recurrent(name, ...)` to a kind of cell.

    Args:
        name: str, new.
        layer_class: a subclass of `keras.layers.RNN` that takes `units` and the arguments of
            `keras.layers.SimpleRNN` (dropout, recurrent_dropout, seed, return_sequences, go_backwards, stateful, ...).
        states: names of its states, in the order in which it returns them.

    Raises:
        ValueError: another class has the name.
    """
    kind = CellKind(layer_class, tuple(states))
    if CELLS.setdefault(name, kind) != kind:
        raise ValueError(f"`name` {name!r} is taken by {CELLS[name].layer_class.__name__}; choose another.")


def cell_kind(name):
    """The kind of that name; ValueError that lists the known ones."""
    return CELLS[one_of("cell", name, sorted(CELLS))]


register_cell("vanilla", VanillaRNN)
register_cell("lstm", keras.layers.LSTM, states=("h", "c"))
register_cell("gru", keras.layers.GRU)
register_cell("min_gru", MinGRU)
register_cell("min_lstm", MinLSTM)
