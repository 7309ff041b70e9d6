"""LinearCell: one step of the recurrences whose state enters linearly, h_t = a_t h_(t-1) + b_t."""

import keras
from keras import ops

from rnn_zoo.checks import fraction, positive_integer


def positive(x):
    """g(x) = x + 1/2 where x >= 0, else sigmoid(x): continuous and > 0, as log space wants it (Feng et al. 2024)."""
    return ops.where(x >= 0, x + 0.5, ops.sigmoid(x))


def log_positive(x):
    """log g(x)."""
    return ops.where(x >= 0, ops.log(ops.relu(x) + 0.5), ops.log_sigmoid(x))


# From keras.layers.SimpleRNNCell comes how Keras draws one dropout mask for all steps; no weight of it is used.
class LinearCell(keras.layers.SimpleRNNCell):
    """One step of h_t = a_t h_(t-1) + b_t, where a_t and b_t depend on x_t alone.

    A subclass says how many `projections` x_t W + b of `units` columns its gates need, and what the gates are.

    Args:
        units: int > 0, the size of the state.
        use_bias: bool, whether b is there.
        kernel_initializer: of W. "glorot_uniform" keeps the variance of the inputs.
        bias_initializer: of b. "zeros" opens every gate halfway.
        kernel_regularizer, bias_regularizer: penalties on W, b; none by default.
        kernel_constraint, bias_constraint: constraints on W, b; none by default.
        dropout: share in [0, 1) of x_t's features dropped in training, the same ones at every step.
        recurrent_dropout: 0; there is no recurrent weight.
        seed: int or None, of the dropout.

    Call arguments:
        inputs: <float>[batch, features], one time step.
        states: [<float>[batch, units]], the previous state.
        training: bool, whether to drop.

    Returns:
        (<float>[batch, units], [<float>[batch, units]]): the output and the new state, which here are the same.

    Raises:
        ValueError: `units` is not a positive integer, `dropout` is not in [0, 1), or `recurrent_dropout` is not 0.
    """

    projections: int

    def __init__(
        self,
        units,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        seed=None,
        **kwargs,
    ):
        if fraction("recurrent_dropout", recurrent_dropout):
            raise ValueError(
                f"`recurrent_dropout` must be 0, got {recurrent_dropout}: the state of this cell meets no recurrent "
                "weight. Use `dropout`, on the inputs."
            )
        super().__init__(
            positive_integer("units", units),
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
            dropout=fraction("dropout", dropout),
            seed=seed,
            **kwargs,
        )

    def build(self, input_shape):
        width = self.projections * self.units
        self.kernel = self.add_weight(
            shape=(input_shape[-1], width),
            name="kernel",
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                shape=(width,),
                name="bias",
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )
        self.built = True

    @staticmethod
    def gates(projected):
        """List of <float>[..., units], x_t W + b in parts -> (a, b), each <float>[..., units]."""
        raise NotImplementedError("A `LinearCell` must define `gates`.")

    @staticmethod
    def log_gates(projected):
        """(log a, log b) of `gates`."""
        raise NotImplementedError("A `LinearCell` must define `log_gates`.")

    def call(self, inputs, states, training=False):
        state = states[0] if isinstance(states, (list, tuple)) else states
        if training and self.dropout:
            inputs = inputs * self.get_dropout_mask(inputs)
        projected = ops.matmul(inputs, self.kernel)
        if self.bias is not None:
            projected = projected + self.bias
        decay, new = self.gates(ops.split(ops.cast(projected, self.state_dtype), self.projections, axis=-1))
        output = ops.cast(decay * ops.cast(state, self.state_dtype) + new, self.compute_dtype)
        return output, [output] if state is not states else output

    @property
    def state_dtype(self):
        """The dtype of gates and state: 16 bits are too few to sum up many steps."""
        return "float32" if self.compute_dtype in ("bfloat16", "float16") else self.compute_dtype

    def get_initial_state(self, batch_size=None):
        """[<float>[batch, units]]: h_0 = g(0) = 1/2 for every row of a batch."""
        return [ops.full((batch_size, self.units), 0.5, dtype=self.compute_dtype)]

    def get_config(self):
        config = super().get_config()
        for name in ("activation", "recurrent_initializer", "recurrent_regularizer", "recurrent_constraint"):
            del config[name]
        return config
