"""observed: a context in which the recurrences of a model record inputs, states and outputs at each step."""

import contextlib
import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np

from rnn_zoo.layers import CELLS, Recurrent, Segmented
from rnn_zoo.layers.seq2seq.decoder import Decoder
from rnn_zoo.layers.seq2seq.encoder import Encoder
from rnn_zoo.types import Model, Tensor

# Up to this many steps, tracing a graph takes longer than running eagerly.
EAGER_STEPS = 64


@dataclasses.dataclass(frozen=True)
class Place:
    """One recurrence of a model: one layer of a stack, in one direction.

    Attributes:
        name: "layer_0/forward"; in a model with several `Recurrent` layers prefixed by the layer's name, or by "source"
            and "decoder" in an encoder-decoder; for a Keras layer outside of `Recurrent`, the layer's name.
        layer: keras.layers.RNN.
        states: the names of its states, "layer_0/forward/h".
        backward: whether it runs from the last step to the first.
        segmented: whether it runs over the segments of a sequence in parallel.
        writes: whether it runs over the steps of the output, as the decoder of an encoder-decoder does.
    """

    name: str
    layer: Model
    states: tuple[str, ...]
    backward: bool
    segmented: bool
    writes: bool


@dataclasses.dataclass
class Record:
    """Inputs, states and outputs of one recurrence in one call, in the order of time.

    Attributes:
        inputs: <float>[batch, time, features], x_t.
        valid: <bool>[batch, time], False at padding.
        states: one <float>[batch, time, units] per state: its value after each step.
        initial: one <float>[batch, units] per state: its value before the first step that runs.
        taps: one <float>[time, batch, units] per state: zeros added after each step. The gradient with respect to
            them equals that with respect to the state.
        outputs: <float>[batch, time, width], y_t.
    """

    inputs: Tensor
    valid: Tensor
    states: list[Tensor]
    initial: list[Tensor]
    taps: list[Tensor]
    outputs: Tensor


def places(model: Model) -> list[Place]:
    """The recurrences of a model, in the order of its layers.

    Args:
        model: keras.Model or keras.layers.Layer.

    Raises:
        ValueError: there is none, or the backend is not TensorFlow.
    """
    if keras.backend.backend() != "tensorflow":
        raise ValueError(f"Inspection needs the TensorFlow backend, and this is {keras.backend.backend()!r}.")
    layers = list(model._flatten_layers())
    stacks = [layer for layer in layers if isinstance(layer, Recurrent)]
    cut = {id(part) for layer in layers if isinstance(layer, Segmented) for part in layer._flatten_layers()}
    owners = {id(part.recurrence): part.name for part in layers if isinstance(part, (Encoder, Decoder))}
    writers = {id(part.recurrence) for part in layers if isinstance(part, Decoder)}
    writing = {id(layer) for stack in stacks if id(stack) in writers for layer in stack.recurrences.values()}
    known: dict[int, tuple[str, tuple[str, ...]]] = {}
    for stack in stacks:
        prefix = f"{owners.get(id(stack), stack.name)}/" if len(stacks) > 1 else ""
        for name, layer in stack.recurrences.items():
            known[id(layer)] = f"{prefix}{name}", CELLS[stack.cell].states
    found = []
    # Inside of a `Recurrent` in its order, forward before backward.
    ordered = [layer for stack in stacks for layer in stack.recurrences.values()]
    others = [layer for layer in layers if isinstance(layer, keras.layers.RNN) and id(layer) not in known]
    for layer in [*ordered, *others]:
        name, states = known.get(id(layer), (layer.name, _state_names(layer)))
        names = tuple(f"{name}/{state}" for state in states)
        found.append(Place(name, layer, names, layer.go_backwards, id(layer) in cut, id(layer) in writing))
    if not found:
        kinds = ", ".join(sorted({type(layer).__name__ for layer in model._flatten_layers(include_self=False)}))
        raise ValueError(f"`model` must hold a recurrence, such as `Recurrent`; its layers are {kinds or 'none'}.")
    return found


