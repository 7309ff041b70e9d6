"""rows: a network as the rows of a drawing, from what it reads to what it answers."""

import dataclasses

import keras

from rnn_zoo.layers import Head, NGramEvidence, Recurrent, Segmented, TimePooling
from rnn_zoo.layers.decoder import Decoder
from rnn_zoo.layers.encoder import Encoder
from rnn_zoo.layers.future_steps import FutureSteps
from rnn_zoo.layers.segrnn import SegRNN

_UNSEEN = (keras.layers.InputLayer, keras.layers.Dropout, keras.layers.SpatialDropout1D, keras.layers.Identity)


@dataclasses.dataclass
class Row:
    """One layer of a drawing: a box at every step, or one for all.

    Attributes:
        kind: "input", "source", "layer", "recurrence", "attention", "pooling" or "answer".
        name: str, what it is.
        detail: str, its size or its shape.
        every_step: bool, whether it has a box at every step; else one for all.
        backward: bool, of a recurrence, whether it runs from the end to the start.
        first: bool, of a recurrence in both directions, whether it is the lower of the two.
        reads: "all" or "ends": of one box for all, whether it reads every step or those at which the directions end.
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
    """What runs along one axis of time: the network itself; or what reads, and what writes.

    Attributes:
        title: str, "" for the network itself.
        rows: list of Row, from below.
        letter: str, what the inputs are called.
        single: bool, whether there is one step alone.
        beside: list of str, what comes in beside the recurrence, such as n-gram evidence.
    """

    title: str
    rows: list
    letter: str = "x"
    single: bool = False
    beside: list = dataclasses.field(default_factory=list)


def groups(model):
    """The groups of a model, from left to right: one, or two where one part reads and another writes.

    Raises:
        ValueError: the model holds no recurrence.
    """
    network = Group("", [Row("input", "input", _shape(model.inputs[0].shape))])
    found = []
    for layer in model.layers:
        if isinstance(layer, _UNSEEN):
            continue
        if isinstance(layer, Encoder):
            rows = [Row("input", "source", ""), _front(layer.front), *_recurrences(layer.recurrence)]
            found.append(Group("reads", rows))
        elif isinstance(layer, Decoder):
            if len(given := keras.tree.flatten(layer.input)) == 2:  # of `one_to_many`; an encoder gives more than one
                found.append(Group("", [Row("source", "source", _shape(given[1].shape), every_step=False)]))
            found.append(_writer(layer))
        elif isinstance(layer, NGramEvidence):
            network.beside.append(f"n-gram evidence [{layer.count}]")
        elif isinstance(layer, FutureSteps):
            network.title = "reads"
            found.append(network)
            known = Row("input", "steps ahead", _shape(layer.output.shape))
            network = Group("writes", [known], letter="k")
        else:
            rows = _rows(layer)
            for row in rows:  # what comes after a pooling is one for all, whatever axes it has
                row.every_step &= network.rows[-1].every_step
            network.rows += rows
    if not any(group.title == "writes" for group in found):
        found.append(network)
    recurrences = [row for group in found for row in group.rows if row.kind == "recurrence"]
    if not recurrences:
        raise ValueError("`model` must hold a recurrence to be drawn over time, and holds none.")
    stacks = [layer for layer in model._flatten_layers() if isinstance(layer, Recurrent)]
    network.single = any(_steps_read(stack) == 1 for stack in stacks if not network.title)
    return found


def _rows(layer):
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
        ways = [layer.forward_layer, layer.backward_layer]
        return [_plain(way, number == 0) for number, way in enumerate(ways)]
    if isinstance(layer, keras.layers.RNN):
        return [_plain(layer, True)]
    if isinstance(layer, Recurrent):
        return _recurrences(layer)
    if isinstance(layer, TimePooling):
        reads = "ends" if layer.modes == ["last"] else "all"
        return [Row("pooling", f"pooling: {', '.join(layer.modes)}", _shape(layer.output.shape), False, reads=reads)]
    shape = layer.output.shape
    every_step = len(shape) > 2
    kind = "answer" if isinstance(layer, Head) else "layer"
    return [Row(kind, type(layer).__name__, _shape(shape), every_step, reads="all" if every_step else "ends")]


def _writer(layer):
    rows = [Row("input", "written so far", ""), _front(layer.front), *_recurrences(layer.recurrence)]
    if layer.attention:
        rows.append(Row("attention", f"{layer.attention} attention", f"[{layer.recurrence.units[-1]}]"))
    count = getattr(layer.head, "count", "")
    rows.append(Row("answer", type(layer.head).__name__, f"[{count}]" if count else ""))
    return Group("writes", rows, letter="y")


def _front(front):
    dim = getattr(front, "dim", getattr(front, "vocabulary_size", getattr(front, "features", "")))
    return Row("layer", type(front).__name__, f"[time, {dim}]" if dim else "")


def _recurrences(stack):
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


def _plain(layer, first):
    return Row(
        "recurrence", layer.name, f"{layer.cell.output_size} units", backward=bool(layer.go_backwards), first=first
    )


def _steps_read(stack):
    """The steps of the inputs of a `Recurrent` in a functional model; None where any number is read."""
    try:
        return keras.tree.flatten(stack.input)[0].shape[1]
    except (AttributeError, ValueError):  # it stands inside another layer
        return None


def _shape(shape):
    """A shape without the batch, time by its name."""
    return "[" + ", ".join("time" if size is None else str(size) for size in shape[1:]) + "]"
