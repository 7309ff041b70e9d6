"""LinearCell: one step of a recurrence that is linear in its state, h_t = a_t h_(t-1) + b_t."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from rnn_zoo.checks import fraction, positive_integer
from rnn_zoo.types import Shape, Tensor


def positive(x: Tensor) -> Tensor:
    """g(x) = x + 1/2 for x >= 0, else sigmoid(x): continuous and > 0, as log space needs it (Feng et al. 2024)."""
    return ops.where(x >= 0, x + 0.5, ops.sigmoid(x))


def log_positive(x: Tensor) -> Tensor:
    """log g(x)."""
    return ops.where(x >= 0, ops.log(ops.relu(x) + 0.5), ops.log_sigmoid(x))


# Inherits from keras.layers.SimpleRNNCell for its dropout mask, shared by all steps; none of its weights is used.
class LinearCell(keras.layers.SimpleRNNCell):
    """One step of h_t = a_t h_(t-1) + b_t, where a_t and b_t depend on x_t only.

    A subclass defines its gates and sets `projections`, the number of x_t W + b of `units` columns that they need.

    Args:
        units: > 0, the size of the state.
        use_bias: whether to add b.
        kernel_initializer: of W. "glorot_uniform" keeps the variance of the inputs.
        bias_initializer: of b. "zeros" opens every gate halfway.
        kernel_regularizer, bias_regularizer: penalties on W, b; none by default.
        kernel_constraint, bias_constraint: constraints on W, b; none by default.
        dropout: in [0, 1), fraction of x_t's features dropped in training, the same ones at every step.
        recurrent_dropout: 0; there is no recurrent weight.
        seed: of the dropout.

    Call arguments:
        inputs: <float>[batch, features], one time step.
        states: [<float>[batch, units]], the previous state.
        training: whether to apply dropout.

    Returns:
        (<float>[batch, units], [<float>[batch, units]]): the output and the new state, which are equal.

    Raises:
        ValueError: `units` is not a positive integer, `dropout` is not in [0, 1), or `recurrent_dropout` is not 0.
    """

    projections: int

    def __init__(
        self,
        units: int,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        if fraction("recurrent_dropout", recurrent_dropout):
            raise ValueError(
                f"`recurrent_dropout` must be 0, got {recurrent_dropout}: this cell has no recurrent weight. "
                "Use `dropout`, on the inputs."
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

    def build(self, input_shape: Shape) -> None:
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
    def gates(projected: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """Maps the parts of x_t W + b, each <float>[..., units], to (a, b), each <float>[..., units]."""
        raise NotImplementedError("A `LinearCell` must define `gates`.")

    @staticmethod
    def log_gates(projected: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """Returns (log a, log b) of `gates`."""
        raise NotImplementedError("A `LinearCell` must define `log_gates`.")

    def call(self, inputs: Tensor, states: Any, training: bool = False) -> tuple[Tensor, Any]:
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
    def state_dtype(self) -> str:
        """The dtype of gates and state: 16 bits are too few to accumulate many steps."""
        return "float32" if self.compute_dtype in ("bfloat16", "float16") else self.compute_dtype

    def get_initial_state(self, batch_size: int | Tensor | None = None) -> list[Tensor]:
        """Returns [<float>[batch, units]]: h_0 = g(0) = 1/2 for every row."""
        return [ops.full((batch_size, self.units), 0.5, dtype=self.compute_dtype)]

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        for name in ("activation", "recurrent_initializer", "recurrent_regularizer", "recurrent_constraint"):
            del config[name]
        return config
