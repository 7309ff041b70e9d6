"""open_session, answers: a model in ONNX Runtime."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def answers(session: Any, names: Sequence[str], inputs: Mapping[str, Any], folder: Path) -> list[Any]:
    """The outputs of a model, in the order of their names.

    Args:
        session: see `open_session`.
        names: the outputs.
        inputs: name -> array.
        folder: the export, which an error names.
    Raises:
        ValueError: the inputs do not fit the model: another file of the export was changed.
    """
    try:
        return session.run(list(names), dict(inputs))
    except Exception as error:  # ONNX Runtime has exceptions of its own for each fault
        raise ValueError(
            f"{folder}: model.onnx does not take what the other files of the export say: "
            f"{str(error).splitlines()[0]} Export or download it again."
        ) from error


def open_session(path: str | Path, threads: int | None = None) -> Any:
    """Loads an ONNX file.

    Args:
        path: the file.
        threads: cores that one call may use; None: all.
    Returns:
        onnxruntime.InferenceSession.
    Raises:
        ValueError: the file is damaged, or this release of ONNX Runtime lacks one of its operators.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors are raised; warnings are about optimisations that were not made
    if threads is not None:
        options.intra_op_num_threads = threads
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime has exceptions of its own for each fault
        raise ValueError(
            f"{path} does not load in ONNX Runtime {onnxruntime.__version__}: {str(error).splitlines()[0]} Export the "
            "model again, or install a later release of onnxruntime."
        ) from error
