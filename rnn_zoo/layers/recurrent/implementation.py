"""Choice of the implementation that runs a recurrence over time: Keras layer, own loops, graph, or cuDNN."""

import contextlib
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import keras
from keras import ops

from rnn_zoo import bptt
from rnn_zoo.bptt.gru import GRU
from rnn_zoo.bptt.lstm import LSTM
from rnn_zoo.bptt.vanilla import ACTIVATIONS, Vanilla
from rnn_zoo.cells import VanillaRNN
from rnn_zoo.cells.vanilla_cudnn import cudnn_or_general, cudnn_refusal, cudnn_takes
from rnn_zoo.layers.recurrent.inference_loop import inference_loop
from rnn_zoo.layers.recurrent.torch_loop import torch_loop
from rnn_zoo.types import Model, Tensor

IMPLEMENTATIONS = ("auto", "general", "fused", "graph", "cudnn", "torch")


def fused_cell(layer: Model) -> Any:
    """The cell of `rnn_zoo.bptt` equivalent to a layer, or the reason (str) why there is none.

    Args:
        layer: `VanillaRNN`, `keras.layers.LSTM` or `keras.layers.GRU`; other layers have none.
    """
    for refusal in (_unsupported_kind(layer), _unsupported_option(layer)):
        if refusal:
            return refusal
    if type(layer) is VanillaRNN:
        return Vanilla(_name(layer.activation))
    return LSTM() if type(layer) is keras.layers.LSTM else GRU()


def _unsupported_kind(layer):
    if type(layer) is VanillaRNN:
        if _name(layer.activation) not in ACTIVATIONS:
            return f"it supports only the activations {', '.join(ACTIVATIONS)}"
    elif type(layer) not in (keras.layers.LSTM, keras.layers.GRU):
        return "it supports only the cells 'vanilla', 'lstm' and 'gru'"
    elif (_name(layer.activation), _name(layer.recurrent_activation)) != ("tanh", "sigmoid"):
        return "it supports only the activation tanh with sigmoid gates"
    elif not getattr(layer, "reset_after", True):
        return "it supports the GRU only with `reset_after=True`"
    return None


def _unsupported_option(layer):
    for option in ("recurrent_dropout", "stateful", "unroll", "activity_regularizer"):
        if getattr(layer, option, None):
            return f"it does not support `{option}`"
    return None


def _name(activation):
    """Name of a Keras activation that the loops support; None for other functions, even with the same name."""
    for name in ACTIVATIONS:
        if activation in (getattr(keras.activations, name), getattr(ops, name, None)):
            return name
    return None


def check_implementation(implementation: str, truncate: int | None, checkpoint: int | None, layer: Model) -> None:
    """Checks that the arguments of `Recurrent` can run a layer, before it is built.

    Raises:
        ValueError: names the argument and the fix.
    """
    refusal = fused_cell(layer)
    if implementation == "cudnn":
        reason = cudnn_refusal(layer) if type(layer) is VanillaRNN else _unsupported_on_cudnn(layer, refusal)
        if reason:
            raise ValueError(reason)
    backend = keras.backend.backend()
    for name, needed, title in (("graph", "tensorflow", "TensorFlow"), ("torch", "torch", "PyTorch")):
        if implementation == name and backend != needed:
            raise ValueError(
                f"`implementation` {name!r} needs the {title} backend, got {backend!r}; use 'auto' or 'general'."
            )
    if implementation == "torch" and not _torch_kind(refusal):
        reason = refusal if isinstance(refusal, str) else "it supports only the activations tanh, relu"
        raise ValueError(f"`implementation` 'torch' cannot run this cell: {reason}; use 'auto' or 'general'.")
    if not isinstance(refusal, str):
        if implementation not in ("auto", "fused") and (truncate or checkpoint):
            name = "truncate" if truncate else "checkpoint"
            raise ValueError(
                f"`{name}` needs the loops of `implementation` 'fused', got {implementation!r}; use 'auto'."
            )
        return
    if implementation in ("fused", "graph"):
        raise ValueError(
            f"`implementation` {implementation!r} cannot run this cell: {refusal}; use 'auto' or 'general'."
        )
    for name, value in (("truncate", truncate), ("checkpoint", checkpoint)):
        if value:
            raise ValueError(
                f"`{name}` needs the loops of `implementation` 'fused', which {refusal[3:]}; leave it None."
            )