def _state_names(layer: Model) -> tuple[str, ...]:
    """The names of the states of a Keras layer outside of `Recurrent`."""
    for kind in CELLS.values():
        if type(layer) is kind.layer_class:
            return kind.states
    count = len(keras.tree.flatten(layer.cell.state_size))
    return ("h",) if count == 1 else tuple(f"state_{number}" for number in range(count))


@contextlib.contextmanager
def general(model: Model) -> Iterator[None]:
    """Within the block the Keras layers run the recurrences of a model: the memory of their gradient is linear in time,
    and their loop can be replaced."""
    stacks = [layer for layer in model._flatten_layers() if isinstance(layer, Recurrent)]
    before = [stack.implementation for stack in stacks]
    try:
        for stack in stacks:
            stack.implementation = "general"
        yield
    finally:
        for stack, implementation in zip(stacks, before, strict=True):
            stack.implementation = implementation


@contextlib.contextmanager
def observed(model: Model, tape: Any = None) -> Iterator[tuple[list[Place], dict[str, Record]]]:
    """Within the block, the recurrences of the model run step by step and are recorded.

    The cells and weights are those of the model, whichever implementation it normally uses.

    Args:
        model: keras.Model.
        tape: tf.GradientTape that watches the `taps` of the records, or None for records without taps.

    Yields:
        (places, records by the name of the place). The first call of the model in the block fills the records.

    Raises:
        ValueError: see `places`.
    """
    found = places(model)
    records: dict[str, Record] = {}
    layers = list(model._flatten_layers())
    by_layer = {id(place.layer): place for place in found}
    cuts = [layer for layer in layers if isinstance(layer, Segmented)]
    changed = [(cut, cut._run.__name__, _run_all(cut)) for cut in cuts]
    with contextlib.ExitStack() as stack:
        for layer in layers:
            if isinstance(layer, Recurrent):
                stack.enter_context(layer.run_by(_loop(layer, by_layer, records, tape)))
                for part in layer.recurrences.values():
                    del by_layer[id(part)]
        # The layers of Keras have no `run_by`.
        changed += [(place.layer, "inner_loop", _inner_loop(place, records, tape)) for place in by_layer.values()]
        try:
            for layer, name, method in changed:
                setattr(layer, name, method)
            yield found, records
        finally:
            for layer, name, _ in changed:
                layer.__dict__.pop(name, None)


def _run_all(cut: Segmented) -> Callable:
    """Runs all segments, including empty ones, so that their records can be concatenated."""
    return lambda steps, valid, training: cut.recurrence(steps, mask=valid, training=training)


def _loop(stack: Recurrent, by_layer: dict[int, Place], records: dict[str, Record], tape: Any) -> Callable:
    """The loop for `Recurrent.run_by`."""
    known = {name: by_layer[id(layer)] for name, layer in stack.recurrences.items()}

    def loop(name: str, inputs: Tensor, mask: Tensor | None, initial: list[Tensor], training: bool) -> Any:
        return _observe(known[name], inputs, mask, initial, training, records, tape)

    return loop


def _inner_loop(place: Place, records: dict[str, Record], tape: Any) -> Callable:
    """A replacement for the method `inner_loop` of `keras.layers.RNN`; outputs are in the order of computation."""

    def inner_loop(sequences, initial_state, mask=None, training=False):
        mask = keras.tree.flatten(mask)[0] if keras.tree.flatten(mask) else None
        given = keras.tree.flatten(initial_state)
        outputs, last = _observe(place, sequences, mask, given, training, records, tape)
        ordered = keras.ops.flip(outputs, axis=1) if place.backward else outputs
        return ordered[:, -1], ordered, last

    return inner_loop


