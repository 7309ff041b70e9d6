"""Stream: stateful inference on a sequence that arrives in chunks."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from rnn_zoo.checks import one_of, positive_integer
from rnn_zoo.files import atomic_file
from rnn_zoo.files.reading import read_arrays
from rnn_zoo.layers.heads.tags import Tags
from rnn_zoo.layers.recurrent.recurrent import Recurrent
from rnn_zoo.types import Model, Tensor

# Keras layers that process each step independently; layers of this package have an attribute `per_step`.
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
# Keras operations that process each step independently, such as those that compute the masks of fronts.
_ELEMENTWISE = {"Add", "Any", "Cast", "Divide", "LogicalAnd", "LogicalOr", "Multiply", "NotEqual", "Subtract"}


class Stream:
    """Runs a model on a sequence chunk by chunk, with explicit states.

        (y_1 .. y_k), s_k = stream((x_1 .. x_k));  (y_(k+1) .. y_n), s_n = stream((x_(k+1) .. x_n), s_k)

    The outputs y_1 .. y_n equal those of one call of the model on x_1 .. x_n, whatever the lengths of the chunks. The
    states are arguments and return values, so one `Stream` serves any number of sequences. It shares the weights of the
    model.

        stream = Stream(many_to_many(OneHot(28), Recurrent("gru", 32), Labels(1)))
        state = None
        for ids in chunks:                                   # <int>[batch, steps]
            answers, state = stream(ids, state)              # state: {"layer_0/forward/h": <float>[batch, 32]}
        stream.save("state.npz", state)

    Args:
        model: functional `keras.Model` with one input [batch, time, ...] and one output [batch, time, ...], such as
            `many_to_many` builds: forward `Recurrent` layers, and layers that process each step independently.

    Call arguments:
        inputs: [batch, steps, ...], the next steps, at least one. Shorter rows are padded on the right with the padding
            of the front; padded steps leave the state of their row unchanged.
        state: dict, name in `state_names` -> <float>[batch, units], as returned by the previous call. Missing names
            have their initial value. Default None: the initial state.

    Returns:
        (<float>[batch, steps, ...], dict): the outputs, as NumPy, and the state after the last step.

    Raises:
        ValueError: a layer of the model needs several steps at once; or `inputs` or `state` do not match the model.

    Attributes:
        state_names: list of str, such as "layer_0/forward/h", prefixed with the layer's name if the model has several
            `Recurrent` layers.
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

    def start(self, batch: int = 1) -> dict[str, Tensor]:
        """Returns the initial state: dict, name -> <float>[batch, units], as NumPy."""
        positive_integer("batch", batch)
        initial = self.compute_start(batch)
        return {name: keras.ops.convert_to_numpy(value) for name, value in initial.items()}

    def __call__(self, inputs: Tensor, state: Mapping[str, Tensor] | None = None) -> tuple[Tensor, dict[str, Tensor]]:
        inputs = np.asarray(inputs)
        expected = self._input_shape
        fits = inputs.ndim == len(expected) and all(
            size in (None, given) for size, given in zip(expected, inputs.shape, strict=True)
        )
        if not fits or not inputs.shape[0] or not inputs.shape[1]:
            raise ValueError(
                f"`inputs` must have the shape {_shape(expected)}, with at least one row and one step, got "
                f"{_shape(inputs.shape)}."
            )
        states = self._checked(state or {}, len(inputs))
        if len(states) < len(self.state_names):
            states = {**self.start(len(inputs)), **states}
        outputs, *new = self._model.predict_on_batch([inputs, *(states[name] for name in self.state_names)])
        return outputs, dict(zip(self.state_names, new, strict=True))

    def compute(self, inputs: Tensor, state: Mapping[str, Tensor]) -> tuple[Tensor, dict[str, Tensor]]:
        """Like a call, but inside a graph: takes and returns tensors, without checks; requires every state."""
        outputs, *new = self._model([inputs, *(state[name] for name in self.state_names)], training=False)
        return outputs, dict(zip(self.state_names, new, strict=True))

    def compute_start(self, batch: int | Tensor) -> dict[str, Tensor]:
        """Like `start`, but inside a graph: returns tensors; `batch` may be a tensor."""
        initial = _initial_states(self._recurrences, batch)
        return {name: _at_least_float32(value) for name, value in initial.items()}

    def save(self, path: str | Path, state: Mapping[str, Tensor]) -> None:
        """Writes a state to an .npz file, atomically; ValueError if it does not match the model."""
        if set(state) != set(self.state_names):
            raise ValueError(
                f"`state` must contain {', '.join(self.state_names)}, got {', '.join(state) or 'nothing'}."
            )
        states = self._checked(state, len(next(iter(state.values()))))
        with atomic_file(path, "wb") as file:
            np.savez(file, **states)

    def load(self, path: str | Path) -> dict[str, Tensor]:
        """Reads a state that `save` wrote; ValueError if the file is damaged or does not match the model."""
        state = read_arrays(path, [], "states")
        if set(state) != set(self.state_names):
            raise ValueError(
                f"{path} is the state of another model: it contains {', '.join(state) or 'nothing'}; this model has "
                f"{', '.join(self.state_names)}."
            )
        try:
            return self._checked(state, len(next(iter(state.values()))))
        except ValueError as error:
            raise ValueError(f"{path} is the state of another model: {error}") from None

    def _checked(self, state: Mapping[str, Tensor], batch: int) -> dict[str, Tensor]:
        checked = {}
        for name, value in state.items():
            one_of("state", name, self.state_names)
            value = np.asarray(value)
            if value.shape != (batch, self._sizes[name]):
                raise ValueError(
                    f"`state[{name!r}]` must have the shape {_shape((batch, self._sizes[name]))}, got "
                    f"{_shape(value.shape)}; pass the state of the same rows."
                )
            checked[name] = value
        return checked


