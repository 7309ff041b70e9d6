"""LinearRNN: a LinearCell over time, h_t = a_t h_(t-1) + b_t."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

import keras
from keras import ops

from rnn_zoo.bptt.backend import split_batch, sub_batch_sizes
from rnn_zoo.cells.linear_cell import LinearCell
from rnn_zoo.cells.linear_recurrence import LOG_ZERO, compiled, masked, parallel, sequential
from rnn_zoo.checks import one_of
from rnn_zoo.types import Model, Tensor

SCANS = ("auto", "sequential", "parallel")


class LinearRNN(keras.layers.RNN):
    """A `LinearCell` over a sequence, h_t = a_t h_(t-1) + b_t for t = 1 .. time, all projections before the recurrence.

    Equal to `keras.layers.RNN` around the cell, masks included: at a masked step the state does not change and the
    output repeats the previous one; before the first unmasked step outputs are zeros on TensorFlow, the initial state
    on JAX. Under mixed precision the layer keeps the state in float32 between the steps, unlike the cell.

    Args:
        units, use_bias, ..., recurrent_dropout, seed: as in the cell.
        activity_regularizer: penalty on the output; none by default.
        return_sequences: whether to return the outputs of all steps instead of the last one.
        return_state: whether to return the last state too.
        go_backwards: whether to process the sequence from its end; outputs are then in that order, last step first.
        stateful: whether row i of a batch continues from the last state of row i of the previous batch.
            `reset_state()` restores the initial state. On JAX, Keras keeps states over direct calls, not in `predict`.
        zero_output_for_mask: whether the outputs of masked steps are zeros in a returned sequence.
        scan: the algorithm; all compute the same function. "sequential": step by step, compiled by XLA once per shape
            for training on TensorFlow. "parallel": in log space, in log2(time) passes. "auto": "parallel" on a GPU or
            TPU, whose cores it keeps busy; "sequential" on a CPU, which reads the arrays once.

    Call arguments:
        sequences: <float>[batch, time, features].
        initial_state: <float>[batch, units], or a list with it: h_0; by default 1/2.
        mask: <bool>[batch, time], False at steps to skip: on the right, on the left or in between.
        training: whether to apply dropout.

    Returns:
        <float>[batch, units], or <float>[batch, time, units] with `return_sequences`; with `return_state` a tuple of
        these outputs and the state <float>[batch, units].

    Raises:
        ValueError: as in the cell; `scan` is unknown; `unroll` is True; `initial_state` does not have `units`
            columns.
    """

    cell_class: type[LinearCell]

    def __init__(
        self,
        units: int,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        zero_output_for_mask: bool = False,
        scan: str = "auto",
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        if kwargs.get("unroll"):
            raise ValueError("`unroll` must be False, got True: unrolling does not speed up this loop.")
        cell = self.cell_class(
            units,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            seed=seed,
            dtype=kwargs.get("dtype"),
            trainable=kwargs.get("trainable", True),
            name="cell",
        )
        super().__init__(
            cell,
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            zero_output_for_mask=zero_output_for_mask,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        self.scan = one_of("scan", scan, SCANS)
        self.input_spec = [keras.layers.InputSpec(ndim=3)]
        # Otherwise Keras compiles the whole model with XLA on TensorFlow, again for each length.
        self.supports_jit = keras.backend.backend() != "tensorflow"

    units = property(attrgetter("cell.units"))
    use_bias = property(attrgetter("cell.use_bias"))
    kernel_initializer = property(attrgetter("cell.kernel_initializer"))
    bias_initializer = property(attrgetter("cell.bias_initializer"))
    kernel_regularizer = property(attrgetter("cell.kernel_regularizer"))
    bias_regularizer = property(attrgetter("cell.bias_regularizer"))
    kernel_constraint = property(attrgetter("cell.kernel_constraint"))
    bias_constraint = property(attrgetter("cell.bias_constraint"))
    dropout = property(attrgetter("cell.dropout"))
    recurrent_dropout = property(attrgetter("cell.recurrent_dropout"))
    seed = property(attrgetter("cell.seed"))

    def call(
        self,
        sequences: Tensor,
        initial_state: Tensor | Sequence[Tensor] | None = None,
        mask: Tensor | None = None,
        training: bool = False,
    ) -> Any:
        for state in keras.tree.flatten(initial_state):
            if state is not None and tuple(state.shape)[1:] != (self.units,):
                raise ValueError(
                    f"`initial_state` must have the shape [batch, units] = [batch, {self.units}], "
                    f"got {list(state.shape)}."
                )
        return super().call(sequences, initial_state=initial_state, mask=mask, training=training)

    def inner_loop(
        self, sequences: Tensor, initial_state: Any, mask: Tensor | None, training: bool = False
    ) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Overrides `keras.layers.RNN`: returns (last output, outputs, [last state])."""
        if training and self.dropout:
            sequences = sequences * ops.expand_dims(self.cell.get_dropout_mask(sequences[:, 0]), 1)
        scan = self._scan_function(training)
        arrays = [sequences, ops.cast(keras.tree.flatten(initial_state)[0], self.cell.state_dtype)]
        if mask is not None:
            arrays.append(ops.cast(mask, "bool"))
        # A compiled loop uses one core; TensorFlow runs the loops of several sub-batches on several cores.
        sizes = sub_batch_sizes(sequences) if scan is compiled else None
        sub_batches = zip(*(split_batch(array, sizes) for array in arrays), strict=True)
        results = zip(*(self._run(scan, *part) for part in sub_batches), strict=True)
        last, sequence, state = (ops.concatenate(parts, axis=0) for parts in results)
        return last, sequence, [state]

    def _scan_function(self, training):
        """Returns the function of `linear_recurrence` that runs this call."""
        if self.scan == "parallel" or (self.scan == "auto" and _accelerated()):
            return parallel
        return compiled if training and keras.backend.backend() == "tensorflow" else sequential

    def _run(self, scan, sequences, initial, mask=None):
        """Returns (last output, outputs or only the last one, last state) of a sub-batch."""
        steps, valid = ops.transpose(sequences, (1, 0, 2)), None
        if mask is not None:
            valid = ops.transpose(mask)[..., None]
        if self.go_backwards:
            steps = ops.flip(steps, axis=0)
            valid = None if valid is None else ops.flip(valid, axis=0)
        states = self._states(scan, steps, valid, initial)
        outputs = states if valid is None else self._masked_outputs(states, valid)
        sequence = ops.transpose(outputs, (1, 0, 2)) if self.return_sequences else outputs[-1][:, None]
        return outputs[-1], sequence, states[-1]

    def _states(self, scan, steps, valid, initial):
        """Returns h_1 .. h_time, <float>[time, batch, units], in the dtype of `initial`."""
        # One product per projection is as fast as one for all, and the gates run faster over separate arrays than over
        # slices of a wider one.
        rows = ops.reshape(steps, (-1, steps.shape[-1]))
        shape = (*ops.shape(steps)[:2], self.units)
        kernels = ops.split(ops.convert_to_tensor(self.cell.kernel), self.cell.projections, axis=-1)
        projected = [ops.reshape(ops.matmul(rows, kernel), shape) for kernel in kernels]
        bias = ops.zeros((self.cell.projections * self.units,), self.compute_dtype)
        if self.cell.bias is not None:
            bias = ops.convert_to_tensor(self.cell.bias)
        biases = ops.split(bias, self.cell.projections)
        if scan is compiled:
            return compiled(self.cell.gates, projected, biases, valid, initial)
        sums = [ops.cast(part + bias, initial.dtype) for part, bias in zip(projected, biases, strict=True)]
        if scan is parallel:
            return parallel(*masked(*self.cell.log_gates(sums), valid, one=0.0, zero=LOG_ZERO), initial)
        return sequential(*masked(*self.cell.gates(sums), valid), initial)

    def _masked_outputs(self, states, valid):
        """Returns the outputs that the Keras loop produces on this backend."""
        if self.zero_output_for_mask:
            return ops.where(valid, states, 0.0)
        if keras.backend.backend() == "jax":
            return states
        return ops.where(ops.cumsum(ops.cast(valid, "int32"), axis=0) > 0, states, 0.0)

    def reset_state(self) -> None:
        """Resets the states of a stateful layer to the initial state."""
        for variable in self.states or ():
            variable.assign(self.get_initial_state(variable.shape[0])[0])

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["cell"], config["unroll"]
        config["activity_regularizer"] = keras.regularizers.serialize(self.activity_regularizer)
        return {**self.cell.get_config(), **config, "scan": self.scan}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Model:
        return cls(**config)


def _accelerated():
    """Returns whether the backend runs on a GPU or TPU."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return any(device.device_type != "CPU" for device in tf.config.list_logical_devices())
    if keras.backend.backend() == "torch":
        import torch

        return bool(torch.cuda.is_available())
    import jax

    return jax.default_backend() != "cpu"
