"""Vanilla (Elman) recurrence: VanillaCell for one step, and the layer VanillaRNN, which runs it over time."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

import keras
from keras import ops

from rnn_zoo.checks import fraction, positive_integer
from rnn_zoo.types import Model, Tensor


@keras.saving.register_keras_serializable(package="rnn_zoo")
class VanillaCell(keras.layers.SimpleRNNCell):
    """One step of the Elman recurrence.

        h_t = f(x_t W + h_(t-1) U + b)

    Equal to f([x_t; h_(t-1)] V + b), where V stacks W on U. Weights have the names, order and
    shapes of `keras.layers.SimpleRNNCell`: kernel W [features, units], recurrent_kernel U [units, units], bias b
    [units]; weights can be exchanged with it.

    Args:
        units: > 0, the size of the state.
        activation: name or callable f; None is the identity. "tanh" keeps the state in (-1, 1); "relu" needs
            `recurrent_initializer="identity"` (Le et al. 2015), or the state explodes or dies over long sequences.
        use_bias: whether to add b.
        kernel_initializer: of W. "glorot_uniform" keeps the variance of the inputs.
        recurrent_initializer: of U. "orthogonal" keeps the length of the state and of its gradient over many steps.
        bias_initializer: of b.
        state_initializer: of the default h_0: "zeros", "random_normal" or any initializer. All rows share one sampled
            vector, so that an output depends neither on the row's position in the batch nor on the call; an initializer
            without a seed is seeded with `seed`.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties on W, U, b; none by default.
        kernel_constraint, recurrent_constraint, bias_constraint: constraints on W, U, b; none by default.
        dropout: in [0, 1), fraction of x_t's features dropped in training, the same ones at every step.
        recurrent_dropout: in [0, 1), fraction of h_(t-1)'s units dropped in training, the same ones at every step.
        seed: of the dropout and of a random initial state.

    Call arguments:
        inputs: <float>[batch, features], one time step.
        states: [<float>[batch, units]], the previous state.
        training: whether to apply dropout.

    Returns:
        (<float>[batch, units], [<float>[batch, units]]): the output and the new state, which are equal.

    Raises:
        ValueError: `units` is not a positive integer, or a dropout is not in [0, 1).

    Reference: Elman 1990, "Finding structure in time". Le, Jaitly and Hinton 2015, "A simple way to initialize
    recurrent networks of rectified linear units". Dropout: Gal and Ghahramani 2016, "A theoretically grounded
    application of dropout in recurrent neural networks".
    """

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        state_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            positive_integer("units", units),
            activation=activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=fraction("dropout", dropout),
            recurrent_dropout=fraction("recurrent_dropout", recurrent_dropout),
            seed=seed,
            **kwargs,
        )
        self.state_initializer = _seeded(keras.initializers.get(state_initializer), seed)

    def call(self, inputs: Tensor, states: Any, training: bool = False) -> tuple[Tensor, Any]:
        state = states[0] if isinstance(states, (list, tuple)) else states
        previous = state
        if training and self.dropout:
            inputs = inputs * self.get_dropout_mask(inputs)
        if training and self.recurrent_dropout:
            previous = previous * self.get_recurrent_dropout_mask(previous)
        total = ops.matmul(inputs, self.kernel) + ops.matmul(previous, self.recurrent_kernel)
        if self.bias is not None:
            total = total + self.bias
        output = self.activation(total)
        return output, [output] if state is not states else output

    def get_initial_state(self, batch_size: int | Tensor | None = None) -> list[Tensor]:
        """Returns [<float>[batch, units]]: h_0 for every row."""
        # Sampled in the dtype of the weights: JAX samples different numbers in bfloat16 and float32.
        state = ops.cast(self.state_initializer((1, self.units), dtype=self.variable_dtype), self.compute_dtype)
        return [ops.tile(state, (batch_size, 1))]

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        config["state_initializer"] = keras.initializers.serialize(self.state_initializer)
        return config


@keras.saving.register_keras_serializable(package="rnn_zoo")
class VanillaRNN(keras.layers.RNN):
    """The Elman recurrence over a sequence: h_t = f(x_t W + h_(t-1) U + b) for t = 1 .. time.

    Equal to `keras.layers.SimpleRNN` with the same weights. At a masked step the state does not change and the output
    repeats the previous one. A fully masked row keeps its initial state; its outputs, like those before the first
    unmasked step of any row, are those of Keras: zeros on TensorFlow, the initial state on JAX.

    Args:
        units, activation, use_bias, ..., recurrent_dropout, seed: as in `VanillaCell`.
        return_sequences: whether to return the outputs of all steps instead of the last one.
        return_state: whether to return the last state too.
        go_backwards: whether to process the sequence from its end; outputs are then in that order, last step first.
        stateful: whether row i of a batch continues from the last state of row i of the previous batch.
            `reset_state()` restores the initial state. On JAX, Keras keeps states over direct calls, not in `predict`.
        unroll: whether to unroll the loop in the graph: faster for short sequences of a fixed length.
        zero_output_for_mask: whether the outputs of masked steps are zeros in a returned sequence.
        activity_regularizer: penalty on the output; none by default.

    Call arguments:
        sequences: <float>[batch, time, features].
        initial_state: <float>[batch, units], or a list with it; by default from `state_initializer`.
        mask: <bool>[batch, time], False at steps to skip: on the right, on the left or in between.
        training: whether to apply dropout.

    Returns:
        <float>[batch, units], or <float>[batch, time, units] with `return_sequences`; with `return_state` a tuple of
        these outputs and the state <float>[batch, units].

    Raises:
        ValueError: as in `VanillaCell`; `initial_state` does not have `units` columns.

    Reference: Elman 1990, "Finding structure in time".
    """

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        state_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        cell = VanillaCell(
            units,
            activation=activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            state_initializer=state_initializer,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            seed=seed,
            dtype=kwargs.get("dtype"),
            trainable=kwargs.get("trainable", True),
            name="vanilla_cell",
        )
        super().__init__(
            cell,
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            unroll=unroll,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        self.input_spec = [keras.layers.InputSpec(ndim=3)]
        # Otherwise Keras compiles the whole model with XLA on TensorFlow: several times slower for this layer on a CPU.
        self.supports_jit = keras.backend.backend() != "tensorflow"

    units = property(attrgetter("cell.units"))
    activation = property(attrgetter("cell.activation"))
    use_bias = property(attrgetter("cell.use_bias"))
    kernel_initializer = property(attrgetter("cell.kernel_initializer"))
    recurrent_initializer = property(attrgetter("cell.recurrent_initializer"))
    bias_initializer = property(attrgetter("cell.bias_initializer"))
    state_initializer = property(attrgetter("cell.state_initializer"))
    kernel_regularizer = property(attrgetter("cell.kernel_regularizer"))
    recurrent_regularizer = property(attrgetter("cell.recurrent_regularizer"))
    bias_regularizer = property(attrgetter("cell.bias_regularizer"))
    kernel_constraint = property(attrgetter("cell.kernel_constraint"))
    recurrent_constraint = property(attrgetter("cell.recurrent_constraint"))
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

    def reset_state(self) -> None:
        """Resets the states of a stateful layer to the initial state."""
        for variable in self.states or ():
            variable.assign(self.get_initial_state(variable.shape[0])[0])

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["cell"]
        config["activity_regularizer"] = keras.regularizers.serialize(self.activity_regularizer)
        return {**self.cell.get_config(), **config}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Model:
        return cls(**config)


def _seeded(initializer, seed):
    """Returns the initializer with a seed in its config if it is random, so that a saved model restores its state."""
    config = initializer.get_config() if hasattr(initializer, "get_config") else {}
    if "seed" not in config or config["seed"] is not None:
        return initializer
    return type(initializer).from_config({**config, "seed": initializer.seed if seed is None else seed})
