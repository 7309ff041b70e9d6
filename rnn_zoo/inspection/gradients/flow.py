"""gradient_flow: norms of the gradient of a loss through time."""

import dataclasses
import weakref
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from rnn_zoo.checks import one_of
from rnn_zoo.inspection.gradients.advice import advise, first_reached
from rnn_zoo.inspection.gradients.jacobian import largest_singular_values
from rnn_zoo.inspection.observed import EAGER_STEPS, Place, in_time, observed, places, sizes
from rnn_zoo.types import Model, Tensor

# A gradient reduced to this fraction is lost in the noise of a batch.
REACH = 0.01
_compiled: weakref.WeakKeyDictionary[Any, dict[Any, Callable]] = weakref.WeakKeyDictionary()


@dataclasses.dataclass(frozen=True)
class GradientFlow:
    """The gradients of a loss with respect to the states of a model, step by step.

    Attributes:
        loss: the loss L.
        norms: state ("layer_0/forward/h") -> <float>[batch, time], |dL/dh_t| of each example; NaN at padding.
        entering: recurrence ("layer_0/forward") -> <float>[batch, time], the norm of the gradient that enters each step
            from above, not through time; NaN at padding.
        singular_values: recurrence -> <float>[time], the largest singular value of the Jacobian of a step, of all
            states after it with respect to all before, for the first example; NaN at steps left out and at padding.
        backward: names of the states and recurrences that run from the last step to the first.
    """

    loss: float
    norms: dict[str, np.ndarray]
    entering: dict[str, np.ndarray]
    singular_values: dict[str, np.ndarray]
    backward: set[str]

    def __getitem__(self, name: str) -> np.ndarray:
        return self.norms[one_of("name", name, list(self.norms))]

    def profile(self, name: str) -> np.ndarray:
        """|dL/dh| by the number of steps back from the last step, averaged over the examples with that many steps.

        Args:
            name: a key of `norms` or `entering`.

        Returns:
            <float>[time]; at 0 the last step of the recurrence, for the backward direction the first of a text.

        Raises:
            ValueError: the name is unknown; lists the known ones.
        """
        known = {**self.norms, **self.entering}
        norms = known[one_of("name", name, list(known))]
        total, count = np.zeros(norms.shape[1]), np.zeros(norms.shape[1])
        for row in norms:
            steps = row[~np.isnan(row)]
            steps = steps if name in self.backward else steps[::-1]
            total[: len(steps)] += steps
            count[: len(steps)] += 1
        return total[count > 0] / count[count > 0]

    def reach(self, name: str, share: float = REACH) -> int | None:
        """The memory reach: the number of steps back at which the gradient has fallen to a fraction of its start.

        It starts at the last step; for a state that is no output, such as c of the LSTM, one step before.

        Args:
            name: a key of `norms`.
            share: the fraction, > 0.

        Returns:
            Number of steps, > 0; None if the gradient stays above the fraction in these sequences.

        Raises:
            ValueError: the name is unknown; lists the known ones.
        """
        profile = self.profile(name)
        start = first_reached(profile)
        if start is None:
            return None
        fallen = start + np.flatnonzero(profile[start:] <= share * profile[start])
        return int(fallen[0]) if len(fallen) else None

    def advice(self) -> list[str]:
        """A sentence about the gradient of each recurrence, with a remedy where it vanishes or explodes."""
        return [advise(self, place) for place in self.entering]


def gradient_flow(model: Model, inputs: Any, targets: Any, loss: Any = None) -> GradientFlow:
    """The norm of dL/dh_t for every step, layer and direction of a model; the model is not changed.

        dL/dh_t = dL/dy_t + (dh_(t+1)/dh_t)^T dL/dh_(t+1)

    Zeros are added to each state after each step; the gradient with respect to them is that with respect to the states.
    For a linear recurrence h_t = h_(t-1) U + x_t W with the output at its last step it is dL/dh_T (U^T)^(T-t). Dropout
    is off. For a cell whose output is not one of its states, dL/dy_t is not included.

    Args:
        model: keras.Model with a recurrence: `Recurrent` of any cell, or any `keras.layers.RNN`.
        inputs: inputs of the model, an array or a list or dict of arrays: [batch, time, ...].
        targets: targets of the loss, an array or a list or dict.
        loss: name, function or `keras.losses.Loss`. Default None: that of the compiled model, or of its head.

    Returns:
        The gradients. For sequences of more than 64 steps the first call traces a graph, which later calls reuse.

    Raises:
        ValueError: the model has no recurrence, or has no loss and none is given.

    Reference: Bengio et al. 1994, "Learning long-term dependencies with gradient descent is difficult"; Pascanu et al.
        2013, section 2.
    """
    import tensorflow as tf

    run = _compiled.setdefault(model, {}).get(loss)
    if run is None:
        run = _compiled[model][loss] = _trace(model, loss)
    inputs, targets = (keras.tree.map_structure(tf.convert_to_tensor, given) for given in (inputs, targets))
    found, value, arrays = run(inputs, targets)
    return _collect(found, value, arrays, *sizes(inputs))


