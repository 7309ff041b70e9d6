"""Stream: a model that reads steps as they come."""

import contextlib
from pathlib import Path
from typing import Any

import keras
import numpy as np

from rnn_zoo.checks import one_of, positive_integer
from rnn_zoo.files import atomic_file
from rnn_zoo.layers.heads.tags import Tags
from rnn_zoo.layers.recurrent.recurrent import Recurrent
from rnn_zoo.types import Model

# The layers of Keras that treat each step by itself; a layer of this package says so in `per_step`.
_PER_STEP = (
    keras.layers.Activation,
    keras.layers.Add,
    keras.layers.Average,
    keras.layers.BatchNormalization,
    keras.layers.Concatenate,
    keras.layers.Dense,
    keras.layers.Dropout,
    keras.layers.Embedding,
    keras.layers.Identity,
    keras.layers.InputLayer,
    keras.layers.LayerNormalization,
    keras.layers.LeakyReLU,
    keras.layers.Masking,
    keras.layers.Multiply,
    keras.layers.ReLU,
    keras.layers.Rescaling,
    keras.layers.Softmax,
    keras.layers.SpatialDropout1D,
    keras.layers.Subtract,
    keras.layers.TimeDistributed,
)
# The operations of Keras that do; those of which fronts make their masks among them.
_ELEMENTWISE = {"Add", "Any", "Cast", "Divide", "LogicalAnd", "LogicalOr", "Multiply", "NotEqual", "Subtract"}


