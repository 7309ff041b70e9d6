"""Recurrent: a stack of recurrent layers of one kind of cell."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import keras
from keras import ops

from rnn_zoo.bptt.recurrence import check_steps
from rnn_zoo.checks import fraction, one_of
from rnn_zoo.layers.masks import clear_masked, last_step
from rnn_zoo.layers.quantized import KeepsQuantization
from rnn_zoo.layers.recurrent.implementation import (
    IMPLEMENTATIONS,
    check_implementation,
    choose,
    implementation_here,
    run_cudnn,
    run_fused,
    run_graph,
    run_torch,
)
from rnn_zoo.layers.recurrent.registry import cell_kind
from rnn_zoo.layers.recurrent.stack_arguments import MERGES, check_bidirectional, copy_for_place, units_and_depth
from rnn_zoo.layers.seeds import derive
from rnn_zoo.types import Model, Shape, Tensor


@keras.saving.register_keras_serializable(package="rnn_zoo")
class Recurrent(KeepsQuantization, keras.layers.Layer):
    """A stack of recurrent layers, in one direction or both, with named initial and final states.

        y_0 = x
        f_l = forward_l(y_(l-1)),  b_l = backward_l(y_(l-1))    over the valid steps
        y_l = norm(merge(f_l, b_l) + P_l y_(l-1))               or, without residual, norm(merge(f_l, b_l))

    where P_l is the identity, or a learned projection if the widths differ.

    Args:
        cell: "vanilla", "lstm", "gru", "min_gru" or "min_lstm" (which train in parallel over time; see their option
            `scan`), or a name registered with `register_cell`.
        units: int > 0, state size of each direction; or one int per layer.
        depth: int > 0, number of layers.
        bidirectional: whether each layer also runs from the end to the start.
        merge: how to combine the directions: "concat" (2 * units wide), "sum", "mul" or "ave".
        dropout: in [0, 1), on the inputs of each layer; one mask for all steps of a sequence (Gal and Ghahramani).
        recurrent_dropout: in [0, 1), on the state; one mask for all steps of a sequence.
        residual: whether to add the input of each layer to its output.
        normalization: None, or "layer": a `keras.layers.LayerNormalization` after each layer.
        return_sequences: whether to return the outputs of all steps, or only of the step at which each direction ends.
        return_state: whether to return the last states too.
        go_backwards: whether to run from the end to the start. Outputs stay aligned with the inputs and their mask
            (`keras.layers.LSTM` reverses them).
        stateful: whether each batch starts with the last states of the previous one; needs a fixed batch size.
        implementation: the code that runs over time; all compute the same function with the same weights.
            "auto": on a CPU, for supported cells, "fused" in training, where a step is 1.3 to 11 times as fast as with
            "general" (`results/benchmarks.csv`), and "graph" in inference, because "fused" compiles for each new
            length; on a GPU with TensorFlow, "cudnn" for LSTM and GRU; on PyTorch "torch"; otherwise "general".
            "fused": own loops (`rnn_zoo.bptt`), on TensorFlow compiled by XLA once for each batch shape. It supports
            vanilla (tanh, relu, sigmoid, linear), LSTM and GRU, without `recurrent_dropout` and `stateful`.
            "graph": TensorFlow only, the same cells as a graph with few operations per step, for any length.
            "cudnn": cuDNN for the batches that it supports, "general" for those with an empty row or padding that is
            not on the right, on which it fails. "auto" does not select it for vanilla until a GPU run of `pytest
            -m gpu` has shown equal results.
            "torch": PyTorch only, its own operators (cuDNN's on a GPU), for any mask: vanilla (tanh, relu), LSTM, GRU.
            "general": the Keras layer with automatic differentiation.
        truncate: int k > 0, gradients go back k steps at most (see `rnn_zoo.bptt.recurrence`); None: all steps.
        checkpoint: int k > 0, stores every k-th state for the gradient and recomputes the others: needs least memory
            near the square root of the length. None: stores all.
        seed: seed of the dropout masks; every layer and direction has its own masks.
        cell_options: further arguments of the cell's layer, such as `activation` or `kernel_regularizer`.

    Call arguments:
        inputs: <float>[batch, time, features].
        mask: <bool>[batch, time], False at padding; default: the mask of the inputs.
        initial_state: dict, name in `state_names` -> <float>[batch, units]; missing states start as the cell does.
        training: whether dropout is on.
        inputs_mask: set by Keras, which sets `mask` only if `inputs` is the only tensor of the call.

    Returns:
        <float>[batch, time, width], zeros at masked steps; without return_sequences <float>[batch, width], zeros for a
        row without a valid step. Width is units, or 2 * units if bidirectional with merge="concat". With return_state a
        pair of that and a dict, name -> <float>[batch, units].

    Raises:
        ValueError: an argument is out of its range, two contradict each other, or a state name is unknown.

    Reference: Schuster and Paliwal 1997 (both directions); Gal and Ghahramani 2016 (dropout); He et al. 2016
        (residual); Ba et al. 2016 (layer normalization).
    """

    def __init__(
        self,
        cell: str = "lstm",
        units: int | Sequence[int] = 128,
        depth: int = 1,
        bidirectional: bool = False,
        merge: str = "concat",
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        residual: bool = False,
        normalization: str | None = None,
        return_sequences: bool = True,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        implementation: str = "auto",
        truncate: int | None = None,
        checkpoint: int | None = None,
        seed: int | None = None,
        *,
        name: str | None = None,
        dtype: Any = None,
        trainable: bool = True,
        **cell_options: Any,
    ) -> None:
        super().__init__(name=name, dtype=dtype, trainable=trainable)
        # Keras compiles a whole model by XLA if every layer supports it. On TensorFlow that compiles for each length,
        # makes a vanilla layer up to 7 times slower on a CPU, and fails with cuDNN; fused loops compile on their own.
        self.supports_jit = keras.backend.backend() != "tensorflow"
        kind = cell_kind(cell)
        self.cell = cell
        self.units, self.depth = units_and_depth(units, depth)
        self.bidirectional = bidirectional
        self.merge = one_of("merge", merge, MERGES)
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
        if bidirectional:
            check_bidirectional(go_backwards, stateful, residual, merge, return_sequences)
        self.directions = ["forward", "backward"] if bidirectional else ["backward" if go_backwards else "forward"]
        self.state_names: list[str] = []
        self.recurrences: dict[str, Any] = {}
        for layer, width in enumerate(self.units):
            for direction in self.directions:
                place = f"layer_{layer}/{direction}"
                self.recurrences[place] = self._make_layer(kind, place, width)
                self.state_names += [f"{place}/{state}" for state in kind.states]
        check_implementation(implementation, truncate, checkpoint, self.recurrences[f"layer_0/{self.directions[0]}"])
        self._loop: Callable[..., tuple[Tensor, Sequence[Tensor]]] | None = None
        self.projections: dict[str, Any] = {}
        self.normalizations = [
            keras.layers.LayerNormalization(dtype=self.dtype_policy, name=f"layer_{layer}_normalization")
            for layer in range(self.depth)
            if normalization
        ]

    def _make_layer(self, kind, place, units):
        options = {name: copy_for_place(name, value, place) for name, value in self.cell_options.items()}
        if "use_cudnn" in kind.options:
            options["use_cudnn"] = False  # `implementation` decides for each batch
        return kind.make(
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
            cell_options=options,
        )

    @property
    def backward_features(self) -> int | None:
        """Number of last output features that ran backwards; None if the merge mixes both directions."""
        if self.bidirectional:
            return self.units[-1] if self.merge == "concat" else None
        return self.units[-1] if self.go_backwards else 0

    def build(self, inputs_shape: Shape, initial_state_shape: Any = None) -> None:
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

    def call(
        self,
        inputs: Tensor,
        mask: Tensor | None = None,
        initial_state: dict[str, Tensor] | None = None,
        training: bool | None = None,
        inputs_mask: Tensor | None = None,
    ) -> Tensor | tuple[Tensor, dict[str, Tensor]]:
        mask = inputs_mask if mask is None else mask
        mask = None if mask is None else ops.cast(mask, "bool")
        for name in initial_state or {}:
            one_of("initial_state", name, self.state_names)
        states: dict[str, Tensor] = {}
        outputs = inputs
        for layer in range(self.depth):
            sequences = self.return_sequences or layer < self.depth - 1
            parts = [
                self._run(layer, direction, outputs, mask, initial_state or {}, training, states, sequences)
                for direction in self.directions
            ]
            shortcut = self._project(layer, outputs) if self.residual else None
            if self.residual and not sequences:
                shortcut = last_step(shortcut, mask, self.backward_features or 0)
            outputs = MERGES[self.merge](parts) if self.bidirectional else parts[0]
            if self.residual:
                outputs = outputs + shortcut
            if self.normalization:
                outputs = self.normalizations[layer](outputs)
        if mask is not None:
            outputs = clear_masked(outputs, mask if self.return_sequences else ops.any(mask, axis=1))
        return (outputs, states) if self.return_state else outputs

    def _run(self, layer, direction, inputs, mask, given, training, states, sequences):
        """Runs one layer in one direction and adds its last states to `states`.

        Returns:
            Its outputs in the order of time, or only that of the step at which it ends.
        """
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
        # Masked steps do not change the state, so the last state is the output of the last valid step.
        return last[0] if outputs is None else last_step(outputs, mask, self.units[layer] * (direction == "backward"))

    def _outputs_and_last(self, place, inputs, mask, initial, training, sequences):
        recurrence = self.recurrences[place]
        if self._loop is not None:
            stored = recurrence.states if self.stateful else None
            initial = initial or stored or recurrence.get_initial_state(ops.shape(inputs)[0])
            return self._loop(place, inputs, mask, list(initial), training)
        chosen, cell = choose(self, recurrence, training)
        if chosen == "fused":
            options = {"sequences": sequences, "truncate": self.truncate, "checkpoint": self.checkpoint}
            return run_fused(recurrence, cell, inputs, mask, initial, training, **options)
        if chosen == "graph":
            return run_graph(recurrence, cell, inputs, mask, initial, training)
        if chosen == "torch":
            return run_torch(recurrence, cell, inputs, mask, initial, training)
        if chosen == "cudnn":
            return run_cudnn(recurrence, inputs, mask, initial, training)
        outputs, *last = recurrence(inputs, mask=mask, initial_state=initial, training=training)
        return ops.flip(outputs, axis=1) if recurrence.go_backwards else outputs, last

    @contextlib.contextmanager
    def run_by(self, loop: Callable[..., tuple[Tensor, Sequence[Tensor]]]) -> Iterator[None]:
        """Within the block, `loop` runs every layer and direction over time instead of `implementation`.

        For inspecting a recurrence: directions, merging, residuals, masks and state names do not change. It affects
        calls in the block, not functions that TensorFlow or JAX traced before.

            def loop(place, inputs, mask, initial, training):
                outputs, *last = stack.recurrences[place](inputs, mask=mask, initial_state=initial, training=training)
                ...

        Args:
            loop: function of the key in `recurrences`, as "layer_0/forward"; inputs <float>[batch, time, features];
                mask <bool>[batch, time] or None; initial states, a list of <float>[batch, units]; and `training`. It
                returns a pair: outputs <float>[batch, time, units] in the order of time for either direction, and the
                list of last states.
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

    def reset_state(self) -> None:
        """Resets the states of a stateful recurrence."""
        for recurrence in self.recurrences.values():
            recurrence.reset_state()

    def compute_mask(self, inputs: Tensor, previous_mask: Tensor | None = None) -> Any:
        mask = previous_mask if self.return_sequences else None
        return [mask] + [None] * len(self.state_names) if self.return_state else mask

    def compute_output_shape(self, inputs_shape: Shape, initial_state_shape: Any = None) -> Any:
        batch, time, _ = inputs_shape
        width = self._width(self.depth - 1)
        outputs = (batch, time, width) if self.return_sequences else (batch, width)
        if not self.return_state:
            return outputs
        units = {name: self.units[int(name.split("/")[0].removeprefix("layer_"))] for name in self.state_names}
        return outputs, {name: (batch, size) for name, size in units.items()}

    def get_config(self) -> dict[str, Any]:
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
    def from_config(cls, config: dict[str, Any]) -> Model:
        return super().from_config(
            {**config, "implementation": implementation_here(config.get("implementation", "auto"))}
        )