def _trace(model: Model, loss: Any) -> Callable:
    """A function (inputs, targets) -> (places, loss, arrays by the name of the place)."""
    import tensorflow as tf

    found = places(model)  # ValueError for a model without one, before its loss is looked up
    measure = _measure(model, loss)
    reference = weakref.ref(model)  # the graph lives as long as the model and must not keep it alive

    def run(inputs: Any, targets: Any) -> tuple[Tensor, dict[str, Any]]:
        model: Any = reference()
        with tf.GradientTape() as tape:
            with observed(model, tape) as (there, records):
                predictions = model(inputs, training=False)
            value = measure(model, inputs, targets, predictions)
        found[:] = [place for place in there if place.name in records]
        recorded = [records[place.name] for place in found]
        sources = [record.taps for record in recorded], [record.outputs for record in recorded]
        of_states, of_outputs = tape.gradient(value, sources, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        examples = tf.shape(keras.tree.flatten(inputs)[0])[0]
        return value, {
            place.name: {
                "norms": [tf.transpose(_norm(gradient)) for gradient in gradients],
                "entering": _norm(entering),
                "valid": record.valid,
                "singular_values": largest_singular_values(place.layer, record, examples),
            }
            for place, record, gradients, entering in zip(found, recorded, of_states, of_outputs, strict=True)
        }

    traced = tf.function(run, reduce_retracing=True, autograph=False)

    def call(inputs: Any, targets: Any) -> tuple[list[Place], float, dict[str, Any]]:
        short = sizes(inputs)[1] <= EAGER_STEPS
        value, arrays = (run if short else traced)(inputs, targets)
        return found, float(value), keras.tree.map_structure(lambda array: array.numpy(), arrays)

    return call


def _norm(gradient: Tensor) -> Tensor:
    """The norm of each vector in float32, because a sum of squares overflows in 16 bits."""
    import tensorflow as tf

    return tf.norm(tf.cast(gradient, "float32"), axis=-1)


def _measure(model: Model, loss: Any) -> Callable:
    """The function (model, inputs, targets, predictions) -> scalar loss."""
    if loss is None and getattr(model, "compiled", False):
        return lambda model, inputs, targets, predictions: model.compute_loss(inputs, targets, predictions)
    if loss is None:
        heads = [layer for layer in model._flatten_layers() if hasattr(layer, "make_loss")]
        if not heads:
            raise ValueError("`loss` must be given, such as 'mse': the model is not compiled and its head has none.")
        loss = heads[-1].make_loss()
    loss = keras.losses.get(loss)
    return lambda model, inputs, targets, predictions: keras.ops.mean(loss(targets, predictions))


def _collect(found: list[Place], value: float, arrays: dict[str, Any], examples: int, time: int) -> GradientFlow:
    flow = GradientFlow(value, {}, {}, {}, set())
    for place in found:
        recorded = arrays[place.name]
        valid = in_time(place, recorded["valid"], examples, time)

        def shown(array: np.ndarray, place: Place = place, valid: np.ndarray = valid) -> np.ndarray:
            return np.where(valid, in_time(place, array, examples, time), np.nan)

        for name, norm in zip(place.states, recorded["norms"], strict=True):
            flow.norms[name] = shown(norm)
        flow.entering[place.name] = shown(recorded["entering"])
        flow.singular_values[place.name] = recorded["singular_values"][: valid.shape[1]]
        if place.backward:
            flow.backward.update({place.name, *place.states})
    return flow
