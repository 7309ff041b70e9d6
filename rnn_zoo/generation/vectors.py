"""checked_vectors: the input arrays of an exported network that describes vectors."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from rnn_zoo.files.reading import read_array, read_arrays


def checked_vectors(vectors: Any, specs: Mapping[str, Any], folder: Path) -> dict[str, np.ndarray]:
    """Input arrays by name, with the dtypes and shapes of the network's inputs.

    Args:
        vectors: <float>[rows, ...]; for several inputs a dict of arrays by name; or the path of a .npy or .npz file.
        specs: input name -> tf.TensorSpec.
        folder: the export, for error messages.
    Raises:
        ValueError: an input is missing, is not numeric, or has another shape.
    """
    specs = dict(sorted(specs.items()))
    shapes = ", ".join(f"{name} {str(list(spec.shape[1:])).replace('None', 'any')}" for name, spec in specs.items())
    if isinstance(vectors, str | Path):
        archive = Path(vectors).suffix.lower() == ".npz"
        vectors = read_arrays(vectors, [], "vectors") if archive else read_array(vectors, "vectors")
    if not isinstance(vectors, dict):
        vectors = dict.fromkeys(specs, vectors) if len(specs) == 1 else {}
    try:
        arrays = {name: np.asarray(vectors[name], spec.dtype.as_numpy_dtype) for name, spec in specs.items()}
    except (KeyError, ValueError, TypeError) as error:
        raise ValueError(
            f"{folder} describes vectors, not texts: give <float>[rows, ...], or a .npy file of it; for several "
            f"inputs a dict, or an .npz file ({shapes})."
        ) from error
    for name, spec in specs.items():
        if not spec.shape.is_compatible_with(arrays[name].shape) or len({len(one) for one in arrays.values()}) > 1:
            got = ", ".join(f"{name} {list(one.shape)}" for name, one in arrays.items())
            raise ValueError(f"{folder} describes {shapes}, with the same number of rows each, got {got}.")
    return arrays
