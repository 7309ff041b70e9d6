"""save_onnx: writes the ONNX form of a model into an export, and what its card says about it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

_TYPES = {1: "float", 6: "int32", 7: "int64", 9: "bool"}


def save_onnx(folder: Path, **makers: Callable[[], Any]) -> str:
    """Writes NAME.onnx for each maker; a model without an ONNX form leaves no file.

    Args:
        folder: the export, still unfinished.
        makers: name of the file without its ending -> function that returns an onnx.ModelProto, or None for no file.
    Returns:
        Markdown for the model card: the inputs and outputs of each file, or why there is none.
    """
    try:
        models = {name: make() for name, make in makers.items()}
    except ValueError as error:
        return f"Not with ONNX Runtime: {error}"
    parts = []
    for name, model in models.items():
        if model is not None:
            (folder / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))
            parts.append(f"`{name}.onnx`: {_listed(model.graph.input)} -> {_listed(model.graph.output)}")
    return "With ONNX Runtime alone:\n\n" + "\n".join(f"- {part}" for part in parts)


def _listed(values: Any) -> str:
    return ", ".join(f"`{value.name}` {_type(value.type.tensor_type)}" for value in values)


def _type(tensor: Any) -> str:
    sizes = (size.dim_value if size.HasField("dim_value") else size.dim_param or "any" for size in tensor.shape.dim)
    return f"<{_TYPES[tensor.elem_type]}>[{', '.join(map(str, sizes))}]"
