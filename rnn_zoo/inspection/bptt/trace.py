"""trace_bptt: back-propagation through time on a small vanilla network, with all intermediate values."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from rnn_zoo.layers import Classes, Head, Recurrent, Values
from rnn_zoo.layers.recurrent.implementation import fused_cell
from rnn_zoo.types import Model, Tensor

# Activations f, each with f' as a function of y = f(a).
_ACTIVATIONS: dict[str, Any] = {
    "tanh": (np.tanh, lambda y: 1 - y * y),
    "relu": (lambda a: np.maximum(a, 0), lambda y: (y > 0).astype(float)),
    "sigmoid": (lambda a: 1 / (1 + np.exp(-a)), lambda y: y * (1 - y)),
    "linear": (lambda a: a, np.ones_like),
}


@dataclasses.dataclass(frozen=True)
class BPTTTrace:
    """All values of one forward and backward pass over one sequence; the first axis of the arrays is time.

    Attributes:
        inputs: <float64>[time, features], x_t.
        initial: <float64>[units], h_0.
        states: <float64>[time, units], h_t.
        outputs: <float64>[time, count], y_t.
        losses: <float64>[time], the term of each step in the loss.
        of_outputs: <float64>[time, count], dL/dy_t.
        of_logits: <float64>[time, count], dL/dz_t, with z_t = h_t V + c before the softmax.
        of_states: <float64>[time, units], dL/dh_t, from the step's own output and all later steps.
        of_kernel: <float64>[time, features, units], the term of each step in dL/dW.
        of_recurrent_kernel: <float64>[time, units, units], in dL/dU.
        of_head_kernel: <float64>[time, units, count], in dL/dV.
        of_bias: <float64>[time, units], in dL/db.
        of_head_bias: <float64>[time, count], in dL/dc.
        input_names: name of the input of each step.
        output_names: name of each output.
    """

    inputs: np.ndarray
    initial: np.ndarray
    states: np.ndarray
    outputs: np.ndarray
    losses: np.ndarray
    of_outputs: np.ndarray
    of_logits: np.ndarray
    of_states: np.ndarray
    of_kernel: np.ndarray
    of_recurrent_kernel: np.ndarray
    of_head_kernel: np.ndarray
    of_bias: np.ndarray
    of_head_bias: np.ndarray
    input_names: list[str]
    output_names: list[str]

    @property
    def loss(self) -> float:
        """L, the sum of the terms of all steps."""
        return float(self.losses.sum())

    @property
    def gradients(self) -> dict[str, np.ndarray]:
        """Gradients of the loss for "W", "U", "b", "V" and "c": sums of the terms of all steps."""
        parts = (self.of_kernel, self.of_recurrent_kernel, self.of_bias, self.of_head_kernel, self.of_head_bias)
        return {name: part.sum(axis=0) for name, part in zip("WUbVc", parts, strict=True)}

    def to_dict(self) -> dict[str, Any]:
        """All values as lists and numbers, for JSON."""
        numbers = {
            field.name: np.asarray(getattr(self, field.name)).tolist() for field in dataclasses.fields(BPTTTrace)
        }
        gradients = {name: gradient.tolist() for name, gradient in self.gradients.items()}
        return {**numbers, "loss": self.loss, "gradients": gradients}

    def to_table(self) -> Any:
        """Tables of the steps and of their terms in the gradients, for `rich.console.Console().print`."""
        from rnn_zoo.inspection.bptt.tables import tables

        return tables(self)

    def to_html(self, path: str | Path | None = None) -> str:
        """The tables as a self-contained HTML page, also written to `path` if given."""
        from rnn_zoo.inspection.bptt.tables import page

        return page(self, path)


def trace_bptt(
    model: Model,
    inputs: Any,
    targets: Any,
    input_names: Sequence[str] | None = None,
    output_names: Sequence[str] | None = None,
) -> BPTTTrace:
    """Back-propagation through time, step by step, of one sequence through a vanilla network.

        a_t = x_t W + h_(t-1) U + b,  h_t = f(a_t),  z_t = h_t V + c,  y_t = softmax(z_t) or z_t
        L = 1/T sum_t -log y_t[target_t]   or   1/T sum_t mean_k (y_t[k] - target_t[k])^2
        dL/dh_t = dL/dz_t V^T + dL/da_(t+1) U^T,  dL/da_t = dL/dh_t * f'(a_t)
        dL/dW = sum_t x_t^T dL/da_t,  dL/dU = sum_t h_(t-1)^T dL/da_t,  dL/dV = sum_t h_t^T dL/dz_t

    These equations are evaluated in float64 with the weights of the model. The sums equal the gradients of automatic
    differentiation.

    Args:
        model: keras.Model of `many_to_many(front, Recurrent("vanilla", units), Classes(k) or Values(k))`, with one
            forward layer.
        inputs: one sequence without the batch, [time, ...], without padding.
        targets: <int>[time] for `Classes`, <float>[time, count] for `Values`.
        input_names: one per step. Default None: "x_1", "x_2", ...
        output_names: one per output. Default None: their numbers.

    Raises:
        ValueError: the model has another structure, a step is padding, or targets or names do not fit.

    Reference: Werbos 1990, "Backpropagation through time: what it does and how to do it"; Rumelhart et al. 1986.
    """
    recurrent, head = _parts(model)
    layer = recurrent.recurrences["layer_0/forward"]
    kernel, recurrent_kernel, bias = _weights(layer.cell, ("kernel", "recurrent_kernel", "bias"))
    head_kernel, head_bias = _weights(head.dense, ("kernel", "bias"))
    f, slope = _ACTIVATIONS[fused_cell(layer).activation]
    batch = keras.ops.expand_dims(keras.ops.convert_to_tensor(inputs), 0)
    features, *masks = keras.tree.flatten(keras.Model(model.inputs, recurrent.input)(batch))
    if any(not keras.ops.convert_to_numpy(mask).all() for mask in masks):
        raise ValueError("`inputs` contains padding; remove it.")
    x = _float(features)[0]
    initial = _float(layer.get_initial_state(1)[0])[0]
    steps = len(x)

    states = np.zeros((steps + 1, len(recurrent_kernel)))
    states[0] = initial
    for t in range(steps):
        states[t + 1] = f(x[t] @ kernel + states[t] @ recurrent_kernel + bias)
    logits = states[1:] @ head_kernel + head_bias
    outputs, losses, of_outputs, of_logits = _answer(head, logits, targets, steps)
    if not np.allclose(outputs, _float(model(batch))[0], atol=1e-3):
        raise ValueError("`model` must consist of a front, a `Recurrent` and a head; this one has further layers.")

    of_states, of_sums = np.zeros_like(states[1:]), np.zeros_like(states[1:])
    later = np.zeros(len(recurrent_kernel))
    for t in reversed(range(steps)):
        of_states[t] = of_logits[t] @ head_kernel.T + later
        of_sums[t] = of_states[t] * slope(states[t + 1])
        later = of_sums[t] @ recurrent_kernel.T
    return BPTTTrace(
        x,
        initial,
        states[1:],
        outputs,
        losses,
        of_outputs,
        of_logits,
        of_states,
        x[:, :, None] * of_sums[:, None],
        states[:-1, :, None] * of_sums[:, None],
        states[1:, :, None] * of_logits[:, None],
        of_sums,
        of_logits,
        _names("input_names", input_names, [f"x_{t + 1}" for t in range(steps)]),
        _names("output_names", output_names, [str(number) for number in range(head.count)]),
    )


def _parts(model: Model) -> tuple[Any, Any]:
    stacks = [layer for layer in model.layers if isinstance(layer, Recurrent)]
    heads = [layer for layer in model.layers if isinstance(layer, Head)]
    if len(stacks) != 1 or len(heads) != 1:
        raise ValueError(f"`model` must hold one `Recurrent` and one head, got {len(stacks)} and {len(heads)}.")
    (recurrent,), (head,) = stacks, heads
    if recurrent.cell != "vanilla" or list(recurrent.recurrences) != ["layer_0/forward"]:
        raise ValueError(
            f"`model` must have one forward vanilla layer, got {recurrent.depth} of {recurrent.cell!r} with the "
            f"directions {', '.join(recurrent.directions)}; `gradient_flow` supports any."
        )
    refusal = fused_cell(recurrent.recurrences["layer_0/forward"])
    if isinstance(refusal, str):
        raise ValueError(f"`model` has a cell whose derivative is not implemented here: {refusal}.")
    if type(head) not in (Classes, Values) or len(model.output_shape) != 3:
        raise ValueError(
            f"`model` must end in `Classes` or `Values` at every step, see `many_to_many`, got "
            f"{type(head).__name__} of shape {model.output_shape}."
        )
    return recurrent, head


def _answer(head: Any, logits: np.ndarray, targets: Any, steps: int) -> tuple[np.ndarray, ...]:
    """(y, losses, dL/dy, dL/dz), each with time as the first axis."""
    shape = (steps,) if isinstance(head, Classes) else (steps, head.count)
    targets = np.asarray(targets)
    if targets.shape != shape:
        raise ValueError(f"`targets` must have the shape {shape}, one per step, got {targets.shape}.")
    if not isinstance(head, Classes):
        scale = 2 / (steps * head.count)
        of_outputs = scale * (logits - targets)
        return logits, ((logits - targets) ** 2).mean(axis=1) / steps, of_outputs, of_outputs
    if not np.isin(targets, range(head.count)).all():
        raise ValueError(f"`targets` must be class numbers below {head.count}, got {targets.tolist()}.")
    wanted = np.eye(head.count)[targets.astype(int)]
    outputs = np.exp(logits - logits.max(axis=1, keepdims=True))
    outputs /= outputs.sum(axis=1, keepdims=True)
    right = (outputs * wanted).sum(axis=1)
    return outputs, -np.log(right) / steps, -wanted / right[:, None] / steps, (outputs - wanted) / steps


def _weights(layer: Any, names: Sequence[str]) -> list[Any]:
    weights = [getattr(layer, name) for name in names]
    return [0.0 if weight is None else _float(weight) for weight in weights]


def _float(tensor: Tensor) -> np.ndarray:
    return keras.ops.convert_to_numpy(tensor).astype("float64")


def _names(argument: str, names: Sequence[str] | None, default: list[str]) -> list[str]:
    names = default if names is None else [str(name) for name in names]
    if len(names) != len(default):
        raise ValueError(f"`{argument}` must hold {len(default)} names, got {len(names)}.")
    return names
