"""Recurrent: a stack of one kind of cell, the one place where stacks are built."""

import contextlib
import warnings

import keras
from keras import ops

from rnn_zoo.bptt.recurrence import check_steps
from rnn_zoo.checks import fraction, one_of, positive_integer
from rnn_zoo.layers.cell_registry import cell_kind
from rnn_zoo.layers.implementation import (
    IMPLEMENTATIONS,
    check_implementation,
    choose,
    on_gpu,
    run_cudnn,
    run_fused,
    run_graph,
)
from rnn_zoo.layers.quantized import KeepsQuantization
from rnn_zoo.layers.seeds import derive
from rnn_zoo.layers.steps import clear_masked, last_step

_MERGES = {
    "concat": lambda parts: ops.concatenate(parts, axis=-1),
    "sum": lambda parts: parts[0] + parts[1],
    "mul": lambda parts: parts[0] * parts[1],
    "ave": lambda parts: (parts[0] + parts[1]) / 2,
}


@keras.saving.register_keras_serializable(package="rnn_zoo")
class Recurrent(KeepsQuantization, keras.layers.Layer):
    """A stack of recurrent layers, in one direction or in both, with its states in and out by name.

        y_0 = x
        f_l = forward_l(y_(l-1)),  b_l = backward_l(y_(l-1))    over the valid steps, in the order of time
        y_l = norm(merge(f_l, b_l) + P_l y_(l-1))               without residual: norm(merge(f_l, b_l))

    where P_l is the identity, or a learned projection where the widths differ.

    Args:
        cell: "vanilla", "lstm", "gru", "min_gru" or "min_lstm" (which train in parallel over time; see their option
            `scan`), or a name given to `register_cell`.
        units: int > 0, the size of the state of each direction; or one int per layer.
        depth: int > 0, the number of layers.
        bidirectional: bool, each layer also reads from the end to the start.
        merge: how the directions meet: "concat" (2 * units wide), "sum", "mul" or "ave".
        dropout: in [0, 1), on the inputs of each layer; one mask for all steps of a sequence (Gal and Ghahramani).
        recurrent_dropout: in [0, 1), on the state; one mask for all steps of a sequence.
        residual: bool, adds the input of each layer to its output.
        normalization: None, or "layer": a `keras.layers.LayerNormalization` after each layer.
        return_sequences: bool, the output of every step; else that of the step at which each direction ends.
        return_state: bool, returns the states too.
        go_backwards: bool, reads from the end to the start. Outputs stay aligned with the inputs and their mask
            (`keras.layers.LSTM` leaves them reversed).
        stateful: bool, each batch starts with the states at which the one before ended; needs a fixed batch size.
        implementation: the code that runs over time; all compute the same function with the same weights.
            "auto": on a CPU, where it knows the cell, "fused" in training, because a step of it is 1.3 to 11 times as
            fast as one of "general" (`results/benchmarks.csv`), and "graph" in inference, because "fused" is compiled
            anew for each length that comes; on a GPU, under TensorFlow, "cudnn" for LSTM and GRU; "general" for all
            else.
            "fused": loops of our own (`rnn_zoo.bptt`), on TensorFlow compiled by XLA once for each shape of a batch. It
            knows vanilla (tanh, relu, sigmoid, linear), LSTM and GRU, without `recurrent_dropout` and `stateful`.
            "graph": on TensorFlow, the same cells as a graph of few operations a step, for any length uncompiled.
            "cudnn": cuDNN for the batches that it takes, "general" for those with an empty row or with padding that is
            not on the right, on which it fails; for vanilla never unasked until a run on a GPU has shown it equal
            (`pytest -m gpu`). "general": the Keras layer, differentiated automatically.
        truncate: int k > 0, the gradient goes back over k steps at most (see `rnn_zoo.bptt.recurrence`); None: all.
        checkpoint: int k > 0, keeps every k-th state for the gradient and computes the others again: near the root of
            the length it takes the least memory. None: keeps all.
        seed: int or None, of the dropout masks; every layer and direction draws its own.
        cell_options: further arguments of the cell's layer, such as `activation` or `kernel_regularizer`.

    Call arguments:
        inputs: <float>[batch, time, features].
        mask: <bool>[batch, time], False at padding; by default the mask that the inputs carry.
        initial_state: dict, name in `state_names` -> <float>[batch, units]; names left out start as the cell does.
        training: bool, whether dropout is on.
        inputs_mask: filled in by Keras, which fills `mask` only where `inputs` is the one tensor.

    Returns:
        <float>[batch, time, width], zeros at masked steps; without return_sequences <float>[batch, width], zeros for a
        row without a valid step. Width is units, 2 * units if bidirectional with merge="concat". With return_state a
        pair: that, and a dict, name -> <float>[batch, units].

    Raises:
        ValueError: an argument is out of its range, two contradict each other, or a state's name is unknown.

    Reference: Schuster and Paliwal 1997 (both directions); Gal and Ghahramani 2016 (dropout); He et al. 2016
        (residual); Ba et al. 2016 (layer normalization).
    """

    def __init__(
        self,
        cell="lstm",
        units=128,
        depth=1,
        bidirectional=False,
        merge="concat",
        dropout=0.0,
        recurrent_dropout=0.0,
        residual=False,
        normalization=None,
        return_sequences=True,
        return_state=False,
        go_backwards=False,
        stateful=False,
        implementation="auto",
        truncate=None,
        checkpoint=None,
        seed=None,
        *,
        name=None,
        dtype=None,
        trainable=True,
        **cell_options,
    ):
        super().__init__(name=name, dtype=dtype, trainable=trainable)
        # Keras compiles a whole model by XLA where every layer lets it. On TensorFlow that compiles each length anew,
        # makes the step of a vanilla layer up to 7 times slower on a CPU, and fails on cuDNN; the loops that gain by it
        # are compiled on their own.
        self.supports_jit = keras.backend.backend() != "tensorflow"
        kind = cell_kind(cell)
        self.cell = cell
        self.units, self.depth = _units_and_depth(units, depth)
        self.bidirectional = bidirectional
        self.merge = one_of("merge", merge, _MERGES)
        self.dropout = fraction("dropout", dropout)
        self.recurrent_dropout = fraction("recurrent_dropout", recurrent_dropout)
        self.residual = residual
        self.normalization = one_of("normalization", normalization, [None, "layer"])
        self.return_sequences = return_sequences
        self.return_state = return_state
        self.go_backwards = go_backwards
        self.stateful = stateful
        self.implementation = one_of("implementation", implementation, IMPLEMENTATIONS)
        self.truncate, self.checkpoint = check_steps(truncate, checkpoint)
        self.seed = seed
        self.cell_options = {
            one_of("cell option", option, [name for name in kind.options if name != "use_cudnn"]): value
            for option, value in cell_options.items()
        }
        if bidirectional and go_backwards:
            raise ValueError("`go_backwards` must be False where `bidirectional` is True, which reads both ways.")
        if bidirectional and stateful:
            raise ValueError(
                "`stateful` must be False where `bidirectional` is True: the backward direction of one batch would "
                "have to start with the states of the next."
            )
        if bidirectional and residual and merge != "concat" and not return_sequences:
            raise ValueError(
                f"`merge` must be 'concat', got {merge!r}, where a bidirectional layer is residual and does not "
                "return sequences: its directions end at different steps of the input."
            )

        self.directions = ["forward", "backward"] if bidirectional else ["backward" if go_backwards else "forward"]
        self.state_names = []
        self.recurrences = {}
        for layer, width in enumerate(self.units):
            for direction in self.directions:
                place = f"layer_{layer}/{direction}"
                self.recurrences[place] = self._make_layer(kind, place, width)
                self.state_names += [f"{place}/{state}" for state in kind.states]
        check_implementation(implementation, truncate, checkpoint, self.recurrences[f"layer_0/{self.directions[0]}"])
        self._loop = None
        self.projections = {}
        self.normalizations = [
            keras.layers.LayerNormalization(dtype=self.dtype_policy, name=f"layer_{layer}_normalization")
            for layer in range(self.depth)
            if normalization
        ]

    def _make_layer(self, kind, place, units):
        options = {name: _own_copy(name, value, place) for name, value in self.cell_options.items()}
        if "use_cudnn" in kind.options:
            options["use_cudnn"] = False  # `implementation` decides, for each batch
        return kind.layer_class(
            units,
            dropout=self.dropout,
            recurrent_dropout=self.recurrent_dropout,
            return_sequences=True,
            return_state=True,
            go_backwards=place.endswith("backward"),
            stateful=self.stateful,
            seed=derive(self.seed, f"recurrent/{place}"),
            dtype=self.dtype_policy,
            name=place.replace("/", "_"),
            **options,
        )

    @property
    def backward_features(self):
        """int, how many of the last features of the output ran backwards; None where a merge mixed both directions."""
        if self.bidirectional:
            return self.units[-1] if self.merge == "concat" else None
        return self.units[-1] if self.go_backwards else 0

    def build(self, inputs_shape, initial_state_shape=None):
        shape = tuple(inputs_shape)
        for layer in range(self.depth):
            for direction in self.directions:
                self.recurrences[f"layer_{layer}/{direction}"].build(shape)
            width = self._width(layer)
            if self.residual and width != shape[-1]:
                self.projections[f"layer_{layer}"] = keras.layers.Dense(
                    width, use_bias=False, dtype=self.dtype_policy, name=f"layer_{layer}_projection"
                )
                self.projections[f"layer_{layer}"].build(shape)
            shape = (*shape[:2], width)
            if self.normalization:
                self.normalizations[layer].build(shape)

    def call(self, inputs, mask=None, initial_state=None, training=None, inputs_mask=None):
        mask = inputs_mask if mask is None else mask
        mask = None if mask is None else ops.cast(mask, "bool")
        for name in initial_state or {}:
            one_of("initial_state", name, self.state_names)
        states = {}
        outputs = inputs
        for layer in range(self.depth):
            sequences = self.return_sequences or layer < self.depth - 1
            parts = [
                self._run(layer, direction, outputs, mask, initial_state or {}, training, states, sequences)
                for direction in self.directions
            ]
            shortcut = self._project(layer, outputs) if self.residual else None
            if self.residual and not sequences:
                shortcut = last_step(shortcut, mask, self.backward_features)
            outputs = _MERGES[self.merge](parts) if self.bidirectional else parts[0]
            if self.residual:
                outputs = outputs + shortcut
            if self.normalization:
                outputs = self.normalizations[layer](outputs)
        if mask is not None:
            outputs = clear_masked(outputs, mask if self.return_sequences else ops.any(mask, axis=1))
        return (outputs, states) if self.return_state else outputs

    def _run(self, layer, direction, inputs, mask, given, training, states, sequences):
        """One layer in one direction: its outputs in the order of time, or that of the step at which it ends; adds its
        last states to `states`."""
        place = f"layer_{layer}/{direction}"
        recurrence = self.recurrences[place]
        names = [name for name in self.state_names if name.startswith(f"{place}/")]
        initial = None
        if any(name in given for name in names):
            defaults = recurrence.get_initial_state(ops.shape(inputs)[0])
            initial = [given.get(name, default) for name, default in zip(names, defaults, strict=True)]
        outputs, last = self._outputs_and_last(place, inputs, mask, initial, training, sequences)
        states.update(zip(names, last, strict=True))
        if sequences:
            return outputs
        # Where steps are skipped the state stays, so that the last one is the output of the last step read.
        return last[0] if outputs is None else last_step(outputs, mask, self.units[layer] * (direction == "backward"))

    def _outputs_and_last(self, place, inputs, mask, initial, training, sequences):
        recurrence = self.recurrences[place]
        if self._loop is not None:
            kept = recurrence.states if self.stateful else None
            initial = initial or kept or recurrence.get_initial_state(ops.shape(inputs)[0])
            return self._loop(place, inputs, mask, list(initial), training)
        chosen, cell = choose(self, recurrence, training)
        if chosen == "fused":
            options = {"sequences": sequences, "truncate": self.truncate, "checkpoint": self.checkpoint}
            return run_fused(recurrence, cell, inputs, mask, initial, training, **options)
        if chosen == "graph":
            return run_graph(recurrence, cell, inputs, mask, initial, training)
        if chosen == "cudnn":
            return run_cudnn(recurrence, inputs, mask, initial, training)
        outputs, *last = recurrence(inputs, mask=mask, initial_state=initial, training=training)
        return ops.flip(outputs, axis=1) if recurrence.go_backwards else outputs, last

    @contextlib.contextmanager
    def run_by(self, loop):
        """Within the block `loop` runs every layer and direction over time, whatever `implementation` says.

        For looking into a recurrence: directions, merging, residuals, masks and the names of states stay as they are,
        around it. It holds for calls in the block, not for functions that TensorFlow or JAX traced before.

            def loop(place, inputs, mask, initial, training):
                outputs, *last = stack.recurrences[place](inputs, mask=mask, initial_state=initial, training=training)
                ...

        Args:
            loop: function of the place in `recurrences`, "layer_0/forward"; <float>[batch, time, features];
                <bool>[batch, time] or None; the states before the first step, a list of <float>[batch, units]; and
                `training`, to a pair: <float>[batch, time, units] in the order of time, whichever way it was read,
                and the last states, a list.
        """
        before, self._loop = self._loop, loop
        try:
            yield
        finally:
            self._loop = before

    def _project(self, layer, inputs):
        place = f"layer_{layer}"
        return self.projections[place](inputs) if place in self.projections else inputs

    def _width(self, layer):
        return self.units[layer] * (2 if self.bidirectional and self.merge == "concat" else 1)

    def reset_state(self):
        """Forgets the states that a stateful recurrence keeps."""
        for recurrence in self.recurrences.values():
            recurrence.reset_state()

    def compute_mask(self, inputs, previous_mask=None):
        mask = previous_mask if self.return_sequences else None
        return [mask] + [None] * len(self.state_names) if self.return_state else mask

    def compute_output_shape(self, inputs_shape, initial_state_shape=None):
        batch, time, _ = inputs_shape
        width = self._width(self.depth - 1)
        outputs = (batch, time, width) if self.return_sequences else (batch, width)
        if not self.return_state:
            return outputs
        units = {name: self.units[int(name.split("/")[0].removeprefix("layer_"))] for name in self.state_names}
        return outputs, {name: (batch, size) for name, size in units.items()}

    def get_config(self):
        options = {name: keras.saving.serialize_keras_object(value) for name, value in self.cell_options.items()}
        return {
            **super().get_config(),
            "cell": self.cell,
            "units": list(self.units),
            "depth": self.depth,
            "bidirectional": self.bidirectional,
            "merge": self.merge,
            "dropout": self.dropout,
            "recurrent_dropout": self.recurrent_dropout,
            "residual": self.residual,
            "normalization": self.normalization,
            "return_sequences": self.return_sequences,
            "return_state": self.return_state,
            "go_backwards": self.go_backwards,
            "stateful": self.stateful,
            "implementation": self.implementation,
            "truncate": self.truncate,
            "checkpoint": self.checkpoint,
            "seed": self.seed,
            **options,
        }

    @classmethod
    def from_config(cls, config):
        if config.get("implementation") == "cudnn" and not on_gpu():
            warnings.warn(
                "A layer was saved with `implementation` 'cudnn', and TensorFlow sees no GPU here: it runs as 'auto'.",
                stacklevel=2,
            )
            config = {**config, "implementation": "auto"}
        return super().from_config(config)


def _units_and_depth(units, depth):
    depth = positive_integer("depth", depth)
    if not isinstance(units, (list, tuple)):
        return [positive_integer("units", units)] * depth, depth
    units = [positive_integer("units", width) for width in units]
    if not units or depth not in (1, len(units)):
        raise ValueError(f"`units` must be one int, or one per layer; got {units} with `depth` {depth}.")
    return units, len(units)


def _own_copy(option, value, place):
    """The option for one place in the stack: an initializer object becomes a copy that draws its own numbers.

    A Keras initializer draws the same numbers each time it is called, so that layers that share one would be twins.
    """
    if not option.endswith("_initializer") or isinstance(value, str):
        return value
    initializer = keras.initializers.get(value)
    if not isinstance(initializer, keras.initializers.Initializer):
        return initializer
    config = initializer.get_config()
    if isinstance(config.get("seed"), int):
        config["seed"] = derive(config["seed"], place)
    return type(initializer).from_config(config)
