"""groups: a network as the rows of a drawing, from inputs to outputs."""

import dataclasses
from typing import Any

import keras

from rnn_zoo.layers import Head, NGramEvidence, Recurrent, Segmented, TimePooling
from rnn_zoo.layers.fronts.future_steps import FutureSteps
from rnn_zoo.layers.recurrent.segrnn import SegRNN
from rnn_zoo.layers.seq2seq.decoder import Decoder
from rnn_zoo.layers.seq2seq.encoder import Encoder
from rnn_zoo.types import Model, Shape

_HIDDEN = (keras.layers.InputLayer, keras.layers.Dropout, keras.layers.SpatialDropout1D, keras.layers.Identity)


@dataclasses.dataclass
class Row:
    """One layer of a drawing: a box at every step, or one box.

    Attributes:
        kind: "input", "source", "layer", "recurrence", "attention", "pooling" or "output".
        name: label of the row.
        detail: its size or shape.
        every_step: whether it has a box at every step; else it has one box.
        backward: for a recurrence, whether it runs from the last step to the first.
        first: for a bidirectional recurrence, whether it is the lower of the two.
        reads: for a single box: "all", it reads every step, or "ends", the last step of each direction.
    """

    kind: str
    name: str
    detail: str = ""
    every_step: bool = True
    backward: bool = False
    first: bool = True
    reads: str = "all"


@dataclasses.dataclass
class Group:
    """The rows along one time axis: the whole network, an encoder, or a decoder.

    Attributes:
        title: "encoder", "decoder", or "" for the whole network.
        rows: from bottom to top.
        letter: symbol of the inputs.
        single: whether there is only one step.
        beside: inputs of the head besides the recurrence, such as n-gram evidence.
    """

    title: str
    rows: list[Row]
    letter: str = "x"
    single: bool = False
    beside: list[str] = dataclasses.field(default_factory=list)


def groups(model: Model) -> list[Group]:
    """The groups of a model, from left to right: one, or encoder and decoder.

    Raises:
        ValueError: the model has no recurrence.
    """
    network = Group("", [Row("input", "input", _shape(model.inputs[0].shape))])
    found: list[Group] = []
    for layer in model.layers:
        if isinstance(layer, _HIDDEN):
            continue
        if isinstance(layer, Encoder):
            rows = [Row("input", "source", ""), _front(layer.front), *_recurrences(layer.recurrence)]
            found.append(Group("encoder", rows))
        elif isinstance(layer, Decoder):
            if len(given := keras.tree.flatten(layer.input)) == 2:  # of `one_to_many`; an encoder has more outputs
                found.append(Group("", [Row("source", "source", _shape(given[1].shape), every_step=False)]))
            found.append(_decoder(layer))
        elif isinstance(layer, NGramEvidence):
            network.beside.append(f"n-gram evidence [{layer.count}]")
        elif isinstance(layer, FutureSteps):
            network.title = "encoder"
            found.append(network)
            known = Row("input", "steps ahead", _shape(layer.output.shape))
            network = Group("decoder", [known], letter="k")
        else:
            rows = _rows(layer)
            for row in rows:  # rows after a pooling have one box
                row.every_step &= network.rows[-1].every_step
            network.rows += rows
    if not any(group.title == "decoder" for group in found):
        found.append(network)
    recurrences = [row for group in found for row in group.rows if row.kind == "recurrence"]
    if not recurrences:
        raise ValueError("`model` must hold a recurrence to be drawn over time.")
    stacks = [layer for layer in model._flatten_layers() if isinstance(layer, Recurrent)]
    network.single = any(_input_steps(stack) == 1 for stack in stacks if not network.title)
    return found


def _rows(layer: Any) -> list[Row]:
    if isinstance(layer, Segmented):
        rows = _recurrences(layer.recurrence)
        for row in rows:
            row.detail += f", segments of {layer.length} steps"
        return rows
    if isinstance(layer, SegRNN):
        embed = Row("layer", "segments", f"{layer.length} steps each → [{layer.recurrence.units[0]}]")
        ahead = Row("layer", "one more step", f"for each of {layer.segments} segments ahead", False, reads="ends")
        return [embed, *_recurrences(layer.recurrence), ahead]
    if isinstance(layer, keras.layers.Bidirectional):
        return [_plain(layer.forward_layer, True), _plain(layer.backward_layer, False)]
    if isinstance(layer, keras.layers.RNN):
        return [_plain(layer, True)]
    if isinstance(layer, Recurrent):
        return _recurrences(layer)
    if isinstance(layer, TimePooling):
        reads = "ends" if layer.modes == ["last"] else "all"
        return [Row("pooling", f"pooling: {', '.join(layer.modes)}", _shape(layer.output.shape), False, reads=reads)]
    shape = layer.output.shape
    every_step = len(shape) > 2
    kind = "output" if isinstance(layer, Head) else "layer"
    return [Row(kind, type(layer).__name__, _shape(shape), every_step, reads="all" if every_step else "ends")]


def _decoder(layer: Any) -> Group:
    rows = [Row("input", "previous tokens", ""), _front(layer.front), *_recurrences(layer.recurrence)]
    if layer.attention:
        rows.append(Row("attention", f"{layer.attention} attention", f"[{layer.recurrence.units[-1]}]"))
    count = getattr(layer.head, "count", "")
    rows.append(Row("output", type(layer.head).__name__, f"[{count}]" if count else ""))
    return Group("decoder", rows, letter="y")


def _front(front: Any) -> Row:
    dim = getattr(front, "dim", getattr(front, "vocabulary_size", getattr(front, "features", "")))
    return Row("layer", type(front).__name__, f"[time, {dim}]" if dim else "")


def _recurrences(stack: Any) -> list[Row]:
    made = []
    for layer, units in enumerate(stack.units):
        for number, direction in enumerate(stack.directions):
            name = f"layer {layer} {direction}" if stack.depth > 1 or stack.bidirectional else direction
            extras = [stack.cell, f"{units} units"]
            extras += ["residual"] * stack.residual + ["normalised"] * bool(stack.normalization)
            if stack.bidirectional and number:
                extras.append(stack.merge)
            made.append(Row("recurrence", name, ", ".join(extras), backward=direction == "backward", first=not number))
    return made


def _plain(layer: Any, first: bool) -> Row:
    return Row(
        "recurrence", layer.name, f"{layer.cell.output_size} units", backward=bool(layer.go_backwards), first=first
    )


def _input_steps(stack: Any) -> int | None:
    """The number of input steps of a `Recurrent` in a functional model; None if it is not fixed."""
    try:
        return keras.tree.flatten(stack.input)[0].shape[1]
    except (AttributeError, ValueError):  # inside another layer
        return None


def _shape(shape: Shape) -> str:
    """A shape without the batch, with "time" for a variable size."""
    return "[" + ", ".join("time" if size is None else str(size) for size in shape[1:]) + "]"
