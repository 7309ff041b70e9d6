"""states_and_gates: the values of states and gates at every step."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from rnn_zoo.checks import one_of
from rnn_zoo.inspection.gates import gates
from rnn_zoo.inspection.observed import Place, before_step, in_time, observed, sizes
from rnn_zoo.types import Model, Tensor


def states_and_gates(model: Model, inputs: Any, names: Sequence[str] | None = None) -> dict[str, np.ndarray]:
    """The states and gates of every recurrence of a model at every step of a batch of sequences.

    Args:
        model: keras.Model with a recurrence.
        inputs: inputs of `model`, an array or a list or dict of arrays: [batch, time, ...].
        names: which of them, such as ["layer_0/forward/h"]. Default None: all.

    Returns:
        name -> <float>[batch, time, units]: the states, with their names in `Recurrent`, then the gates,
        "layer_0/forward/z" (see `gates`). NaN at padding.

    Raises:
        ValueError: the model has no recurrence, or no such state or gate; lists the known names.
    """
    inputs = keras.tree.map_structure(keras.ops.convert_to_tensor, inputs)
    with observed(model) as (found, records):
        model(inputs, training=False)
    examples, time = sizes(inputs)
    states: dict[str, np.ndarray] = {}
    gate_values: dict[str, np.ndarray] = {}
    for place in found:
        if place.name not in records:  # a layer that this call did not run
            continue
        record = records[place.name]
        valid = in_time(place, record.valid.numpy(), examples, time)[..., None]

        def shown(array: Tensor, place: Place = place, valid: np.ndarray = valid) -> np.ndarray:
            return np.where(valid, in_time(place, keras.ops.convert_to_numpy(array), examples, time), np.nan)

        states |= {name: shown(state) for name, state in zip(place.states, record.states, strict=True)}
        rows, steps = record.inputs.shape[:2]
        before = [
            keras.ops.reshape(before_step(place.layer, *pair), (rows * steps, -1))
            for pair in zip(record.states, record.initial, strict=True)
        ]
        flat = keras.ops.reshape(record.inputs, (rows * steps, record.inputs.shape[-1]))
        for gate, values in gates(place.layer, flat, before).items():
            gate_values[f"{place.name}/{gate}"] = shown(keras.ops.reshape(values, (rows, steps, -1)))
    everything = {**states, **gate_values}
    if names is None:
        return everything
    return {one_of("names", name, list(everything)): everything[name] for name in names}