def _observe(
    place: Place,
    inputs: Tensor,
    mask: Tensor | None,
    given: list[Tensor],
    training: bool,
    records: dict[str, Record],
    tape: Any,
) -> tuple[Tensor, list[Tensor]]:
    """Runs a cell step by step and records it; returns (outputs in the order of time, last states)."""
    import tensorflow as tf

    cell, dtype = place.layer.cell, place.layer.compute_dtype
    batch, time = tf.shape(inputs)[0], tf.shape(inputs)[1]
    valid = tf.ones((batch, time), "bool") if mask is None else tf.cast(mask, "bool")
    initial = [tf.ensure_shape(tf.cast(state, dtype), (None, state.shape[-1])) for state in given]
    taps = []
    if tape is not None:
        taps = [tf.zeros((time, batch, state.shape[-1]), state.dtype) for state in initial]
        tape.watch(taps)
    arrays = [
        tf.TensorArray(array.dtype, time, element_shape=array.shape[1:]).unstack(array)
        for array in (tf.transpose(inputs, (1, 0, 2)), tf.transpose(valid)[..., None], *taps)
    ]
    options = {"training": training} if cell._call_has_training_arg else {}

    def step(number, states, output, outputs, histories):
        t = time - 1 - number if place.backward else number
        x, is_valid, *added = (array.read(t) for array in arrays)
        new_output, new = cell(x, list(states), **options)
        new = keras.tree.flatten(new)
        same = [number for number, state in enumerate(new) if state is new_output]
        if added:
            new = [state + tap for state, tap in zip(new, added, strict=True)]
        if mask is not None:
            new = [tf.where(is_valid, after, old) for after, old in zip(new, states, strict=True)]
        if mask is not None and not same:
            new_output = tf.where(is_valid, new_output, output)
        output = new[same[0]] if same else new_output
        histories = [history.write(t, state) for history, state in zip(histories, new, strict=True)]
        return number + 1, new, output, outputs.write(t, output), histories

    width = cell.output_size if isinstance(cell.output_size, int) else initial[0].shape[-1]
    first = tf.ensure_shape(tf.zeros((batch, width), dtype), (inputs.shape[0], width))
    histories = [tf.TensorArray(state.dtype, time, element_shape=(None, state.shape[-1])) for state in initial]
    outputs = tf.TensorArray(dtype, time, element_shape=(None, width))
    _, last, _, outputs, histories = tf.while_loop(
        lambda number, *_: number < time,
        step,
        (0, initial, first, outputs, histories),
        maximum_iterations=time,
    )
    sequence = tf.transpose(outputs.stack(), (1, 0, 2))
    states = [tf.transpose(history.stack(), (1, 0, 2)) for history in histories]
    # If a layer runs twice, such as over the past and then one step ahead, the first run is recorded.
    records.setdefault(place.name, Record(inputs, valid, states, initial, taps, sequence))
    return sequence, last


def sizes(inputs: Any) -> tuple[int, int]:
    """(examples, steps) of the inputs of a model; one step if there is no time axis."""
    shape = keras.tree.flatten(inputs)[0].shape
    return shape[0], shape[1] if len(shape) > 1 else 1


def before_step(layer: Model, state: Tensor, initial: Tensor) -> Tensor:
    """A state before each step, <float>[batch, time, units], from its values after each step and the initial one."""
    import tensorflow as tf

    if layer.go_backwards:
        return tf.concat([state[:, 1:], initial[:, None]], axis=1)
    return tf.concat([initial[:, None], state[:, :-1]], axis=1)


def in_time(place: Place, array: np.ndarray, examples: int, time: int) -> np.ndarray:
    """An array of a record over the time of the whole sequence: segments are concatenated, and their padding is cut.

    Args:
        place: the recurrence.
        array: <any>[rows, steps, ...], in the order of time.
        examples: number of sequences in the batch.
        time: number of steps of a sequence.

    Returns:
        <any>[examples, time, ...].
    """
    return array.reshape(examples, -1, *array.shape[2:])[:, :time] if place.segmented else array
