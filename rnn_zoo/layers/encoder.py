"""Encoder: reads a sequence to the end, for a network that then writes one."""

import keras
from keras import ops

from rnn_zoo.layers.recurrent import Recurrent


@keras.saving.register_keras_serializable(package="rnn_zoo")
class Encoder(keras.layers.Layer):
    """All that a recurrence knows of a sequence once it is read: its outputs, and its last states by name.

        m, s = recurrence(front(x))

    Args:
        front: a front (`Tokens`, `Vectors`, ...) or any layer that gives <float>[batch, time, dim].
        recurrence: `Recurrent` of any cell, depth and direction; a copy of it that returns its states is used.

    Call arguments:
        inputs: what the front reads.
        training: bool, whether dropout is on.

    Returns:
        dict: "memory" <float>[batch, time, width], "mask" <bool>[batch, time] and "states", a dict, name ->
        <float>[batch, units].

    Raises:
        ValueError: `recurrence` is no `Recurrent`, or returns one step only.
    """

    def __init__(self, front, recurrence, **kwargs):
        super().__init__(**kwargs)
        self.front = front
        self.recurrence = with_states(recurrence)

    def build(self, inputs_shape):
        build_once(self.front, inputs_shape)
        build_once(self.recurrence, self.front.compute_output_shape(inputs_shape))

    def call(self, inputs, training=None):
        vectors = self.front(inputs)
        mask = self.front.compute_mask(inputs)
        if mask is None:
            mask = ops.ones(ops.shape(vectors)[:2], dtype="bool")
        memory, states = self.recurrence(vectors, mask=mask, training=training)
        return {"memory": memory, "mask": mask, "states": states}

    def compute_mask(self, inputs, previous_mask=None):
        return None

    def compute_output_spec(self, inputs, training=None):
        shape = self.front.compute_output_shape(inputs.shape)
        memory, states = self.recurrence.compute_output_shape(shape)
        return {
            "memory": keras.KerasTensor(memory, self.compute_dtype),
            "mask": keras.KerasTensor(memory[:2], "bool"),
            "states": {name: keras.KerasTensor(state, self.compute_dtype) for name, state in states.items()},
        }

    def get_config(self):
        return {
            **super().get_config(),
            "front": serialize_front(self.front),
            "recurrence": keras.saving.serialize_keras_object(self.recurrence),
        }

    @classmethod
    def from_config(cls, config):
        parts = {name: keras.saving.deserialize_keras_object(config.pop(name)) for name in ("front", "recurrence")}
        return cls(**parts, **config)


def with_states(recurrence):
    """The recurrence itself where it returns its sequences and its states, else a copy that does."""
    if not isinstance(recurrence, Recurrent):
        raise ValueError(
            f"`recurrence` must be a `Recurrent`, whose states have names; got {type(recurrence).__name__}."
        )
    if not recurrence.return_sequences or recurrence.stateful:
        raise ValueError("`recurrence` must return sequences and not be stateful; set return_sequences=True in it.")
    if recurrence.return_state:
        return recurrence
    if recurrence.built:
        raise ValueError("`recurrence` must return its states or not be built yet; set return_state=True in it.")
    return type(recurrence).from_config({**recurrence.get_config(), "return_state": True})


def serialize_front(front):
    """The configuration of a front that an encoder and a decoder may share, as they do where both read one vocabulary.

    While a model is saved, Keras marks the configurations of an object that it meets again, the first of them
    afterwards: in vain where that has been copied into the one of an outer layer. Made twice, it is marked in time.
    """
    keras.saving.serialize_keras_object(front)
    return keras.saving.serialize_keras_object(front)


def build_once(layer, *shapes):
    """Builds a layer unless it is built: one that two networks share keeps its weights."""
    if not layer.built:
        layer.build(*shapes)
        layer.built = True
