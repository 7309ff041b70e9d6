"""gradient_flow: how far back through time the gradient of a loss reaches."""

import dataclasses
import weakref

import keras
import numpy as np

from rnn_zoo.checks import one_of
from rnn_zoo.inspection.advice import advise, first_reached
from rnn_zoo.inspection.jacobian import largest_singular_values
from rnn_zoo.inspection.observed import EAGER_STEPS, in_time, observed, places, sizes

# A gradient of which this share is left teaches nothing beside the noise of a batch.
REACH = 0.01
_compiled = weakref.WeakKeyDictionary()


@dataclasses.dataclass(frozen=True)
class GradientFlow:
    """The gradients of a loss with respect to the states of a model, step by step.

    Attributes:
        loss: float.
        norms: dict, name of a state ("layer_0/forward/h") -> <float>[batch, time], |dL/dh_t| of each example; NaN at
            padding.
        entering: dict, place ("layer_0/forward") -> <float>[batch, time], the norm of what enters at a step from above,
            without what comes back through time; NaN at padding.
        singular_values: dict, place -> <float>[time], the largest singular value of the Jacobian of a step, of all
            states after it with respect to all before, along the first example; NaN at steps left out and at padding.
        backward: set of the names that read from the last step to the first.
    """

    loss: float
    norms: dict
    entering: dict
    singular_values: dict
    backward: set

    def __getitem__(self, name):
        return self.norms[one_of("name", name, list(self.norms))]

    def profile(self, name):
        """|dL/dh| by the steps back from the last step read, mean over the examples that are as long.

        Args:
            name: str, a key of `norms` or of `entering`.

        Returns:
            <float>[time]; at 0 the last step that is read, which for the backward direction is the first of the text.

        Raises:
            ValueError: there is no such name; lists those that there are.
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

    def reach(self, name, share=REACH):
        """The memory reach: how many steps back the gradient has fallen to a share of what it is where it starts.

        It starts at the last step read; that of a state which is no output, as c of the LSTM, one step before.

        Args:
            name: str, a key of `norms`.
            share: float > 0, 0.01 by default.

        Returns:
            int > 0, in steps; None where it falls so far nowhere in the sequences given.

        Raises:
            ValueError: there is no such name; lists those that there are.
        """
        profile = self.profile(name)
        start = first_reached(profile)
        fallen = start + np.flatnonzero(profile[start:] <= share * profile[start]) if start is not None else []
        return int(fallen[0]) if len(fallen) else None

    def advice(self):
        """list of str: a sentence a place on what its gradient does and what may help."""
        return [advise(self, place) for place in self.entering]


def gradient_flow(model, inputs, targets, loss=None):
    """The norm of dL/dh_t for every step, layer and direction of a model, which is left as it is.

        dL/dh_t = dL/dy_t + (dh_(t+1)/dh_t)^T dL/dh_(t+1)

    Zeros are added to each state after each step; the gradient with respect to them is that with respect to the states.
    On a linear recurrence h_t = h_(t-1) U + x_t W read at its last step it is dL/dh_T (U^T)^(T-t). Dropout is off. For
    a cell whose output is not one of its states, what the step itself puts out is not counted.

    Args:
        model: keras.Model that holds a recurrence: `Recurrent` of any cell, or any `keras.layers.RNN`.
        inputs: array, or a list or dict of arrays, as `model` takes them: [batch, time, ...].
        targets: array, or a list or dict, as the loss takes them.
        loss: name, function or `keras.losses.Loss`; by default that of the compiled model, or of its head.

    Returns:
        GradientFlow. Of sequences of more than 64 steps a graph is made at the first call, and run at the next ones.

    Raises:
        ValueError: the model holds no recurrence, or has no loss and none is given.

    Reference: Bengio et al. 1994, "Learning long-term dependencies with gradient descent is difficult"; Pascanu et al.
        2013, section 2.
    """
    import tensorflow as tf

    run = _compiled.setdefault(model, {}).get(loss)
    if run is None:
        run = _compiled[model][loss] = _trace(model, loss)
    inputs, targets = (keras.tree.map_structure(tf.convert_to_tensor, given) for given in (inputs, targets))
    return _collect(*run(inputs, targets), *sizes(inputs))


def _trace(model, loss):
    """A function of (inputs, targets) -> (places, loss, dict of place's name -> dict of arrays)."""
    import tensorflow as tf

    found = places(model)  # complains of a model without any before its loss is looked for
    measure = _measure(model, loss)
    reference = weakref.ref(model)  # the graph is kept for as long as the model lives, and must not keep it alive

    def run(inputs, targets):
        model = reference()
        with tf.GradientTape() as tape:
            with observed(model, tape) as (there, records):
                predictions = model(inputs, training=False)
            value = measure(model, inputs, targets, predictions)
        found[:] = [place for place in there if place.name in records]
        records = [records[place.name] for place in found]
        sources = [record.taps for record in records], [record.outputs for record in records]
        of_states, of_outputs = tape.gradient(value, sources, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        examples = tf.shape(keras.tree.flatten(inputs)[0])[0]
        return value, {
            place.name: {
                "norms": [tf.transpose(_norm(gradient)) for gradient in gradients],
                "entering": _norm(entering),
                "valid": record.valid,
                "singular_values": largest_singular_values(place.layer, record, examples),
            }
            for place, record, gradients, entering in zip(found, records, of_states, of_outputs, strict=True)
        }

    traced = tf.function(run, reduce_retracing=True, autograph=False)

    def call(inputs, targets):
        short = sizes(inputs)[1] <= EAGER_STEPS
        value, arrays = (run if short else traced)(inputs, targets)
        return found, float(value), keras.tree.map_structure(lambda array: array.numpy(), arrays)

    return call


def _norm(gradient):
    """The length of each vector: 16 bits are too few to sum up squares."""
    import tensorflow as tf

    return tf.norm(tf.cast(gradient, "float32"), axis=-1)


def _measure(model, loss):
    """The function (model, inputs, targets, predictions) -> scalar loss."""
    if loss is None and getattr(model, "compiled", False):
        return lambda model, inputs, targets, predictions: model.compute_loss(inputs, targets, predictions)
    if loss is None:
        heads = [layer for layer in model._flatten_layers() if hasattr(layer, "make_loss")]
        if not heads:
            raise ValueError("`loss` must be given, such as 'mse': the model is not compiled and its head brings none.")
        loss = heads[-1].make_loss()
    loss = keras.losses.get(loss)
    return lambda model, inputs, targets, predictions: keras.ops.mean(loss(targets, predictions))


def _collect(found, value, arrays, examples, time):
    norms, entering, singular_values, backward = {}, {}, {}, set()
    for place in found:
        recorded = arrays[place.name]
        valid = in_time(place, recorded["valid"], examples, time)

        def shown(array, place=place, valid=valid):
            return np.where(valid, in_time(place, array, examples, time), np.nan)

        for name, norm in zip(place.states, recorded["norms"], strict=True):
            norms[name] = shown(norm)
        entering[place.name] = shown(recorded["entering"])
        singular_values[place.name] = recorded["singular_values"][: valid.shape[1]]
        if place.backward:
            backward |= {place.name, *place.states}
    return GradientFlow(value, norms, entering, singular_values, backward)
