"""observed: a model whose recurrences tell what goes on at each step, for as long as a block of code runs."""

import contextlib
import dataclasses

import keras

from rnn_zoo.layers import CELLS, Recurrent, Segmented
from rnn_zoo.layers.decoder import Decoder
from rnn_zoo.layers.encoder import Encoder

# A graph of so few steps takes longer to make than they take without one.
EAGER_STEPS = 64


@dataclasses.dataclass(frozen=True)
class Place:
    """One recurrence of a model: one layer of a stack, in one direction.

    Attributes:
        name: str, "layer_0/forward"; where the model has several `Recurrent`, with the name of its own before it, or
            "source" and "decoder" of a network that writes; for a Keras layer that stands in the model itself, the
            layer's name.
        layer: keras.layers.RNN.
        states: tuple of str, the names of its states, "layer_0/forward/h".
        backward: bool, whether it reads from the last step to the first.
        segmented: bool, whether it reads the segments of a sequence side by side.
    """

    name: str
    layer: keras.layers.RNN
    states: tuple[str, ...]
    backward: bool
    segmented: bool


@dataclasses.dataclass
class Record:
    """What one recurrence did in one call; <tensor>, in the order of time, with the batch first.

    Attributes:
        inputs: <float>[batch, time, features], x_t.
        valid: <bool>[batch, time], False at padding.
        states: list of <float>[batch, time, units], each state after each step.
        initial: list of <float>[batch, units], each state before the first step that is read.
        taps: list of <float>[time, batch, units], zeros added to each state after each step: the gradient with
            respect to them is that with respect to the states.
        outputs: <float>[batch, time, width], y_t.
    """

    inputs: object
    valid: object
    states: list
    initial: list
    taps: list
    outputs: object


def places(model):
    """The recurrences of a model, in the order in which it holds them.

    Args:
        model: keras.Model or keras.layers.Layer.

    Returns:
        list of Place.

    Raises:
        ValueError: there is none, or the backend is not TensorFlow.
    """
    if keras.backend.backend() != "tensorflow":
        raise ValueError(f"Inspection needs the TensorFlow backend, and this is {keras.backend.backend()!r}.")
    layers = list(model._flatten_layers())
    stacks = [layer for layer in layers if isinstance(layer, Recurrent)]
    cut = {id(part) for layer in layers if isinstance(layer, Segmented) for part in layer._flatten_layers()}
    owners = {id(part.recurrence): part.name for part in layers if isinstance(part, (Encoder, Decoder))}
    known = {}
    for stack in stacks:
        prefix = f"{owners.get(id(stack), stack.name)}/" if len(stacks) > 1 else ""
        for name, layer in stack.recurrences.items():
            known[id(layer)] = f"{prefix}{name}", CELLS[stack.cell].states
    found = []
    # Those of a `Recurrent` in its order, forward before backward.
    ordered = [layer for stack in stacks for layer in stack.recurrences.values()]
    others = [layer for layer in layers if isinstance(layer, keras.layers.RNN) and id(layer) not in known]
    for layer in [*ordered, *others]:
        name, states = known.get(id(layer), (layer.name, _state_names(layer)))
        names = tuple(f"{name}/{state}" for state in states)
        found.append(Place(name, layer, names, layer.go_backwards, id(layer) in cut))
    if not found:
        kinds = ", ".join(sorted({type(layer).__name__ for layer in model._flatten_layers(include_self=False)}))
        raise ValueError(
            f"`model` must hold a recurrence, such as `Recurrent`, and holds none; its layers are {kinds or 'none'}."
        )
    return found


def _state_names(layer):
    """The names of the states of a Keras layer outside of `Recurrent`."""
    for kind in CELLS.values():
        if type(layer) is kind.layer_class:
            return kind.states
    count = len(keras.tree.flatten(layer.cell.state_size))
    return ("h",) if count == 1 else tuple(f"state_{number}" for number in range(count))