class Stream:
    """Feeds a model its steps as they come, the states in and out by name.

        (y_1 .. y_k), s_k = stream((x_1 .. x_k));  (y_(k+1) .. y_n), s_n = stream((x_(k+1) .. x_n), s_k)

    gives the y_1 .. y_n of one call of the model on x_1 .. x_n, in chunks of any length. The stream itself remembers
    nothing: one serves any number of sequences at once. It shares the weights of the model.

        stream = Stream(many_to_many(OneHot(28), Recurrent("gru", 32), Labels(1)))
        state = None
        for ids in chunks:                                   # <int>[batch, steps]
            answers, state = stream(ids, state)              # state: {"layer_0/forward/h": <float>[batch, 32]}
        stream.save("state.npz", state)

    Args:
        model: `keras.Model` of one input [batch, time, ...] and one output [batch, time, ...], as `many_to_many` builds
            it, that reads forwards: `Recurrent` layers and layers that treat each step by itself.

    Call arguments:
        inputs: [batch, steps, ...], the next steps, one at least. Where they are fewer in some rows, padded on the
            right as the front has it: the states of a row stay where its steps end.
        state: dict, name in `state_names` -> <float>[batch, units], as the call before returned it; names left out,
            or None: as the model starts.

    Returns:
        (<float>[batch, steps, ...], dict): the outputs, as NumPy, and the state after the last step.

    Raises:
        ValueError: the model cannot be read step by step, which names the layer and what to do; or `inputs` or `state`
            do not fit the model.

    Attributes:
        state_names: list of str, "layer_0/forward/h"; with several recurrences the name of each comes before.
    """

    def __init__(self, model: Model) -> None:
        self._recurrences = _recurrences(model)
        self._sizes = {
            prefix + name: recurrence.units[int(name.split("/")[0].removeprefix("layer_"))]
            for prefix, recurrence in self._recurrences.items()
            for name in recurrence.state_names
        }
        self.state_names = list(self._sizes)
        self._input_shape = model.inputs[0].shape
        self._model = _Steps(model, self._recurrences, self.state_names)
        self._model.run_eagerly = model.run_eagerly

    def start(self, batch: int = 1) -> dict[str, Any]:
        """The state before the first step: dict, name -> <float>[batch, units], as NumPy."""
        positive_integer("batch", batch)
        starts = self.compute_start(batch)
        return {name: keras.ops.convert_to_numpy(value) for name, value in starts.items()}

    def __call__(self, inputs: Any, state: Any = None) -> Any:
        inputs = np.asarray(inputs)
        expected = self._input_shape
        fits = inputs.ndim == len(expected) and all(
            size in (None, given) for size, given in zip(expected, inputs.shape, strict=True)
        )
        if not fits or not inputs.shape[0] or not inputs.shape[1]:
            raise ValueError(
                f"`inputs` must have the shape {_shape(expected)}, one row and one step at least, got "
                f"{_shape(inputs.shape)}."
            )
        states = self._checked(state or {}, len(inputs))
        if len(states) < len(self.state_names):
            states = {**self.start(len(inputs)), **states}
        outputs, *after = self._model.predict_on_batch([inputs, *(states[name] for name in self.state_names)])
        return outputs, dict(zip(self.state_names, after, strict=True))

    def compute(self, inputs: Any, state: Any) -> Any:
        """A call inside a graph: tensors in and out, nothing checked, every state given; arguments as of a call."""
        outputs, *after = self._model([inputs, *(state[name] for name in self.state_names)], training=False)
        return outputs, dict(zip(self.state_names, after, strict=True))

    def compute_start(self, batch: Any) -> dict[str, Any]:
        """`start` inside a graph, where `batch` may be a tensor: dict, name -> <float>[batch, units], a tensor."""
        return {name: _wide(value) for name, value in _starts(self._recurrences, batch).items()}

    def save(self, path: str | Path, state: Any) -> None:
        """Writes a state to `path` (.npz), atomically; ValueError where it is none of this model."""
        if set(state) != set(self.state_names):
            raise ValueError(f"`state` must hold {', '.join(self.state_names)}, got {', '.join(state) or 'nothing'}.")
        states = self._checked(state, len(next(iter(state.values()))))
        with atomic_file(path, "wb") as file:
            np.savez(file, **states)

    def load(self, path: str | Path) -> Any:
        """The state that `save` wrote; ValueError that names the file where it holds none of this model."""
        with open(path, "rb") as file:
            try:
                with np.load(file, allow_pickle=False) as saved:
                    state = {name: saved[name] for name in saved.files}
            except Exception as error:  # a file that is none, or cut off, fails in many ways
                raise ValueError(f"{path} does not hold a saved state: {error}") from error
        if set(state) != set(self.state_names):
            raise ValueError(
                f"{path} holds the state of another model: {', '.join(state) or 'nothing'}; this one has "
                f"{', '.join(self.state_names)}."
            )
        try:
            return self._checked(state, len(next(iter(state.values()))))
        except ValueError as error:
            raise ValueError(f"{path} holds the state of another model: {error}") from None

    def _checked(self, state, batch):
        checked = {}
        for name, value in state.items():
            one_of("state", name, self.state_names)
            value = np.asarray(value)
            if value.shape != (batch, self._sizes[name]):
                raise ValueError(
                    f"`state[{name!r}]` must have the shape {_shape((batch, self._sizes[name]))}, got "
                    f"{_shape(value.shape)}; give the state of the same rows."
                )
            checked[name] = value
        return checked


def _recurrences(model):
    """The recurrences of a model by the prefix of their states; ValueError where it cannot be read step by step."""
    if not isinstance(model, keras.Model) or not hasattr(model, "operations"):
        raise ValueError(f"`model` must be a functional `keras.Model`, as `many_to_many` builds it, got {model!r}.")
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise ValueError(
            f"`model` must have one input and one output, got {len(model.inputs)} "
            f"({', '.join(given.name for given in model.inputs)}) and {len(model.outputs)}; build it with "
            "`many_to_many` and a front of one input, such as `Tokens`."
        )
    found = []
    for layer in model.operations:
        if isinstance(layer, Recurrent):
            _check_forward(layer)
            found.append(layer)
        elif isinstance(layer, Tags) and layer.crf:
            raise ValueError(
                f"`model` cannot be read step by step: its layer {layer.name!r} has crf=True: its tags depend on the "
                "steps that come later, which a stream does not know; build it with crf=False."
            )
        elif not _is_per_step(layer):
            raise ValueError(
                f"`model` cannot be read step by step: its layer {layer.name!r}, {type(layer).__name__}, may read "
                "several steps at once. Use `Recurrent` for what remembers, `many_to_many` for an answer at every "
                "step, and set `per_step = True` in a class of your own that treats each step by itself."
            )
    if not found:
        raise ValueError("`model` has no `Recurrent` layer, and nothing to remember: call it on the steps themselves.")
    return {"" if len(found) == 1 else f"{layer.name}/": layer for layer in found}


