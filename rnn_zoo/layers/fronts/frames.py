"""Frames: front that encodes a sequence of images with a small convolutional network."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from rnn_zoo.checks import positive_integer, positive_number
from rnn_zoo.layers.fronts.front import Front
from rnn_zoo.layers.masks import clear_masked
from rnn_zoo.layers.quantized import KeepsQuantization
from rnn_zoo.types import Shape, Tensor


@keras.saving.register_keras_serializable(package="rnn_zoo")
class Frames(KeepsQuantization, Front):
    """One vector per image, from a small convolutional network shared by all images.

        a_0 = scale x_t,  a_n = pool(relu(K_n * a_(n-1) + k_n)),  y_t = relu(a_N W + b)

    where pool takes the maximum of each 2 x 2 pixels, until one pixel is left. `one_to_one` applies it to
    single images.

    Args:
        shape: (height, width, channels) of an image, ints > 0.
        dim: int > 0, width of the output vectors.
        filters: ints > 0, number of filters of each convolution.
        kernel_size: int > 0, edge length of the kernels K in pixels.
        scale: float > 0, factor of the pixels: 1 / 255 for bytes. Default 1.
        mask_value: value of padding: images whose pixels all equal it are masked; None: every step is valid.

    Call arguments:
        inputs: <float>[batch, time, height, width, channels], padding on the right.

    Returns:
        <float>[batch, time, dim]; with a mask_value, padding is 0 and masked.

    Raises:
        ValueError: an argument is out of its range, or the images have another shape.

    Reference: LeCun et al. 1998, "Gradient-based learning applied to document recognition", section II.
    """

    per_step = True

    def __init__(
        self,
        shape: Sequence[int],
        dim: int,
        filters: Sequence[int] = (16, 32),
        kernel_size: int = 3,
        scale: float = 1.0,
        mask_value: float | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.shape = _sizes("shape", shape, 3)
        self.dim = positive_integer("dim", dim)
        self.filters = _sizes("filters", filters)
        self.kernel_size = positive_integer("kernel_size", kernel_size)
        self.scale = positive_number("scale", scale)
        if mask_value is not None and mask_value != mask_value:
            raise ValueError("`mask_value` must be a number that equals itself, got nan; replace NaN in the data.")
        self.mask_value = mask_value
        options = {"padding": "same", "activation": "relu", "dtype": self.dtype_policy}
        self.convolutions = [
            keras.layers.Conv2D(count, self.kernel_size, name=f"convolution_{number}", **options)
            for number, count in enumerate(self.filters)
        ]
        self.dense = keras.layers.Dense(self.dim, activation="relu", dtype=self.dtype_policy, name="dense")

    def make_input(self) -> Any:
        return keras.Input((None, *self.shape), name="images")

    def build(self, inputs_shape: Shape) -> None:
        if tuple(inputs_shape[2:]) != self.shape:
            raise ValueError(
                f"`inputs` must be images of shape {self.shape}, [batch, time, height, width, channels]; got "
                f"{tuple(inputs_shape)}."
            )
        height, width, channels = self.shape
        for convolution in self.convolutions:
            convolution.build((None, height, width, channels))
            height, width, channels = _pooled(height), _pooled(width), convolution.filters
        self.dense.build((None, height * width * channels))

    def call(self, inputs: Tensor) -> Tensor:
        mask = self.compute_mask(inputs)
        batch, time = ops.shape(inputs)[:2]
        images = ops.reshape(inputs * self.scale, (-1, *self.shape))
        for convolution in self.convolutions:
            images = convolution(images)
            if max(images.shape[1:3]) > 1:
                # Explicit strides: the default of Keras 3.15 is wrong on JAX.
                images = ops.max_pool(images, (2, 2), (2, 2), padding="same")
        vectors = self.dense(ops.reshape(images, (-1, self.dense.kernel.shape[0])))
        return clear_masked(ops.reshape(vectors, (batch, time, self.dim)), mask)

    def compute_mask(self, inputs: Tensor, previous_mask: Tensor | None = None) -> Tensor | None:
        if self.mask_value is None:
            return previous_mask
        mask = ops.any(ops.not_equal(inputs, self.mask_value), axis=(2, 3, 4))
        return mask if previous_mask is None else ops.logical_and(mask, previous_mask)

    def compute_output_shape(self, inputs_shape: Shape) -> Shape:
        return (*inputs_shape[:2], self.dim)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "shape": list(self.shape),
            "dim": self.dim,
            "filters": list(self.filters),
            "kernel_size": self.kernel_size,
            "scale": self.scale,
            "mask_value": self.mask_value,
        }


def _sizes(name, values, count=None):
    if not isinstance(values, (list, tuple)) or not values or count not in (None, len(values)):
        raise ValueError(f"`{name}` must be {count or 'a tuple of'} positive integers, got {values!r}.")
    return tuple(positive_integer(name, value) for value in values)


def _pooled(edge):
    return -(-edge // 2)
