"""states_and_gates: what a network holds in its states, and what its gates let through, at every step."""

import keras
import numpy as np

from rnn_zoo.checks import one_of
from rnn_zoo.inspection.gates import gates
from rnn_zoo.inspection.observed import before_step, in_time, observed, sizes


def states_and_gates(model, inputs, names=None):
    """The states and gates of every recurrence of a model, along given sequences.

    Args:
        model: keras.Model that holds a recurrence.
        inputs: array, or a list or dict of arrays, as `model` takes them: [batch, time, ...].
        names: which ones, such as ["layer_0/forward/h"]; None: all.

    Returns:
        dict, name -> <float>[batch, time, units]: the states, named as `Recurrent` names them, then the gates,
        "layer_0/forward/z" (see `gates`). NaN at padding.

    Raises:
        ValueError: the model holds no recurrence, or knows no such name; lists those that there are.
    """
    inputs = keras.tree.map_structure(keras.ops.convert_to_tensor, inputs)
    with observed(model) as (found, records):
        model(inputs, training=False)
    examples, time = sizes(inputs)
    states, opened = {}, {}
    for place in found:
        if place.name not in records:  # a part that this call had no use for
            continue
        record = records[place.name]
        valid = in_time(place, record.valid.numpy(), examples, time)[..., None]

        def shown(array, place=place, valid=valid):
            return np.where(valid, in_time(place, keras.ops.convert_to_numpy(array), examples, time), np.nan)

        states |= {name: shown(state) for name, state in zip(place.states, record.states, strict=True)}
        rows, steps = record.inputs.shape[:2]
        before = [
            keras.ops.reshape(before_step(place.layer, *pair), (rows * steps, -1))
            for pair in zip(record.states, record.initial, strict=True)
        ]
        flat = keras.ops.reshape(record.inputs, (rows * steps, record.inputs.shape[-1]))
        for gate, values in gates(place.layer, flat, before).items():
            opened[f"{place.name}/{gate}"] = shown(keras.ops.reshape(values, (rows, steps, -1)))
    everything = {**states, **opened}
    if names is None:
        return everything
    return {one_of("names", name, list(everything)): everything[name] for name in names}