def _is_per_step(layer):
    if isinstance(layer, keras.layers.Layer):
        return type(layer) in _PER_STEP or getattr(layer, "per_step", False)
    return type(layer).__name__ in _ELEMENTWISE


def _check_forward(layer):
    fixes = {
        "bidirectional": "it reads from the end, which a stream does not know; build it with bidirectional=False",
        "go_backwards": "it reads from the end, which a stream does not know; build it with go_backwards=False",
        "stateful": "a stream hands the states in and out itself; build it with stateful=False",
        "return_state": "a stream asks for the states itself; build it with return_state=False",
    }
    for option, fix in fixes.items():
        if getattr(layer, option):
            raise ValueError(f"`model` cannot be read step by step: its layer {layer.name!r} has {option}=True: {fix}.")
    if not layer.return_sequences:
        raise ValueError(
            f"`model` cannot be read step by step: its layer {layer.name!r} has return_sequences=False: it gives its "
            "last step alone; build it with return_sequences=True."
        )


class _Steps(keras.Model):
    """A model from [inputs, *states] to [outputs, *states]: another one, whose recurrences it gives their states."""

    def __init__(self, model: Model, recurrences: Any, state_names: Any) -> None:
        super().__init__(name="stream")
        self.model, self.recurrences, self.state_names = model, recurrences, state_names
        self.supports_jit = all(layer.supports_jit for layer in model.layers)

    def call(self, inputs: Any) -> list[Any]:
        states = dict(zip(self.state_names, inputs[1:], strict=True))
        with contextlib.ExitStack() as stack:
            for prefix, layer in self.recurrences.items():
                stack.enter_context(_carried(layer, prefix, states))
            outputs = self.model(inputs[0], training=False)
        return [outputs, *(_wide(states[name]) for name in self.state_names)]


@contextlib.contextmanager
def _carried(layer, prefix, states):
    """While a model is called, its recurrence `layer` starts with its part of `states` and leaves its last ones there.

    So the model runs as it is, whatever its layers; a copy of it would have its weights twice, or to share them.
    """

    def call(inputs, **options):
        given = {name: states[prefix + name] for name in layer.state_names}
        layer.return_state = True
        try:
            outputs, after = type(layer).call(layer, inputs, **{**options, "initial_state": given})
        finally:
            layer.return_state = False
        states.update({prefix + name: value for name, value in after.items()})
        return outputs

    layer.call = call
    try:
        yield
    finally:
        del layer.call


def _starts(recurrences, batch):
    """The states before the first step, as tensors: dict, name -> <float>[batch, units]."""
    starts = {}
    for prefix, layer in recurrences.items():
        for place, recurrence in layer.recurrences.items():
            names = [name for name in layer.state_names if name.startswith(f"{place}/")]
            values = recurrence.get_initial_state(batch)
            starts |= {prefix + name: value for name, value in zip(names, values, strict=True)}
    return starts


def _wide(value):
    """A tensor of at least 32 bits, which every file can hold."""
    return keras.ops.cast(value, keras.backend.result_type(value.dtype, "float32"))


def _shape(sizes):
    return "[" + ", ".join("any" if size is None else str(size) for size in sizes) + "]"