def _recurrences(model: Model) -> dict[str, Recurrent]:
    """The `Recurrent` layers by the prefix of their states; ValueError if the model cannot process steps one by one."""
    if not isinstance(model, keras.Model) or not hasattr(model, "operations"):
        raise ValueError(f"`model` must be a functional `keras.Model`, such as `many_to_many` builds, got {model!r}.")
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise ValueError(
            f"`model` must have one input and one output, got {len(model.inputs)} "
            f"({', '.join(each.name for each in model.inputs)}) and {len(model.outputs)}; build it with "
            "`many_to_many` and a front of one input, such as `Tokens`."
        )
    recurrences = []
    for layer in model.operations:
        if isinstance(layer, Recurrent):
            _check_forward(layer)
            recurrences.append(layer)
        elif isinstance(layer, Tags) and layer.crf:
            raise ValueError(
                f"`model` cannot process steps one by one: its layer {layer.name!r} has crf=True: its tags depend on "
                "later steps, which a stream does not have; build it with crf=False."
            )
        elif not _is_per_step(layer):
            raise ValueError(
                f"`model` cannot process steps one by one: its layer {layer.name!r}, {type(layer).__name__}, may need "
                "several steps at once. Use `Recurrent` for the recurrence and `many_to_many` for a prediction at each "
                "step; set `per_step = True` in your own layers that process each step independently."
            )
    if not recurrences:
        raise ValueError("`model` has no `Recurrent` layer, so it has no state; call the model itself on each chunk.")
    return {"" if len(recurrences) == 1 else f"{layer.name}/": layer for layer in recurrences}


def _is_per_step(layer: Model) -> bool:
    if isinstance(layer, keras.layers.Layer):
        return type(layer) in _PER_STEP or getattr(layer, "per_step", False)
    return type(layer).__name__ in _ELEMENTWISE


def _check_forward(layer: Recurrent) -> None:
    fixes = {
        "bidirectional": "it needs the end of the sequence first; build it with bidirectional=False",
        "go_backwards": "it needs the end of the sequence first; build it with go_backwards=False",
        "stateful": "a stream passes the states explicitly; build it with stateful=False",
        "return_state": "a stream requests the states itself; build it with return_state=False",
    }
    for option, fix in fixes.items():
        if getattr(layer, option):
            raise ValueError(
                f"`model` cannot process steps one by one: its layer {layer.name!r} has {option}=True: {fix}."
            )
    if not layer.return_sequences:
        raise ValueError(
            f"`model` cannot process steps one by one: its layer {layer.name!r} has return_sequences=False, so it "
            "returns only its last step; build it with return_sequences=True."
        )


class _Steps(keras.Model):
    """Wraps a model so that it maps [inputs, *states] to [outputs, *new states]."""

    def __init__(self, model: Model, recurrences: Mapping[str, Recurrent], state_names: Sequence[str]) -> None:
        super().__init__(name="stream")
        self.model, self.recurrences, self.state_names = model, recurrences, state_names
        self.supports_jit = all(layer.supports_jit for layer in model.layers)

    def call(self, inputs: Sequence[Tensor]) -> list[Tensor]:
        states = dict(zip(self.state_names, inputs[1:], strict=True))
        with contextlib.ExitStack() as stack:
            for prefix, layer in self.recurrences.items():
                stack.enter_context(_explicit_state(layer, prefix, states))
            outputs = self.model(inputs[0], training=False)
        return [outputs, *(_at_least_float32(states[name]) for name in self.state_names)]


@contextlib.contextmanager
def _explicit_state(layer: Model, prefix: str, states: dict[str, Tensor]) -> Iterator[None]:
    """Within the context, calls of `layer` start from its entries of `states` and replace them by its last states.

    It replaces the layer's `call`, so that the functional model runs unchanged and no copy of its weights is needed.
    """

    def call(inputs: Tensor, **options: Any) -> Tensor:
        initial = {name: states[prefix + name] for name in layer.state_names}
        layer.return_state = True
        try:
            outputs, last = type(layer).call(layer, inputs, **{**options, "initial_state": initial})
        finally:
            layer.return_state = False
        states.update({prefix + name: value for name, value in last.items()})
        return outputs

    layer.call = call
    try:
        yield
    finally:
        del layer.call


def _initial_states(recurrences: Mapping[str, Recurrent], batch: int | Tensor) -> dict[str, Tensor]:
    """The initial states, as tensors: dict, name -> <float>[batch, units]."""
    initial = {}
    for prefix, layer in recurrences.items():
        for place, recurrence in layer.recurrences.items():
            names = [name for name in layer.state_names if name.startswith(f"{place}/")]
            values = recurrence.get_initial_state(batch)
            initial |= {prefix + name: value for name, value in zip(names, values, strict=True)}
    return initial


def _at_least_float32(value: Tensor) -> Tensor:
    """Casts bfloat16 and float16 to float32, because .npz files have no bfloat16."""
    return keras.ops.cast(value, keras.backend.result_type(value.dtype, "float32"))


def _shape(sizes: Sequence[int | None]) -> str:
    return "[" + ", ".join("any" if size is None else str(size) for size in sizes) + "]"
