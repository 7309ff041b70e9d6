"""Which code runs a recurrence over time: the Keras layer, loops of our own, or cuDNN."""

import contextlib

import keras
from keras import ops

from rnn_zoo import bptt
from rnn_zoo.bptt.gru import GRU
from rnn_zoo.bptt.lstm import LSTM
from rnn_zoo.bptt.vanilla import ACTIVATIONS, Vanilla
from rnn_zoo.cells import VanillaRNN
from rnn_zoo.cells.vanilla_cudnn import cudnn_or_general, cudnn_refusal, cudnn_takes
from rnn_zoo.layers.inference_loop import inference_loop

IMPLEMENTATIONS = ("auto", "general", "fused", "graph", "cudnn")


def fused_cell(layer):
    """The cell of `rnn_zoo.bptt` that computes what a layer computes, or the reason, a str, why there is none.

    Args:
        layer: `VanillaRNN`, `keras.layers.LSTM`, `keras.layers.GRU`, or another, for which there is none.
    """
    for refusal in (_refusal_of_kind(layer), _refusal_of_options(layer)):
        if refusal:
            return refusal
    if type(layer) is VanillaRNN:
        return Vanilla(_name(layer.activation))
    return LSTM() if type(layer) is keras.layers.LSTM else GRU()


def _refusal_of_kind(layer):
    if type(layer) is VanillaRNN:
        if _name(layer.activation) not in ACTIVATIONS:
            return f"it knows the activations {', '.join(ACTIVATIONS)} alone"
    elif type(layer) not in (keras.layers.LSTM, keras.layers.GRU):
        return "it knows the cells 'vanilla', 'lstm' and 'gru' alone"
    elif (_name(layer.activation), _name(layer.recurrent_activation)) != ("tanh", "sigmoid"):
        return "it knows the activations tanh and sigmoid of the gates alone"
    elif not getattr(layer, "reset_after", True):
        return "it knows the GRU with `reset_after=True` alone"
    return None


def _refusal_of_options(layer):
    for option in ("recurrent_dropout", "stateful", "unroll", "activity_regularizer"):
        if getattr(layer, option, None):
            return f"it has no `{option}`"
    return None


def _name(activation):
    """The name of an activation of Keras's that the loops know; None for any other function, whatever it is called."""
    for name in ACTIVATIONS:
        if activation in (getattr(keras.activations, name), getattr(ops, name, None)):
            return name
    return None


def check_implementation(implementation, truncate, checkpoint, layer):
    """ValueError where what was asked for cannot run a layer; raised before anything is built."""
    refusal = fused_cell(layer)
    if implementation == "cudnn":
        reason = cudnn_refusal(layer) if type(layer) is VanillaRNN else _gated_refusal(layer, refusal)
        if reason:
            raise ValueError(reason)
    backend = keras.backend.backend()
    if implementation == "graph" and backend != "tensorflow":
        raise ValueError(
            f"`implementation` 'graph' needs the TensorFlow backend, and this is {backend!r}; use 'auto' or 'general'."
        )
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


def choose(recurrent, layer, training):
    """The implementation for one call of one layer, by the rule in the docstring of `Recurrent`.

    Args:
        recurrent: Recurrent.
        layer: one of its `recurrences`.
        training: bool.

    Returns:
        (one of `IMPLEMENTATIONS` but "auto", the layer's `fused_cell`).
    """
    cell = fused_cell(layer)
    if recurrent.implementation != "auto":
        return recurrent.implementation, cell
    if isinstance(cell, str):
        return "general", cell
    if training and (recurrent.truncate or recurrent.checkpoint):
        return "fused", cell
    if on_gpu():
        return "general" if isinstance(cell, Vanilla) or not layer.use_bias else "cudnn", cell
    if training:
        return "fused", cell
    return "graph" if keras.backend.backend() == "tensorflow" else "general", cell


@contextlib.contextmanager
def portable(model):
    """For as long as a model is traced for export, its recurrences are what any CPU runs, whatever runs them here."""
    layers = [layer for layer in model._flatten_layers() if hasattr(layer, "recurrences")]
    before = [layer.implementation for layer in layers]
    for layer in layers:
        known = not any(isinstance(fused_cell(part), str) for part in layer.recurrences.values())
        layer.implementation = "graph" if known else "general"
    try:
        yield
    finally:
        for layer, implementation in zip(layers, before, strict=True):
            layer.implementation = implementation


def on_gpu():
    """bool, whether TensorFlow has a GPU to run on."""
    if keras.backend.backend() != "tensorflow":
        return False
    import tensorflow as tf

    return bool(tf.config.list_logical_devices("GPU"))


def _gated_refusal(layer, refusal):
    """Why Keras's LSTM or GRU cannot run on cuDNN here, or None."""
    if isinstance(refusal, str):
        return f"`implementation` 'cudnn' cannot run this cell: {refusal}; use 'auto' or 'general'."
    if not on_gpu():
        return "`implementation` 'cudnn' needs a GPU that TensorFlow sees, and there is none; use 'auto' or 'general'."
    return None if layer.use_bias else "`implementation` 'cudnn' needs `use_bias=True`; use 'auto' or 'general'."


def run_fused(layer, cell, inputs, mask, initial, training, *, sequences, truncate, checkpoint):
    """One layer in one direction by `rnn_zoo.bptt.recurrence` -> (outputs or None, last states).

    Args:
        layer: the Keras layer, for its weights, its dropout and its direction.
        cell: its `fused_cell`.
        inputs: <float>[batch, time, features].
        mask: <bool>[batch, time] or None.
        initial: list of <float>[batch, units], or None: as the layer starts.
        training: bool, whether to drop.
        sequences, truncate, checkpoint: as of `recurrence`.
    """
    inputs, initial = _dropped(layer, inputs, training), _starts(layer, inputs, initial)
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


def run_graph(layer, cell, inputs, mask, initial, training):
    """One layer in one direction by `inference_loop` -> (outputs, last states)."""
    inputs, initial = _dropped(layer, inputs, training), _starts(layer, inputs, initial)
    weights = (layer.cell.kernel, layer.cell.recurrent_kernel, layer.cell.bias)
    kind = type(cell).__name__.lower()
    options = {"reverse": layer.go_backwards, "activation": layer.activation}
    return inference_loop(kind, inputs, mask, initial, weights, **options)


def run_cudnn(layer, inputs, mask, initial, training):
    """One layer in one direction by cuDNN, or by itself for a batch that cuDNN refuses -> (outputs, last states)."""
    import tensorflow as tf

    inputs, initial = _dropped(layer, inputs, training), _starts(layer, inputs, initial)

    def general():
        outputs, *last = layer(
            inputs, mask=mask, initial_state=initial, training=False
        )  # the inputs are dropped already
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


def _dropped(layer, inputs, training):
    """The inputs as the layer drops them in training: one mask for all steps."""
    if not training or not layer.cell.dropout:
        return inputs
    inputs = inputs * ops.expand_dims(layer.cell.get_dropout_mask(inputs[:, 0]), 1)
    layer.cell.reset_dropout_mask()
    return inputs


def _starts(layer, inputs, initial):
    """The given initial states, or the layer's own."""
    if initial is None:
        initial = layer.get_initial_state(ops.shape(inputs)[0])
    return [ops.cast(state, inputs.dtype) for state in initial]
