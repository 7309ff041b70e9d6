"""Folder of a run: its settings, and the check that a folder belongs to the run."""

import json
import platform
from pathlib import Path
from typing import Any

import keras

import rnn_zoo
from rnn_zoo import files
from rnn_zoo.files import atomic_file
from rnn_zoo.files.reading import read_json

CONFIG = "config.json"
CHECKPOINT = "checkpoint.npz"
MODEL = "model.keras"
CURVES = "curves.png"
WRITTEN = (CHECKPOINT, MODEL, CURVES, "history.json", "history.csv")


def check_folder(out: Path, settings: dict[str, Any]) -> bool:
    """Compares the settings of a run with those in a folder. It writes nothing.

    Args:
        out: the folder, which may not exist yet.
        settings: the settings as JSON values, see `plain`.
    Returns:
        True if the folder holds a run with the same settings, False if it holds no run.
    Raises:
        ValueError: `out` is a file, or the folder holds another run.
    """
    if out.exists() and not out.is_dir():
        raise ValueError(f"`out` must be a folder, but {out} is a file. Give another `out`.")
    try:
        saved = read_json(out / CONFIG, dict)
    except FileNotFoundError:
        foreign = [name for name in WRITTEN if (out / name).exists()]
        if foreign:
            raise ValueError(
                f"`out` ({out}) holds {', '.join(foreign)} but no {CONFIG}, so these files belong to another run. "
                "Give another `out`, or delete that folder."
            ) from None
        return False
    except ValueError as error:
        raise ValueError(f"`out`: {error} Or give another `out`, or delete that folder.") from error
    new, old = _flatten(settings), _flatten({key: saved.get(key) for key in settings})
    absent = object()
    changed = [name for name in sorted({*new, *old}) if new.get(name, absent) != old.get(name, absent)]
    if changed:
        listed = "; ".join(
            f"{name} was {old.get(name, 'absent')}, is now {new.get(name, 'absent')}" for name in changed
        )
        raise ValueError(f"`out` ({out}) holds another run: {listed}. Give another `out`, or delete that folder.")
    return True


def write_config(out: Path, settings: dict[str, Any]) -> None:
    """Writes config.json: the settings, the backend and the versions of the libraries."""
    versions = {"python": platform.python_version(), "keras": keras.__version__, "rnn_zoo": rnn_zoo.__version__}
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        versions["tensorflow"] = tf.__version__
    with atomic_file(out / CONFIG) as file:
        json.dump({**settings, "made_with": {"backend": keras.backend.backend(), **versions}}, file, indent=1)


def remove_leftovers(out: Path) -> None:
    """Removes incomplete temporary files of a killed run; those of a run that goes on stay."""
    for name in (CONFIG, *WRITTEN):
        files.remove_leftovers(Path(out) / name)


def plain(value: Any) -> Any:
    """Converts a value to JSON values: paths to strings, NumPy numbers to Python numbers, tuples to lists."""
    return json.loads(json.dumps(value, default=_plain_leaf))


def show(settings: dict[str, Any]) -> None:
    """Prints the settings, one per line."""
    for name, value in _flatten(settings).items():
        print(f"  {name}: {value}")


def _plain_leaf(value):
    return value.tolist() if hasattr(value, "tolist") else str(value)


def _flatten(tree, prefix=""):
    flat = {}
    for key, value in (tree or {}).items():
        if isinstance(value, dict):
            flat |= _flatten(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value
    return flat