def choose(recurrent: Model, layer: Model, training: bool | None) -> tuple[str, Any]:
    """Chooses the implementation for one call of one layer; see `Recurrent` for the rules.

    Args:
        recurrent: the `Recurrent` layer.
        layer: one of its `recurrences`.
        training: whether the call is for training.

    Returns:
        (one of `IMPLEMENTATIONS` except "auto", the layer's `fused_cell`).
    """
    cell = fused_cell(layer)
    if recurrent.implementation != "auto":
        return recurrent.implementation, cell
    if isinstance(cell, str):
        return "general", cell
    if training and (recurrent.truncate or recurrent.checkpoint):
        return "fused", cell
    if keras.backend.backend() == "torch" and _torch_kind(cell):
        return "torch", cell
    if on_gpu():
        return "general" if isinstance(cell, Vanilla) or not layer.use_bias else "cudnn", cell
    if training:
        return "fused", cell
    return "graph" if keras.backend.backend() == "tensorflow" else "general", cell


@contextlib.contextmanager
def portable(model: Model) -> Iterator[None]:
    """Within the block, the recurrences of a model run portably on any CPU, for tracing an export."""
    layers = [layer for layer in model._flatten_layers() if hasattr(layer, "recurrences")]
    before = [layer.implementation for layer in layers]
    for layer in layers:
        supported = not any(isinstance(fused_cell(part), str) for part in layer.recurrences.values())
        layer.implementation = "graph" if supported else "general"
    try:
        yield
    finally:
        for layer, implementation in zip(layers, before, strict=True):
            layer.implementation = implementation


def implementation_here(saved: str) -> str:
    """The implementation of a saved layer, or "auto", with a warning, where this machine cannot run that one."""
    backend = keras.backend.backend()
    missing = {
        "cudnn": None if on_gpu() else "TensorFlow sees no GPU here",
        "graph": None if backend == "tensorflow" else f"the backend here is {backend!r}",
        "torch": None if backend == "torch" else f"the backend here is {backend!r}",
    }.get(saved)
    if missing is None:
        return saved
    warnings.warn(f"A layer was saved with `implementation` {saved!r}, but {missing}: it runs as 'auto'.", stacklevel=4)
    return "auto"


def on_gpu() -> bool:
    """Whether TensorFlow has a GPU."""
    if keras.backend.backend() != "tensorflow":
        return False
    import tensorflow as tf

    return bool(tf.config.list_logical_devices("GPU"))


def _unsupported_on_cudnn(layer, refusal):
    """Reason why a Keras LSTM or GRU cannot run on cuDNN here, or None."""
    if isinstance(refusal, str):
        return f"`implementation` 'cudnn' cannot run this cell: {refusal}; use 'auto' or 'general'."
    if not on_gpu():
        return "`implementation` 'cudnn' needs a GPU visible to TensorFlow, but found none; use 'auto' or 'general'."
    return None if layer.use_bias else "`implementation` 'cudnn' needs `use_bias=True`; use 'auto' or 'general'."


def run_fused(
    layer: Model,
    cell: Any,
    inputs: Tensor,
    mask: Tensor | None,
    initial: Sequence[Tensor] | None,
    training: bool | None,
    *,
    sequences: bool,
    truncate: int | None,
    checkpoint: int | None,
) -> tuple[Tensor | None, list[Tensor]]:
    """Runs one layer in one direction with `rnn_zoo.bptt.recurrence` -> (outputs or None, last states).

    Args:
        layer: the Keras layer, which has the weights, the dropout and the direction.
        cell: its `fused_cell`.
        inputs: <float>[batch, time, features].
        mask: <bool>[batch, time] or None.
        initial: list of <float>[batch, units], or None: the initial states of the layer.
        training: whether dropout is on.
        sequences, truncate, checkpoint: see `rnn_zoo.bptt.recurrence`.
    """
    inputs, initial = _apply_dropout(layer, inputs, training), _initial_states(layer, inputs, initial)
    bias, recurrent_bias = layer.cell.bias, None
    if bias is not None and isinstance(cell, GRU):
        bias, recurrent_bias = bias[0], bias[1]
    return bptt.recurrence(
        cell,
        inputs,
        layer.cell.kernel,
        layer.cell.recurrent_kernel,
        bias,
        initial,
        recurrent_bias=recurrent_bias,
        mask=mask,
        reverse=layer.go_backwards,
        sequences=sequences,
        truncate=truncate,
        checkpoint=checkpoint,
    )


