"""Decoder: generates a sequence step by step, optionally from an encoded source."""

from typing import Any

import keras
from keras import ops

from rnn_zoo.checks import fraction, one_of, positive_integer
from rnn_zoo.layers.fronts.tokens import PADDING
from rnn_zoo.layers.masks import last_step
from rnn_zoo.layers.seeds import derive
from rnn_zoo.layers.seq2seq.attention import KINDS, MemoryAttention
from rnn_zoo.layers.seq2seq.bridge import Bridge
from rnn_zoo.layers.seq2seq.encoder import build_once, serialize_front, with_states
from rnn_zoo.types import Model, Tensor


@keras.saving.register_keras_serializable(package="rnn_zoo")
class Decoder(keras.layers.Layer):
    """Predicts the next step at every step, from the previous steps and optionally a source.

        h_t, s_t = recurrence(front(y_(t-1)), s_(t-1)),    s_0 = bridge(source)
        p_t = head(drop(attention(h_t, memory)))           or, without attention, head(drop(h_t))

    Called on whole sequences it predicts all steps at once from the true previous steps (teacher forcing). With
    `sampling`, a fraction of these inputs is replaced by the model's own predictions (scheduled sampling): each pass
    predicts from the inputs of the pass before and makes one more step exact. With as many passes as steps this is the
    algorithm of Bengio et al.; one pass costs as much as the training step itself.

    Args:
        front: `Tokens` or any front, which embeds the previous steps.
        recurrence: `Recurrent` forwards in time, any cell and depth; without returned states, a copy is used.
        head: `NextToken`, `Labels` or any layer from features to a prediction.
        attention: None, "multiplicative" or "additive", see `MemoryAttention`; the source must have a memory.
        dropout: in [0, 1), before the head; one mask for all steps of a sequence.
        sampling: in [0, 1], fraction of input steps replaced by predictions in training.
        sampling_steps: int >= 0, training steps over which that fraction rises linearly from 0.
        sampling_passes: int > 0, see above.
        seed: seed of dropout and sampling.

    Call arguments:
        previous: inputs of the front: the sequence shifted right by one step, with a start symbol first.
        source: None; <float>[batch, features], a vector; <float>[batch, steps, features], a memory, whose mean gives
            the initial states; or the dict that `Encoder` returns.
        training: whether dropout and sampling are on.
        return_attention: whether to return the attention weights too.

    Returns:
        <float>[batch, time, count], the head's predictions; with return_attention a pair of that and
        <float>[batch, time, steps].

    Raises:
        ValueError: an argument is out of its range, the recurrence runs backwards, the front has fewer tokens than
            the head, or attention has no memory.

    Reference: Williams and Zipser 1989 (teacher forcing); Bengio et al. 2015, "Scheduled sampling for sequence
        prediction with recurrent neural networks"; Duckworth et al. 2019, "Parallel scheduled sampling" (passes).
    """

    def __init__(
        self,
        front: Model,
        recurrence: Model,
        head: Model,
        attention: str | None = None,
        dropout: float = 0.0,
        sampling: float = 0.0,
        sampling_steps: int = 0,
        sampling_passes: int = 1,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.front, self.recurrence, self.head = front, with_states(recurrence), head
        if self.recurrence.directions != ["forward"]:
            raise ValueError(
                "`recurrence` must run forwards only, because later steps are not generated yet; set "
                "bidirectional=False and go_backwards=False in it."
            )
        read, predicted = (getattr(part, "vocabulary_size", None) for part in (front, head))
        if read and predicted and read < predicted:
            raise ValueError(
                f"`front` must know every token that `head` predicts, got vocabulary_size={read} in {front.name!r} and "
                f"{predicted} in {head.name!r}; give both the same size."
            )
        self.attention = one_of("attention", attention, [None, *KINDS])
        self.dropout = fraction("dropout", dropout)
        self.sampling = sampling if sampling in (0, 1) else fraction("sampling", sampling)
        self.sampling_steps = sampling_steps and positive_integer("sampling_steps", sampling_steps)
        self.sampling_passes = positive_integer("sampling_passes", sampling_passes)
        self.seed = seed
        if sampling and not hasattr(front, "vocabulary_size"):
            raise ValueError(
                f"`sampling` must be 0 if the front does not read tokens, got {sampling} with {type(front).__name__}."
            )
        units = self.recurrence.units
        self.bridge = Bridge(
            {name: units[int(name.split("/")[0].removeprefix("layer_"))] for name in self.recurrence.state_names},
            dtype=self.dtype_policy,
            name="bridge",
        )
        self.look: Any = attention and MemoryAttention(units[-1], attention, dtype=self.dtype_policy, name="attention")
        self.drop = keras.layers.SpatialDropout1D(
            dropout, seed=derive(seed, "decoder/dropout"), dtype=self.dtype_policy, name="drop"
        )
        self.coins = keras.random.SeedGenerator(derive(seed, "decoder/sampling")) if sampling else None

    def build(self, previous_shape: Any, source_shape: Any = None) -> None:
        build_once(self.front, previous_shape)
        build_once(self.recurrence, self.front.compute_output_shape(previous_shape))
        memory = source_shape
        if isinstance(source_shape, dict):
            self.bridge.build(source_shape["states"])
            memory = source_shape["memory"]
        elif source_shape is not None:
            self.bridge.build((source_shape[0], source_shape[-1]))
        features = (*previous_shape[:2], self.recurrence.units[-1])
        if self.attention:
            if memory is None or len(memory) != 3:
                raise ValueError(
                    f"`attention` must be None if the source has no steps to attend to, got {self.attention!r} and "
                    f"a source of shape {source_shape}."
                )
            build_once(self.look, features, memory)
        if getattr(self.head, "tied", False):
            build_once(self.head, features, tuple(self._embeddings().shape))
        else:
            build_once(self.head, features)
        if self.sampling:
            self.steps_trained = self.add_weight((), "zeros", dtype="int32", trainable=False, name="steps_trained")

    def call(
        self,
        previous: Tensor,
        source: Tensor | dict[str, Any] | None = None,
        training: bool | None = None,
        return_attention: bool = False,
    ) -> Tensor | tuple[Tensor, Tensor]:
        state = self.initial_state(source)
        if training and self.sampling:
            previous = self._mix_predictions(previous, state)
        features, weights, _ = self.run(previous, state, training)
        predictions = self._predict(features)
        return (predictions, weights) if return_attention else predictions

    def initial_state(self, source: Tensor | dict[str, Any] | None = None) -> dict[str, Any]:
        """State before the first step: a dict with "states" and, with attention, "memory" and "mask"."""
        if source is None:
            return {"states": {}}
        if isinstance(source, dict):
            state = {"states": self.bridge(source["states"])}
            return {**state, "memory": source["memory"], "mask": source["mask"]} if self.attention else state
        if len(source.shape) == 2:
            return {"states": self.bridge(source)}
        state = {"states": self.bridge(ops.mean(source, axis=1))}
        if not self.attention:
            return state
        return {**state, "memory": source, "mask": ops.ones(ops.shape(source)[:2], dtype="bool")}

    def predict_next(self, previous: Tensor, state: dict[str, Any]) -> tuple[Tensor, dict[str, Any]]:
        """Predicts the step after the last valid one of `previous`, <any>[batch, time, ...].

        Returns:
            (<float>[batch, count], the new state, as `initial_state` returns it).
        """
        features, _, states = self.run(previous, state, training=False)
        # Only the last step goes to the head, which is the most expensive part for a large vocabulary.
        last = last_step(features, self.front.compute_mask(previous))
        return self._predict(last[:, None])[:, 0], {**state, "states": states}

    def run(
        self, previous: Tensor, state: dict[str, Any], training: bool | None
    ) -> tuple[Tensor, Tensor | None, dict[str, Tensor]]:
        """Runs front, recurrence and attention.

        Args:
            previous: inputs of the front.
            state: as `initial_state` returns it.
            training: whether dropout is on.

        Returns:
            (<float>[batch, time, features], inputs of the head; attention weights or None; the last states).
        """
        outputs, states = self.recurrence(
            self.front(previous),
            mask=self.front.compute_mask(previous),
            initial_state=state["states"],
            training=training,
        )
        weights = None
        if self.attention:
            outputs, weights = self.look(outputs, state["memory"], state["mask"])
        return self.drop(outputs, training=training), weights, states

    def _predict(self, features):
        return (
            self.head(features, embeddings=self._embeddings())
            if getattr(self.head, "tied", False)
            else self.head(features)
        )

    def _embeddings(self):
        if not hasattr(self.front, "vectors"):
            raise ValueError(f"`head` must not be tied if the front has no vectors, as {type(self.front).__name__}.")
        return self.front.vectors

    def _mix_predictions(self, previous, state):
        """`previous` with a random fraction of its tokens replaced by the model's predictions."""
        rate = float(self.sampling)
        if self.sampling_steps:
            rate *= ops.minimum(1.0, ops.cast(self.steps_trained, "float32") / self.sampling_steps)
            self.steps_trained.assign_add(1)
        chosen = keras.random.uniform(ops.shape(previous), seed=self.coins) < rate
        chosen = ops.logical_and(chosen, previous != PADDING)
        mixed = previous
        for _ in range(self.sampling_passes):
            features, _, _ = self.run(mixed, state, training=False)
            scores = self._predict(features)
            scores = ops.concatenate(
                [ops.full_like(scores[..., :1], -1e9), scores[..., 1:]], axis=-1
            )  # padding is never predicted
            predicted = ops.cast(ops.argmax(ops.stop_gradient(scores), axis=-1), previous.dtype)
            predicted = ops.concatenate([previous[:, :1], predicted[:, :-1]], axis=1)
            mixed = ops.where(ops.logical_and(chosen, ops.arange(ops.shape(previous)[1]) > 0), predicted, previous)
        return mixed

    def compute_mask(self, previous: Tensor, previous_mask: Tensor | None = None) -> Tensor | None:
        return None

    def compute_output_spec(
        self,
        previous: Tensor,
        source: Tensor | dict[str, Any] | None = None,
        training: bool | None = None,
        return_attention: bool = False,
    ) -> Any:
        shape = self.front.compute_output_shape(previous.shape)
        shape = self.head.compute_output_shape((*shape[:2], self.recurrence.units[-1]))
        predictions = keras.KerasTensor(shape, getattr(self.head, "compute_dtype", self.compute_dtype))
        if not return_attention:
            return predictions
        memory: Any = source["memory"] if isinstance(source, dict) else source
        return predictions, keras.KerasTensor((*shape[:2], memory.shape[1]), "float32")

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "front": serialize_front(self.front),
            "recurrence": keras.saving.serialize_keras_object(self.recurrence),
            "head": keras.saving.serialize_keras_object(self.head),
            "attention": self.attention,
            "dropout": self.dropout,
            "sampling": self.sampling,
            "sampling_steps": self.sampling_steps,
            "sampling_passes": self.sampling_passes,
            "seed": self.seed,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Model:
        return cls(**{name: keras.saving.deserialize_keras_object(config.pop(name)) for name in _PARTS}, **config)


_PARTS = ("front", "recurrence", "head")
