"""Registry of the cells that `Recurrent` can stack."""

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras

from rnn_zoo.cells import MinGRU, MinLSTM, VanillaRNN
from rnn_zoo.checks import one_of
from rnn_zoo.types import Model


@dataclass(frozen=True)
class CellKind:
    """A recurrent layer class, or the class of a cell that `keras.layers.RNN` runs, and the names of its states."""

    layer_class: type
    states: tuple[str, ...]

    @property
    def options(self) -> list[str]:
        """Names of the arguments of the class."""
        kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
        return [name for name, parameter in self._parameters.items() if parameter.kind in kinds]

    @property
    def _parameters(self) -> dict[str, inspect.Parameter]:
        initializer: Any = self.layer_class.__init__  # type: ignore[misc]
        return dict(list(inspect.signature(initializer).parameters.items())[1:])

    @property
    def _takes_any(self) -> bool:
        return any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in self._parameters.values())

    def make(
        self,
        units: int,
        *,
        dropout: float,
        recurrent_dropout: float,
        seed: int | None,
        cell_options: Mapping[str, Any],
        **layer_options: Any,
    ) -> Model:
        """Makes the layer of one place in a stack.

        Args:
            units: size of its state and of its output.
            dropout, recurrent_dropout, seed: see `Recurrent`; left out where the class takes none.
            cell_options: further arguments of the class.
            layer_options: further arguments of `keras.layers.RNN`.

        Raises:
            ValueError: the class takes no dropout, or a cell has other states, or another size, than was said.
        """
        own = {"dropout": dropout, "recurrent_dropout": recurrent_dropout, "seed": seed}
        is_layer = issubclass(self.layer_class, keras.layers.RNN)
        taken = {name: value for name, value in own.items() if name in self.options or (is_layer and self._takes_any)}
        for name in ("dropout", "recurrent_dropout"):
            if own[name] and name not in taken:
                raise ValueError(
                    f"`{name}` must be 0 with this cell, because {self.layer_class.__name__} takes no such argument; "
                    f"got {own[name]}."
                )
        if is_layer:
            return self.layer_class(units, **taken, **cell_options, **layer_options)
        typed = {"dtype": layer_options["dtype"]} if "dtype" in self.options or self._takes_any else {}
        cell = self.layer_class(units, **taken, **typed, **cell_options)
        self._check(cell, units)
        return keras.layers.RNN(cell, **layer_options)

    def _check(self, cell: Any, units: int) -> None:
        name = self.layer_class.__name__
        if not hasattr(cell, "state_size"):
            raise ValueError(f"{name} must have `state_size`, the sizes of its states, as every Keras cell has.")
        sizes = keras.tree.flatten(cell.state_size)
        if len(sizes) != len(self.states):
            raise ValueError(
                f"`states` must name the {len(sizes)} states of {name}, got {list(self.states)}; pass one name for "
                "each to `register_cell`."
            )
        if any(size != units for size in (*sizes, getattr(cell, "output_size", units))):
            raise ValueError(
                f"the states and the output of {name} must have `units` = {units} numbers, got states of {sizes} and "
                f"an output of {getattr(cell, 'output_size', units)}."
            )


CELLS: dict[str, CellKind] = {}


def register_cell(name: str, layer_class: type, states: Sequence[str] = ("h",)) -> None:
    """Registers a cell for `Recurrent(name, ...)`.

    Args:
        name: a new name.
        layer_class: a subclass of `keras.layers.RNN` that takes `units` and the arguments of
            `keras.layers.SimpleRNN` (dropout, recurrent_dropout, seed, return_sequences, go_backwards, stateful, ...);
            or a cell, such as `keras.layers.LSTMCell`: a layer that takes `units`, has `state_size`, and whose
            `call(inputs, states)` returns the output and the new states of one step. Dropout and seed are left out
            where it does not take them.
        states: names of its states, in the order in which the layer returns them.

    Raises:
        ValueError: the class is neither, a state has no name of its own, or the name belongs to another class.
    """
    if not isinstance(layer_class, type) or not (issubclass(layer_class, keras.layers.RNN) or _is_cell(layer_class)):
        raise ValueError(
            "`layer_class` must be a subclass of keras.layers.RNN, or the class of a cell, a keras.layers.Layer with "
            f"`state_size` and `call(inputs, states)`; got {getattr(layer_class, '__name__', layer_class)!r}."
        )
    states = (states,) if isinstance(states, str) else tuple(states)
    if not states or len(set(states)) < len(states):
        raise ValueError(f"`states` must be different names, one for each state of the cell, got {list(states)}.")
    kind = CellKind(layer_class, states)
    if CELLS.setdefault(name, kind) != kind:
        raise ValueError(f"`name` {name!r} already belongs to {CELLS[name].layer_class.__name__}; choose another.")


def _is_cell(layer_class: type) -> bool:
    """Whether a class looks like that of a cell; its `state_size` may be set by its constructor."""
    if not issubclass(layer_class, keras.layers.Layer):
        return False
    call: Any = layer_class.call  # type: ignore[attr-defined]
    arguments = list(inspect.signature(call).parameters)[2:]  # after self and the inputs
    return bool(arguments) and arguments[0] not in ("training", "mask")


def cell_kind(name: str) -> CellKind:
    """Returns the registered cell; ValueError that lists the names unless it is one of them."""
    return CELLS[one_of("cell", name, sorted(CELLS))]


register_cell("vanilla", VanillaRNN)
register_cell("lstm", keras.layers.LSTM, states=("h", "c"))
register_cell("gru", keras.layers.GRU)
register_cell("min_gru", MinGRU)
register_cell("min_lstm", MinLSTM)
