"""LinearRNN: a LinearCell over time, h_t = a_t h_(t-1) + b_t."""

from operator import attrgetter

import keras
from keras import ops

from rnn_zoo.bptt.backend import share_sizes, split_rows
from rnn_zoo.cells.linear_cell import LinearCell
from rnn_zoo.cells.linear_recurrence import LOG_ZERO, compiled, masked, parallel, sequential
from rnn_zoo.checks import one_of

SCANS = ("auto", "sequential", "parallel")


class LinearRNN(keras.layers.RNN):
    """A `LinearCell` over a sequence, h_t = a_t h_(t-1) + b_t for t = 1 .. time, all projections before the recurrence.

    Equal to `keras.layers.RNN` around the cell, masks included: at a masked step the state stays as it is and the
    output repeats the one before; outputs before the first unmasked step are zeros on TensorFlow, the initial state on
    JAX. Under mixed precision the layer keeps the state in float32 between the steps, which the cell does not.

    Args:
        units, use_bias, ..., recurrent_dropout, seed: as of the cell.
        activity_regularizer: penalty on the output; none by default.
        return_sequences: bool, whether to return the outputs of all steps, else the last one.
        return_state: bool, whether to return the last state too.
        go_backwards: bool, whether to read the sequence from its end; outputs then come in that order, last step first.
        stateful: bool, whether row i of a batch starts where row i of the batch before ended. `reset_state()` goes back
            to the initial state. On JAX, Keras keeps states between direct calls, not between those of `predict`.
        zero_output_for_mask: bool, whether the outputs of masked steps are zeros in a returned sequence.
        scan: how the recurrence runs; all ways compute the same function. "sequential": one step after another, in
            training on TensorFlow compiled by XLA once for each shape. "parallel": in log space, all steps side by side
            in log2(time) passes. "auto": "parallel" where there is a GPU or TPU, whose cores it keeps busy; on a CPU
            "sequential", which reads the arrays once.

    Call arguments:
        sequences: <float>[batch, time, features].
        initial_state: <float>[batch, units], or a list of it: h_0 itself; by default 1/2.
        mask: <bool>[batch, time], False where a step is to be skipped: at the right, at the left, in between.
        training: bool, whether to drop.

    Returns:
        <float>[batch, units], or <float>[batch, time, units] with `return_sequences`; with `return_state`, a tuple of
        that and the state <float>[batch, units].

    Raises:
        ValueError: as of the cell; `scan` is unknown; `unroll` is asked for; `initial_state` does not have `units`
            columns.
    """

    cell_class: type[LinearCell]

    def __init__(
        self,
        units,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
        zero_output_for_mask=False,
        scan="auto",
        seed=None,
        **kwargs,
    ):
        if kwargs.get("unroll"):
            raise ValueError("`unroll` must be False, got True: what is left in the loop gains nothing by it.")
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
        # Or Keras compiles the whole model by XLA on TensorFlow, anew for each length.
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

    def call(self, sequences, initial_state=None, mask=None, training=False):
        for state in keras.tree.flatten(initial_state):
            if state is not None and tuple(state.shape)[1:] != (self.units,):
                raise ValueError(
                    f"`initial_state` must have the shape [batch, units] = [batch, {self.units}], "
                    f"got {list(state.shape)}."
                )
        return super().call(sequences, initial_state=initial_state, mask=mask, training=training)

    def inner_loop(self, sequences, initial_state, mask, training=False):
        """As of `keras.layers.RNN`: (last output, outputs, [last state])."""
        if training and self.dropout:
            sequences = sequences * ops.expand_dims(self.cell.get_dropout_mask(sequences[:, 0]), 1)
        form = self._form(training)
        arrays = [sequences, ops.cast(keras.tree.flatten(initial_state)[0], self.cell.state_dtype)]
        if mask is not None:
            arrays.append(ops.cast(mask, "bool"))
        # A compiled loop runs on one core; TensorFlow runs those of two shares of the batch on two.
        sizes = share_sizes(sequences) if form is compiled else None
        shares = zip(*(split_rows(array, sizes) for array in arrays), strict=True)
        results = zip(*(self._run(form, *share) for share in shares), strict=True)
        last, sequence, state = (ops.concatenate(parts, axis=0) for parts in results)
        return last, sequence, [state]

    def _form(self, training):
        """The function of `linear_recurrence` that runs this call."""
        if self.scan == "parallel" or (self.scan == "auto" and _accelerated()):
            return parallel
        return compiled if training and keras.backend.backend() == "tensorflow" else sequential

    def _run(self, form, sequences, initial, mask=None):
        """(last output, outputs or the last one alone, last state) of some rows."""
        steps, valid = ops.transpose(sequences, (1, 0, 2)), None
        if mask is not None:
            valid = ops.transpose(mask)[..., None]
        if self.go_backwards:
            steps = ops.flip(steps, axis=0)
            valid = None if valid is None else ops.flip(valid, axis=0)
        states = self._states(form, steps, valid, initial)
        outputs = states if valid is None else self._masked_outputs(states, valid)
        sequence = ops.transpose(outputs, (1, 0, 2)) if self.return_sequences else outputs[-1][:, None]
        return outputs[-1], sequence, states[-1]

    def _states(self, form, steps, valid, initial):
        """h_1 .. h_time, <float>[time, batch, units], in the dtype of `initial`."""
        # A product for each projection is as fast as one for all, and leaves each in an array of its own, over which
        # the gates run faster than over parts of a wider one.
        rows = ops.reshape(steps, (-1, steps.shape[-1]))
        shape = (*ops.shape(steps)[:2], self.units)
        kernels = ops.split(ops.convert_to_tensor(self.cell.kernel), self.cell.projections, axis=-1)
        projected = [ops.reshape(ops.matmul(rows, kernel), shape) for kernel in kernels]
        bias = ops.zeros((self.cell.projections * self.units,), self.compute_dtype)
        if self.cell.bias is not None:
            bias = ops.convert_to_tensor(self.cell.bias)
        biases = ops.split(bias, self.cell.projections)
        if form is compiled:
            return compiled(self.cell.gates, projected, biases, valid, initial)
        sums = [ops.cast(part + bias, initial.dtype) for part, bias in zip(projected, biases, strict=True)]
        if form is parallel:
            return parallel(*masked(*self.cell.log_gates(sums), valid, one=0.0, zero=LOG_ZERO), initial)
        return sequential(*masked(*self.cell.gates(sums), valid), initial)

    def _masked_outputs(self, states, valid):
        """The outputs as the loop of Keras gives them on this backend."""
        if self.zero_output_for_mask:
            return ops.where(valid, states, 0.0)
        if keras.backend.backend() != "tensorflow":
            return states
        return ops.where(ops.cumsum(ops.cast(valid, "int32"), axis=0) > 0, states, 0.0)

    def reset_state(self):
        """Puts the states of a stateful layer back to the initial state."""
        for variable in self.states or ():
            variable.assign(self.get_initial_state(variable.shape[0])[0])

    def get_config(self):
        config = super().get_config()
        del config["cell"], config["unroll"]
        config["activity_regularizer"] = keras.regularizers.serialize(self.activity_regularizer)
        return {**self.cell.get_config(), **config, "scan": self.scan}

    @classmethod
    def from_config(cls, config):
        return cls(**config)


def _accelerated():
    """bool, whether the backend runs on a GPU or TPU."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return any(device.device_type != "CPU" for device in tf.config.list_logical_devices())
    import jax

    return jax.default_backend() != "cpu"
