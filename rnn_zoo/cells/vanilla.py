"""The vanilla (Elman) recurrence: one step, VanillaCell, and the layer that runs it over time, VanillaRNN."""

from operator import attrgetter

import keras
from keras import ops

from rnn_zoo.checks import fraction, positive_integer


@keras.saving.register_keras_serializable(package="rnn_zoo")
class VanillaCell(keras.layers.SimpleRNNCell):
    """One step of the Elman recurrence.

        h_t = f(x_t W + h_(t-1) U + b)

    It is the same function as f([x_t; h_(t-1)] V + b), where V is W on top of U. Weights have the names, order and
    shapes of `keras.layers.SimpleRNNCell`: kernel W [features, units], recurrent_kernel U [units, units], bias b
    [units]; either loads the other's.

    Args:
        units: int > 0, the size of the state.
        activation: name or callable f; None is the identity. "tanh" keeps the state in (-1, 1); "relu" wants
            `recurrent_initializer="identity"` (Le et al. 2015), or the state explodes or dies over long sequences.
        use_bias: bool, whether b is there.
        kernel_initializer: of W. "glorot_uniform" keeps the variance of the inputs.
        recurrent_initializer: of U. "orthogonal" keeps the length of the state and of its gradient over many steps.
        bias_initializer: of b.
        state_initializer: of h_0 where none is given: "zeros", "random_normal" or any initializer. One vector is drawn
            and shared by all rows, so that an answer depends neither on the row's place in its batch nor on the call;
            an initializer without a seed of its own is seeded with `seed`.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties on W, U, b; none by default.
        kernel_constraint, recurrent_constraint, bias_constraint: constraints on W, U, b; none by default.
        dropout: share in [0, 1) of x_t's features dropped in training, the same ones at every step.
        recurrent_dropout: share in [0, 1) of h_(t-1)'s units dropped in training, the same ones at every step.
        seed: int or None, of the dropout and of a random initial state.

    Call arguments:
        inputs: <float>[batch, features], one time step.
        states: [<float>[batch, units]], the previous state.
        training: bool, whether to drop.

    Returns:
        (<float>[batch, units], [<float>[batch, units]]): the output and the new state, which here are the same.

    Raises:
        ValueError: `units` is not a positive integer, or a dropout is not in [0, 1).

    Reference: Elman 1990, "Finding structure in time". Le, Jaitly and Hinton 2015, "A simple way to initialize
    recurrent networks of rectified linear units". Dropout: Gal and Ghahramani 2016, "A theoretically grounded
    application of dropout in recurrent neural networks".
    """

    def __init__(
        self,
        units,
        activation="tanh",
        use_bias=True,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        state_initializer="zeros",
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        seed=None,
        **kwargs,
    ):
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

    def call(self, inputs, states, training=False):
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

    def get_initial_state(self, batch_size=None):
        """[<float>[batch, units]]: h_0 for every row of a batch."""
        # Drawn in the dtype of the weights: JAX draws other numbers in bfloat16 than in float32.
        state = ops.cast(self.state_initializer((1, self.units), dtype=self.variable_dtype), self.compute_dtype)
        return [ops.broadcast_to(state, (batch_size, self.units))]

    def get_config(self):
        config = super().get_config()
        config["state_initializer"] = keras.initializers.serialize(self.state_initializer)
        return config


@keras.saving.register_keras_serializable(package="rnn_zoo")
class VanillaRNN(keras.layers.RNN):
    """The Elman recurrence over a sequence: h_t = f(x_t W + h_(t-1) U + b) for t = 1 .. time.

    Equal to `keras.layers.SimpleRNN` with the same weights. At a masked step the state stays as it is and the output
    repeats the one before. A row that is masked from end to end keeps its initial state; its outputs, like those before
    the first unmasked step of any row, are Keras's: zeros on TensorFlow, the initial state on JAX.

    Args:
        units, activation, use_bias, ..., recurrent_dropout, seed: as of `VanillaCell`.
        return_sequences: bool, whether to return the outputs of all steps, else the last one.
        return_state: bool, whether to return the last state too.
        go_backwards: bool, whether to read the sequence from its end; outputs then come in that order, last step first.
        stateful: bool, whether row i of a batch starts where row i of the batch before ended. `reset_state()` goes back
            to the initial state. On JAX, Keras keeps states between direct calls, not between those of `predict`.
        unroll: bool, whether to build the graph step by step: faster for short sequences of a fixed length.
        zero_output_for_mask: bool, whether the outputs of masked steps are zeros in a returned sequence.
        activity_regularizer: penalty on the output; none by default.

    Call arguments:
        sequences: <float>[batch, time, features].
        initial_state: <float>[batch, units], or a list of it; by default what `state_initializer` draws.
        mask: <bool>[batch, time], False where a step is to be skipped: at the right, at the left, in between.
        training: bool, whether to drop.

    Returns:
        <float>[batch, units], or <float>[batch, time, units] with `return_sequences`; with `return_state`, a tuple of
        that and the state <float>[batch, units].

    Raises:
        ValueError: as of `VanillaCell`; `initial_state` does not have `units` columns.

    Reference: Elman 1990, "Finding structure in time".
    """

    def __init__(
        self,
        units,
        activation="tanh",
        use_bias=True,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        state_initializer="zeros",
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
        unroll=False,
        seed=None,
        **kwargs,
    ):
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
        # Or Keras compiles the whole model by XLA on TensorFlow, which makes this layer several times slower on a CPU.
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

    def call(self, sequences, initial_state=None, mask=None, training=False):
        for state in keras.tree.flatten(initial_state):
            if state is not None and tuple(state.shape)[1:] != (self.units,):
                raise ValueError(
                    f"`initial_state` must have the shape [batch, units] = [batch, {self.units}], "
                    f"got {list(state.shape)}."
                )
        return super().call(sequences, initial_state=initial_state, mask=mask, training=training)

    def reset_state(self):
        """Puts the states of a stateful layer back to the initial state."""
        for variable in self.states or ():
            variable.assign(self.get_initial_state(variable.shape[0])[0])

    def get_config(self):
        config = super().get_config()
        del config["cell"]
        config["activity_regularizer"] = keras.regularizers.serialize(self.activity_regularizer)
        return {**self.cell.get_config(), **config}

    @classmethod
    def from_config(cls, config):
        return cls(**config)


def _seeded(initializer, seed):
    """The initializer, with a seed in its configuration where it draws random numbers: saved states come back."""
    config = initializer.get_config() if hasattr(initializer, "get_config") else {}
    if "seed" not in config or config["seed"] is not None:
        return initializer
    return type(initializer).from_config({**config, "seed": initializer.seed if seed is None else seed})
