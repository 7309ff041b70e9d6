"""Graph: builds an ONNX graph from operators, and Value: one of its tensors, with arithmetic."""

import collections
from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from rnn_zoo.types import Tensor

OPSET = 20
IR_VERSION = 10  # the newest that ONNX Runtime 1.18 reads


class Value:
    """A tensor of a graph.

    Args:
        graph: the graph that computes it.
        name: its name there.
        dtype: its NumPy type.
        mask: <bool>[batch, time] or None, the mask that Keras would carry with it.
    """

    def __init__(self, graph: "Graph", name: str, dtype: Any, mask: "Value | None" = None) -> None:
        self.graph, self.name, self.dtype, self.mask = graph, name, np.dtype(dtype), mask

    def with_mask(self, mask: "Value | None") -> "Value":
        """The same tensor with a mask."""
        return Value(self.graph, self.name, self.dtype, mask)

    def cast(self, dtype: Any) -> "Value":
        """The tensor in another type."""
        if np.dtype(dtype) == self.dtype:
            return self
        return self.graph.add("Cast", self, dtype=dtype, to=onnx_type(dtype))

    def __add__(self, other: Any) -> "Value":
        return self.graph.add("Add", self, other)

    def __radd__(self, other: Any) -> "Value":
        return self.graph.add("Add", other, self, dtype=self.dtype)

    def __sub__(self, other: Any) -> "Value":
        return self.graph.add("Sub", self, other)

    def __rsub__(self, other: Any) -> "Value":
        return self.graph.add("Sub", other, self, dtype=self.dtype)

    def __mul__(self, other: Any) -> "Value":
        return self.graph.add("Mul", self, other)

    def __rmul__(self, other: Any) -> "Value":
        return self.graph.add("Mul", other, self, dtype=self.dtype)

    def __truediv__(self, other: Any) -> "Value":
        return self.graph.add("Div", self, other)

    def __rtruediv__(self, other: Any) -> "Value":
        return self.graph.add("Div", other, self, dtype=self.dtype)

    def __matmul__(self, other: Any) -> "Value":
        return self.graph.add("MatMul", self, other)

    def __neg__(self) -> "Value":
        return self.graph.add("Neg", self)

    def __eq__(self, other: Any) -> "Value":  # type: ignore[override]
        return self.graph.add("Equal", self, other, dtype=bool)

    def __ne__(self, other: Any) -> "Value":  # type: ignore[override]
        return self.graph.add("Not", self == other)

    def __gt__(self, other: Any) -> "Value":
        return self.graph.add("Greater", self, other, dtype=bool)

    def __ge__(self, other: Any) -> "Value":
        return self.graph.add("GreaterOrEqual", self, other, dtype=bool)

    def __lt__(self, other: Any) -> "Value":
        return self.graph.add("Less", self, other, dtype=bool)

    def __and__(self, other: Any) -> "Value":
        return self.graph.add("And", self, other)

    __hash__ = object.__hash__


