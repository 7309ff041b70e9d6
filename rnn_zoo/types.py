"""Type aliases shared by all annotations."""

from typing import Any, TypeAlias

# A tensor of the Keras backend (TensorFlow, JAX) or a NumPy array; the docstring gives its dtype and shape.
Tensor: TypeAlias = Any
# A keras.Model, keras.Layer, optimizer or loss: Keras has no type annotations.
Model: TypeAlias = Any
Shape: TypeAlias = tuple[int | None, ...]
