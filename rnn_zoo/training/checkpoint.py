"""Checkpoints: the complete state of a run in one file, and models without their optimizer."""

import contextlib
import json
import tempfile
from pathlib import Path
from typing import Any

import keras
import numpy as np

from rnn_zoo.files import atomic_file
from rnn_zoo.files.reading import reading
from rnn_zoo.types import Model


def save_checkpoint(path: str | Path, model: Model, best: list[np.ndarray] | None, state: dict[str, Any]) -> None:
    """Saves the variables of model and optimizer, the best weights and `state` to one file, atomically.

    Keras's own weight files omit the seed generators; a resumed run would repeat the dropout masks of its start.

    Args:
        path: .npz file to write.
        model: built keras.Model with a built optimizer; all variables are saved, with seed generators and averages.
        best: the weights of the best epoch, in the order of `model.get_weights()`; None for none.
        state: further state as JSON values.
    """
    arrays = {"state": np.array(json.dumps(state))}
    for group, values in (
        ("model", [_to_numpy(variable) for variable in model.variables]),
        ("optimizer", [_to_numpy(variable) for variable in model.optimizer.variables]),
        ("best", best or []),
    ):
        arrays |= {f"{group}/{number}": value for number, value in enumerate(values)}
    with atomic_file(path, "wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]


def load_checkpoint(path: str | Path, model: Model) -> tuple[list[np.ndarray] | None, dict[str, Any]]:
    """Restores the variables of model and optimizer from a checkpoint.

    Args:
        path: file written by `save_checkpoint`.
        model: built keras.Model with a built optimizer.
    Returns:
        (best, state), as passed to `save_checkpoint`.
    Raises:
        ValueError: the file is damaged or belongs to another model; the model is unchanged.
    """
    path = Path(path)
    with reading(path, "a checkpoint", "Delete it to train from the start."), np.load(path) as archive:
        arrays = dict(archive)
        state = json.loads(str(arrays.pop("state")))
    groups = {"model": [], "optimizer": [], "best": []}
    for name, value in arrays.items():  # savez preserves the order
        groups[name.partition("/")[0]].append(value)
    pairs = []
    for group, variables in (("model", model.variables), ("optimizer", model.optimizer.variables)):
        saved = groups[group]
        if len(saved) != len(variables):
            raise ValueError(
                f"{path} holds {len(saved)} {group} variables, but this {group} has {len(variables)}: it belongs to "
                "another model. Give another `out`, or delete the folder."
            )
        for variable, value in zip(variables, saved, strict=True):
            if tuple(variable.shape) != value.shape:
                raise ValueError(
                    f"{path} holds {variable.path} with shape {value.shape}, but this {group} has shape "
                    f"{tuple(variable.shape)}: it belongs to another model. Give another `out`, or delete the folder."
                )
            pairs.append((variable, value))
    for variable, value in pairs:
        variable.assign(value)
    return groups["best"] or None, state


def save_model(path: str | Path, model: Model) -> None:
    """Saves architecture and weights, without the optimizer, to a .keras file, atomically."""
    with atomic_file(path, "wb") as file, tempfile.TemporaryDirectory() as folder, _without_optimizer(model):
        saved = Path(folder) / "model.keras"
        model.save(saved)
        file.write(saved.read_bytes())


def load_weights(path: str | Path, model: Model) -> None:
    """Loads the weights of a file written by `save_model` into a model of the same architecture."""
    advice = "Delete the folder to train from the start."
    with reading(path, "a file of this model's weights", advice), _without_optimizer(model):
        model.load_weights(path)


@contextlib.contextmanager
def _without_optimizer(model):
    # Keras has no option to save without the optimizer, which takes more space than the model.
    optimizer, compiled = getattr(model, "optimizer", None), getattr(model, "compiled", False)
    model.optimizer, model.compiled = None, False
    try:
        yield
    finally:
        model.optimizer, model.compiled = optimizer, compiled


def _to_numpy(variable):
    value = keras.ops.convert_to_numpy(variable)
    # NumPy cannot save bfloat16; float32 represents it exactly.
    return value.astype("float32") if value.dtype.kind == "V" else value