class Graph:
    """An ONNX graph under construction, or the body of a loop in one.

    Args:
        parent: the graph that a body belongs to; it holds the constants of both.
    """

    def __init__(self, parent: Self | None = None) -> None:
        self.parent = parent
        self.root: Graph = self if parent is None else parent.root
        self.nodes: list[Any] = []
        self.inputs: list[Any] = []
        self.outputs: list[Any] = []
        if parent is None:
            self.constants: dict[Any, Value] = {}
            self.initializers: list[Any] = []
            self._names: collections.Counter[str] = collections.Counter()

    def input(self, name: str, dtype: Any, shape: Sequence[int | str | None]) -> Value:
        """Declares an input; sizes that are not fixed are named, or None."""
        name = name if self.parent is None else self._name(name)
        self.inputs.append(_info(name, dtype, shape))
        return Value(self, name, dtype)

    def output(self, value: Value, name: str, shape: Sequence[int | str | None]) -> None:
        """Declares an output; of a body `name` is only the start of its name."""
        name = name if self.parent is None else self._name(name)
        self.nodes.append(_node("Identity", [value.name], [name]))
        self.outputs.append(_info(name, value.dtype, shape))

    def add(self, op: str, *inputs: Any, count: int = 1, dtype: Any = None, **attributes: Any) -> Any:
        """Adds an operator.

        Args:
            op: name of an ONNX operator.
            inputs: values; numbers become constants of the type of the first value, arrays keep theirs; None is left
                out.
            count: number of its outputs.
            dtype: type of its outputs; None: that of its first input.
            attributes: its attributes.
        Returns:
            its output, or a tuple of them.
        """
        first = next(one for one in inputs if isinstance(one, Value))
        values = [
            None if one is None else one if isinstance(one, Value) else self.constant(one, _type(one, first.dtype))
            for one in inputs
        ]
        names = [self._name(op) for _ in range(count)]
        self.nodes.append(_node(op, ["" if one is None else one.name for one in values], names, **attributes))
        made = tuple(Value(self, name, first.dtype if dtype is None else dtype) for name in names)
        return made[0] if count == 1 else made

    def constant(self, array: Any, dtype: Any = None) -> Value:
        """A constant; equal ones are stored once."""
        import onnx.numpy_helper

        array = np.asarray(array, dtype)
        root = self.root
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in root.constants:
            name = self._name("constant")
            root.initializers.append(onnx.numpy_helper.from_array(np.ascontiguousarray(array), name))
            root.constants[key] = Value(root, name, array.dtype)
        found = root.constants[key]
        return Value(self, found.name, found.dtype)

    def size(self, value: Value, axis: int) -> Value:
        """The size of an axis, <int64>[1]."""
        return self.add("Shape", value, dtype="int64", start=axis, **({"end": axis + 1} if axis != -1 else {}))

    def sizes(self, *sizes: int | Value) -> Value:
        """A shape from numbers and <int64>[1] values."""
        if all(isinstance(size, int) for size in sizes):
            return self.constant(sizes, "int64")
        parts = [size if isinstance(size, Value) else self.constant([size], "int64") for size in sizes]
        return self.add("Concat", *parts, axis=0)

    def reshape(self, value: Value, *sizes: int | Value) -> Value:
        """The tensor in another shape; 0 keeps a size, -1 is the one that follows from the others."""
        return self.add("Reshape", value, self.sizes(*sizes))

    def transpose(self, value: Value, *order: int) -> Value:
        return self.add("Transpose", value, perm=list(order))

    def expand_dims(self, value: Value, *axes: int) -> Value:
        return self.add("Unsqueeze", value, self.constant(axes, "int64"))

    def squeeze(self, value: Value, *axes: int) -> Value:
        return self.add("Squeeze", value, self.constant(axes, "int64"))

    def slice(
        self, value: Value, axis: int, start: int | Value | None, stop: int | Value | None = None, step: int = 1
    ) -> Value:
        """value[start:stop:step] along an axis; numbers, or <int64>[1]."""
        largest = np.iinfo("int64").max
        first = start if start is not None else (0 if step > 0 else largest)
        last = stop if stop is not None else (largest if step > 0 else -largest)
        bounds = [one if isinstance(one, Value) else self.constant([one], "int64") for one in (first, last)]
        return self.add("Slice", value, *bounds, self.constant([axis], "int64"), self.constant([step], "int64"))

    def concat(self, values: Sequence[Value], axis: int) -> Value:
        return values[0] if len(values) == 1 else self.add("Concat", *values, axis=axis)

    def gather(self, table: Value | Tensor, ids: Value, axis: int = 0) -> Value:
        """Rows of a table."""
        table = table if isinstance(table, Value) else self.constant(table)
        return self.add("Gather", table, ids, dtype=table.dtype, axis=axis)

    def where(self, condition: Value, one: Any, other: Any) -> Value:
        dtype = next(value.dtype for value in (one, other) if isinstance(value, Value))
        one, other = (value if isinstance(value, Value) else self.constant(value, dtype) for value in (one, other))
        return self.add("Where", condition, one, other, dtype=dtype)

    def reduce(self, how: str, value: Value, *axes: int, keep: bool = False) -> Value:
        """Reduces axes by "Sum", "Max", "Min" or "Mean"."""
        return self.add(f"Reduce{how}", value, self.constant(axes, "int64"), keepdims=int(keep))

    def model(self, name: str) -> Any:
        """The whole graph as onnx.ModelProto, checked."""
        import onnx
        import onnx.checker
        import onnx.helper

        graph = onnx.helper.make_graph(self.nodes, name, self.inputs, self.outputs, self.initializers)
        opset = onnx.helper.make_opsetid("", OPSET)
        model = onnx.helper.make_model(graph, opset_imports=[opset], ir_version=IR_VERSION, producer_name="rnn_zoo")
        onnx.checker.check_model(model, full_check=True)
        return model

    def body(self, name: str) -> Any:
        """A body as onnx.GraphProto, the attribute of a loop."""
        import onnx.helper

        return onnx.helper.make_graph(self.nodes, name, self.inputs, self.outputs)

    def _name(self, kind: str) -> str:
        root = self.root
        root._names[kind] += 1
        return f"{kind}_{root._names[kind]}"


def _type(number: Any, dtype: Any) -> Any:
    return number.dtype if isinstance(number, np.ndarray) and number.dtype != "float64" else dtype


def onnx_type(dtype: Any) -> int:
    """The number of a NumPy type in ONNX."""
    import onnx.helper

    return int(onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))


def _node(op: str, inputs: list[str], outputs: list[str], **attributes: Any) -> Any:
    import onnx.helper

    return onnx.helper.make_node(op, inputs, outputs, name=f"{outputs[0]}", **attributes)


def _info(name: str, dtype: Any, shape: Sequence[int | str | None]) -> Any:
    import onnx.helper

    return onnx.helper.make_tensor_value_info(name, onnx_type(dtype), list(shape))