def run_graph(
    layer: Model,
    cell: Any,
    inputs: Tensor,
    mask: Tensor | None,
    initial: Sequence[Tensor] | None,
    training: bool | None,
) -> tuple[Tensor, list[Tensor]]:
    """Runs one layer in one direction with `inference_loop` -> (outputs, last states)."""
    inputs, initial = _apply_dropout(layer, inputs, training), _initial_states(layer, inputs, initial)
    weights = (layer.cell.kernel, layer.cell.recurrent_kernel, layer.cell.bias)
    kind = type(cell).__name__.lower()
    options = {"reverse": layer.go_backwards, "activation": layer.activation}
    return inference_loop(kind, inputs, mask, initial, weights, **options)


def run_torch(
    layer: Model,
    cell: Any,
    inputs: Tensor,
    mask: Tensor | None,
    initial: Sequence[Tensor] | None,
    training: bool | None,
) -> tuple[Tensor, list[Tensor]]:
    """Runs one layer in one direction with `torch_loop` -> (outputs, last states)."""
    inputs, initial = _apply_dropout(layer, inputs, training), _initial_states(layer, inputs, initial)
    weights = (layer.cell.kernel, layer.cell.recurrent_kernel, layer.cell.bias)
    return torch_loop(_torch_kind(cell), inputs, mask, initial, weights, reverse=layer.go_backwards)


def _torch_kind(cell):
    """The name by which `torch_loop` knows a `fused_cell`; None for what it does not run."""
    if isinstance(cell, Vanilla):
        return cell.activation if cell.activation in ("tanh", "relu") else None
    return {LSTM: "lstm", GRU: "gru"}.get(type(cell))


def run_cudnn(
    layer: Model, inputs: Tensor, mask: Tensor | None, initial: Sequence[Tensor] | None, training: bool | None
) -> tuple[Tensor, list[Tensor]]:
    """Runs one layer in one direction on cuDNN, or by Keras for batches that cuDNN cannot run; as `run_graph`."""
    import tensorflow as tf

    inputs, initial = _apply_dropout(layer, inputs, training), _initial_states(layer, inputs, initial)

    def general():
        outputs, *last = layer(
            inputs, mask=mask, initial_state=initial, training=False
        )  # dropout is already applied to the inputs
        return ops.flip(outputs, axis=1) if layer.go_backwards else outputs, *last

    def on_cudnn():
        layer.use_cudnn = True
        try:
            return general()
        finally:
            layer.use_cudnn = False

    if type(layer) is VanillaRNN:
        cell = layer.cell
        outputs, *last = cudnn_or_general(
            general,
            inputs,
            initial[0],
            cell.kernel,
            cell.recurrent_kernel,
            cell.bias,
            activation=layer.activation,
            mask=mask,
            go_backwards=layer.go_backwards,
        )
    else:
        outputs, *last = tf.cond(cudnn_takes(inputs, mask), on_cudnn, general)
    return outputs, last


def _apply_dropout(layer, inputs, training):
    """Applies the input dropout of the layer in training: one mask for all steps."""
    if not training or not layer.cell.dropout:
        return inputs
    inputs = inputs * ops.expand_dims(layer.cell.get_dropout_mask(inputs[:, 0]), 1)
    layer.cell.reset_dropout_mask()
    return inputs


def _initial_states(layer, inputs, initial):
    """The given initial states, or those of the layer."""
    if initial is None:
        initial = layer.get_initial_state(ops.shape(inputs)[0])
    return [ops.cast(state, inputs.dtype) for state in initial]
