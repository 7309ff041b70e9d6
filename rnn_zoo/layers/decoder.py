"""Decoder: writes a sequence, one step from the one before, from what was read."""

import keras
from keras import ops

from rnn_zoo.checks import fraction, one_of, positive_integer
from rnn_zoo.layers.bridge import Bridge
from rnn_zoo.layers.encoder import build_once, serialize_front, with_states
from rnn_zoo.layers.memory_attention import KINDS, MemoryAttention
from rnn_zoo.layers.seeds import derive
from rnn_zoo.layers.steps import last_step
from rnn_zoo.layers.tokens import PADDING


@keras.saving.register_keras_serializable(package="rnn_zoo")
class Decoder(keras.layers.Layer):
    """What comes next, at every step, given what came before and perhaps a source.

        h_t, s_t = recurrence(front(y_(t-1)), s_(t-1)),    s_0 = bridge(source)
        p_t = head(drop(attention(h_t, memory)))           without attention: head(drop(h_t))

    Called on whole sequences it computes all steps at once from the steps that truly came before (teacher forcing).
    With `sampling` a share of these is what the model itself would have written (scheduled sampling): the model first
    reads the true steps, then its own best guesses in place of that share. A pass makes one more step exact, so that
    with as many passes as steps this is the algorithm of Bengio et al.; one pass costs as much as the training itself.

    Args:
        front: `Tokens` or any front: what reads the steps before.
        recurrence: `Recurrent` forwards in time, any cell and depth; a copy of it that returns its states is used.
        head: `NextToken`, `Labels` or any layer from features to a prediction.
        attention: None, "multiplicative" or "additive", see `MemoryAttention`; the source must have a memory.
        dropout: in [0, 1), before the head; one mask for all steps of a sequence.
        sampling: in [0, 1], the share of steps read as the model would have written them.
        sampling_steps: int >= 0, training steps over which that share rises from 0, in proportion.
        sampling_passes: int > 0, see above.
        seed: int or None, of dropout and sampling.

    Call arguments:
        previous: what the front reads: the sequence moved on by one step, a start in its first place.
        source: None; <float>[batch, features], a vector; <float>[batch, steps, features], a memory, whose mean makes
            the first states; or the dict that `Encoder` returns.
        training: bool, whether dropout and sampling are on.
        return_attention: bool, returns the weights of the attention too.

    Returns:
        <float>[batch, time, count], what the head gives; with return_attention a pair: that, and
        <float>[batch, time, steps].

    Raises:
        ValueError: an argument is out of its range, the recurrence runs backwards, the front knows fewer tokens than
            the head, or there is nothing to attend to.

    Reference: Williams and Zipser 1989 (teacher forcing); Bengio et al. 2015, "Scheduled sampling for sequence
        prediction with recurrent neural networks"; Duckworth et al. 2019, "Parallel scheduled sampling" (passes).
    """

    def __init__(
        self,
        front,
        recurrence,
        head,
        attention=None,
        dropout=0.0,
        sampling=0.0,
        sampling_steps=0,
        sampling_passes=1,
        seed=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.front, self.recurrence, self.head = front, with_states(recurrence), head
        if self.recurrence.directions != ["forward"]:
            raise ValueError(
                "`recurrence` must run forwards alone, as what comes later is not written yet; set bidirectional=False "
                "and go_backwards=False in it."
            )
        read, written = (getattr(part, "vocabulary_size", None) for part in (front, head))
        if read and written and read < written:
            raise ValueError(
                f"`front` must know every token that `head` writes, got vocabulary_size={read} in {front.name!r} and "
                f"{written} in {head.name!r}; give both the same."
            )
        self.attention = one_of("attention", attention, [None, *KINDS])
        self.dropout = fraction("dropout", dropout)
        self.sampling = sampling if sampling in (0, 1) else fraction("sampling", sampling)
        self.sampling_steps = sampling_steps and positive_integer("sampling_steps", sampling_steps)
        self.sampling_passes = positive_integer("sampling_passes", sampling_passes)
        self.seed = seed
        if sampling and not hasattr(front, "vocabulary_size"):
            raise ValueError(f"`sampling` must be 0 where the front reads no tokens, as {type(front).__name__}.")
        units = self.recurrence.units
        self.bridge = Bridge(
            {name: units[int(name.split("/")[0].removeprefix("layer_"))] for name in self.recurrence.state_names},
            dtype=self.dtype_policy,
            name="bridge",
        )
        self.look = attention and MemoryAttention(units[-1], attention, dtype=self.dtype_policy, name="attention")
        self.drop = keras.layers.SpatialDropout1D(
            dropout, seed=derive(seed, "decoder/dropout"), dtype=self.dtype_policy, name="drop"
        )
        self.coins = keras.random.SeedGenerator(derive(seed, "decoder/sampling")) if sampling else None

    def build(self, previous_shape, source_shape=None):
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
                    f"`attention` must be None where the source has no steps to attend to, got {self.attention!r} and "
                    f"a source of shape {source_shape}."
                )
            build_once(self.look, features, memory)
        if getattr(self.head, "tied", False):
            build_once(self.head, features, tuple(self._embeddings().shape))
        else:
            build_once(self.head, features)
        if self.sampling:
            self.steps_trained = self.add_weight((), "zeros", dtype="int32", trainable=False, name="steps_trained")

    def call(self, previous, source=None, training=None, return_attention=False):
        state = self.begin(source)
        if training and self.sampling:
            previous = self._mix(previous, state)
        features, weights, _ = self.follow(previous, state, training)
        predictions = self._predict(features)
        return (predictions, weights) if return_attention else predictions

    def begin(self, source=None):
        """What writing starts from: a dict with "states", and "memory" and "mask" where there are such."""
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

    def read(self, previous, state):
        """The prediction after the last valid step of <any>[batch, time, ...], and the state there, as of `begin`."""
        features, _, states = self.follow(previous, state, training=False)
        # The last step alone goes to the head, whose work is the largest where there are many tokens.
        last = last_step(features, self.front.compute_mask(previous))
        return self._predict(last[:, None])[:, 0], {**state, "states": states}

    def follow(self, previous, state, training):
        """What goes to the head at every step, the weights of the attention or None, and the last states.

        Args:
            previous: what the front reads.
            state: as of `begin`.
            training: bool, whether dropout is on.
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
            raise ValueError(f"`head` must not be tied where the front has no vectors, as {type(self.front).__name__}.")
        return self.front.vectors

    def _mix(self, previous, state):
        """`previous` with the share of tokens that sampling asks for replaced by what the model would have written."""
        rate = float(self.sampling)
        if self.sampling_steps:
            rate *= ops.minimum(1.0, ops.cast(self.steps_trained, "float32") / self.sampling_steps)
            self.steps_trained.assign_add(1)
        chosen = keras.random.uniform(ops.shape(previous), seed=self.coins) < rate
        chosen = ops.logical_and(chosen, previous != PADDING)
        mixed = previous
        for _ in range(self.sampling_passes):
            features, _, _ = self.follow(mixed, state, training=False)
            scores = self._predict(features)
            scores = ops.concatenate([ops.full_like(scores[..., :1], -1e9), scores[..., 1:]], axis=-1)  # no padding
            guesses = ops.cast(ops.argmax(ops.stop_gradient(scores), axis=-1), previous.dtype)
            guesses = ops.concatenate([previous[:, :1], guesses[:, :-1]], axis=1)
            mixed = ops.where(ops.logical_and(chosen, ops.arange(ops.shape(previous)[1]) > 0), guesses, previous)
        return mixed

    def compute_mask(self, previous, previous_mask=None):
        return None

    def compute_output_spec(self, previous, source=None, training=None, return_attention=False):
        shape = self.front.compute_output_shape(previous.shape)
        shape = self.head.compute_output_shape((*shape[:2], self.recurrence.units[-1]))
        predictions = keras.KerasTensor(shape, getattr(self.head, "compute_dtype", self.compute_dtype))
        if not return_attention:
            return predictions
        memory = source["memory"] if isinstance(source, dict) else source
        return predictions, keras.KerasTensor((*shape[:2], memory.shape[1]), "float32")

    def get_config(self):
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
    def from_config(cls, config):
        return cls(**{name: keras.saving.deserialize_keras_object(config.pop(name)) for name in _PARTS}, **config)


_PARTS = ("front", "recurrence", "head")
