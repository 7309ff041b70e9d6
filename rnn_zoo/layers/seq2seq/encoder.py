"""Encoder: encodes a sequence for a decoder."""

from typing import Any

import keras
from keras import ops

from rnn_zoo.layers.recurrent.recurrent import Recurrent
from rnn_zoo.types import Model, Shape, Tensor


@keras.saving.register_keras_serializable(package="rnn_zoo")
class Encoder(keras.layers.Layer):
    """Encodes a sequence as the outputs of a recurrence (the memory) and its last states.

        m, s = recurrence(front(x))

    Args:
        front: a front (`Tokens`, `Vectors`, ...) or any layer that returns <float>[batch, time, dim].
        recurrence: `Recurrent` of any cell, depth and direction; without returned states, a copy is used.

    Call arguments:
        inputs: inputs of the front.
        training: whether dropout is on.

    Returns:
        dict: "memory" <float>[batch, time, width], "mask" <bool>[batch, time] and "states", a dict, name ->
        <float>[batch, units].

    Raises:
        ValueError: `recurrence` is not a `Recurrent`, or does not return sequences.
    """

    def __init__(self, front: Model, recurrence: Model, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.front = front
        self.recurrence = with_states(recurrence)

    def build(self, inputs_shape: Shape) -> None:
        build_once(self.front, inputs_shape)
        build_once(self.recurrence, self.front.compute_output_shape(inputs_shape))

    def call(self, inputs: Tensor, training: bool | None = None) -> dict[str, Any]:
        vectors = self.front(inputs)
        mask = self.front.compute_mask(inputs)
        if mask is None:
            mask = ops.ones(ops.shape(vectors)[:2], dtype="bool")
        memory, states = self.recurrence(vectors, mask=mask, training=training)
        return {"memory": memory, "mask": mask, "states": states}

    def compute_mask(self, inputs: Tensor, previous_mask: Tensor | None = None) -> Tensor | None:
        return None

    def compute_output_spec(self, inputs: Tensor, training: bool | None = None) -> dict[str, Any]:
        shape = self.front.compute_output_shape(inputs.shape)
        memory, states = self.recurrence.compute_output_shape(shape)
        return {
            "memory": keras.KerasTensor(memory, self.compute_dtype),
            "mask": keras.KerasTensor(memory[:2], "bool"),
            "states": {name: keras.KerasTensor(state, self.compute_dtype) for name, state in states.items()},
        }

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "front": serialize_front(self.front),
            "recurrence": keras.saving.serialize_keras_object(self.recurrence),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Model:
        parts = {name: keras.saving.deserialize_keras_object(config.pop(name)) for name in ("front", "recurrence")}
        return cls(**parts, **config)


def with_states(recurrence: Model) -> Model:
    """The recurrence itself if it returns its states, else an unbuilt copy that does.

    Raises:
        ValueError: it is not a `Recurrent`, is stateful, does not return sequences, or is already built without states.
    """
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


def serialize_front(front: Model) -> dict[str, Any]:
    """Configuration of a front that an encoder and a decoder may share (one vocabulary for both).

    While saving a model, Keras marks the configurations of shared objects, the first one only when it meets the object
    again: too late if that was already copied into the configuration of an outer layer. Serialized twice, it is marked.
    """
    keras.saving.serialize_keras_object(front)
    return keras.saving.serialize_keras_object(front)


def build_once(layer: Model, *shapes: Any) -> None:
    """Builds a layer unless it is built, so that a layer shared by two networks keeps its weights."""
    if not layer.built:
        layer.build(*shapes)
        layer.built = True