@contextlib.contextmanager
def general(model):
    """Within the block the Keras layers run the recurrences of a model, whose loop can be taken over and whose gradient
    takes memory in proportion to time."""
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
def observed(model, tape=None):
    """Within the block, calls of the model run its recurrences step by step and leave a record of each.

    The cells and their weights are the model's own; which implementation runs them otherwise does not matter.

    Args:
        model: keras.Model.
        tape: tf.GradientTape or None: to watch the zeros that are added for gradients to be taken of.

    Yields:
        (list of Place, dict of place's name -> Record, which the first call in the block fills).

    Raises:
        ValueError: as of `places`.
    """
    found, records = places(model), {}
    layers = list(model._flatten_layers())
    by_layer = {id(place.layer): place for place in found}
    cuts = [layer for layer in layers if isinstance(layer, Segmented)]
    changed = [(cut, "_read", _read_all(cut)) for cut in cuts]
    with contextlib.ExitStack() as stack:
        for layer in layers:
            if isinstance(layer, Recurrent):
                stack.enter_context(layer.run_by(_loop(layer, by_layer, records, tape)))
                for part in layer.recurrences.values():
                    del by_layer[id(part)]
        # Keras's own layers have no such way in.
        changed += [(place.layer, "inner_loop", _inner_loop(place, records, tape)) for place in by_layer.values()]
        try:
            for layer, name, method in changed:
                setattr(layer, name, method)
            yield found, records
        finally:
            for layer, name, _ in changed:
                layer.__dict__.pop(name, None)


def _read_all(cut):
    """Reads all segments, the empty ones too, so that their records can be put together again."""
    return lambda steps, valid, training: cut.recurrence(steps, mask=valid, training=training)


def _loop(stack, by_layer, records, tape):
    """The loop that `Recurrent.run_by` takes."""
    known = {name: by_layer[id(layer)] for name, layer in stack.recurrences.items()}

    def loop(name, inputs, mask, initial, training):
        return _observe(known[name], inputs, mask, initial, training, records, tape)

    return loop


def _inner_loop(place, records, tape):
    """The method `inner_loop` of `keras.layers.RNN`, whose outputs stand in the order of reading."""

    def inner_loop(sequences, initial_state, mask=None, training=False):
        mask = keras.tree.flatten(mask)[0] if keras.tree.flatten(mask) else None
        given = keras.tree.flatten(initial_state)
        outputs, last = _observe(place, sequences, mask, given, training, records, tape)
        read = keras.ops.flip(outputs, axis=1) if place.backward else outputs
        return read[:, -1], read, last

    return inner_loop


def _observe(place, inputs, mask, given, training, records, tape):
    """Runs a cell step by step and records it -> (outputs in the order of time, last states)."""
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
    # Of a layer that runs twice, such as over a past and then over a step ahead, the first run.
    records.setdefault(place.name, Record(inputs, valid, states, initial, taps, sequence))
    return sequence, last


def sizes(inputs):
    """(examples, steps) of what a model takes; a single step where there is no axis of time."""
    shape = keras.tree.flatten(inputs)[0].shape
    return shape[0], shape[1] if len(shape) > 1 else 1


def before_step(layer, state, initial):
    """A state before each step, <float>[batch, time, units], from that after each and the initial one."""
    import tensorflow as tf

    if layer.go_backwards:
        return tf.concat([state[:, 1:], initial[:, None]], axis=1)
    return tf.concat([initial[:, None], state[:, :-1]], axis=1)


def in_time(place, array, examples, time):
    """An array of a record in the time of the whole sequence: segments one after another, without what fills the last.

    Args:
        place: Place.
        array: <any>[rows, steps, ...], in the order of time.
        examples: int, the sequences of the batch.
        time: int, the steps of a sequence.

    Returns:
        <any>[examples, time, ...].
    """
    return array.reshape(examples, -1, *array.shape[2:])[:, :time] if place.segmented else array
