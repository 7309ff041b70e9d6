"""All that a run needs to go on as if it had never been killed, in one atomic file."""

import contextlib
import json
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import keras
import numpy as np

from rnn_zoo.files import atomic_file
from rnn_zoo.types import Model


def save_checkpoint(path: str | Path, model: Model, best: Any, state: Any) -> None:
    """Writes the variables of model and optimizer, the best weights and `state` to `path`, atomically.

    Keras's own weight files leave out the seed generators, so that dropout would start over after a resume.

    Args:
        path: file to write (npz).
        model: built keras.Model with a built optimizer; every variable is kept, seed generators and averages included.
        best: list of arrays, the weights of the best epoch, or None.
        state: dict of plain values.
    """
    arrays = {"state": np.array(json.dumps(state))}
    for group, values in (
        ("model", [_plain(variable) for variable in model.variables]),
        ("optimizer", [_plain(variable) for variable in model.optimizer.variables]),
        ("best", best or []),
    ):
        arrays |= {f"{group}/{number}": value for number, value in enumerate(values)}
    with atomic_file(path, "wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]


def load_checkpoint(path: str | Path, model: Model) -> Any:
    """Puts the variables of `path` into model and optimizer.

    Returns:
        (list of arrays or None, dict): the best weights and the state given to `save_checkpoint`.
    Raises:
        ValueError: the file is damaged, or it belongs to another model; the model is then unchanged.
    """
    path = Path(path)
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = dict(archive)
        state = json.loads(str(arrays.pop("state")))
    except (zipfile.BadZipFile, EOFError, KeyError, ValueError, OSError) as error:
        raise ValueError(f"{path} is damaged ({error}). Delete it to train from the start.") from error
    groups = {"model": [], "optimizer": [], "best": []}
    for name, value in arrays.items():  # savez keeps the order
        groups[name.partition("/")[0]].append(value)
    pairs = []
    for group, variables in (("model", model.variables), ("optimizer", model.optimizer.variables)):
        saved = groups[group]
        if len(saved) != len(variables):
            raise ValueError(
                f"{path} holds {len(saved)} variables of the {group}, this one has {len(variables)}: it belongs to "
                "another model. Give another `out`, or delete the folder."
            )
        for variable, value in zip(variables, saved, strict=True):
            if tuple(variable.shape) != value.shape:
                raise ValueError(
                    f"{path} holds {variable.path} with shape {value.shape}, this {group} has {tuple(variable.shape)}: "
                    "it belongs to another model. Give another `out`, or delete the folder."
                )
            pairs.append((variable, value))
    for variable, value in pairs:
        variable.assign(value)
    return groups["best"] or None, state


def save_model(path: str | Path, model: Model) -> None:
    """Writes architecture and weights, without the optimizer, to a .keras file, atomically."""
    with tempfile.TemporaryDirectory() as folder, _without_optimizer(model):
        saved = Path(folder) / "model.keras"
        model.save(saved)
        with atomic_file(path, "wb") as file:
            file.write(saved.read_bytes())


def load_weights(path: str | Path, model: Model) -> None:
    """Puts the weights that `save_model` wrote into a model of the same architecture."""
    with _without_optimizer(model):
        model.load_weights(path)


@contextlib.contextmanager
def _without_optimizer(model):
    # Keras has no switch to leave the optimizer out of a file, where it takes more room than the model.
    optimizer, compiled = model.optimizer, model.compiled
    model.optimizer, model.compiled = None, False
    try:
        yield
    finally:
        model.optimizer, model.compiled = optimizer, compiled


def _plain(variable):
    value = keras.ops.convert_to_numpy(variable)
    # NumPy files know no bfloat16; float32 holds it exactly.
    return value.astype("float32") if value.dtype.kind == "V" else value
