import numpy as np
import pytest
from helpers import random_inputs, run_layer_test
from keras import ops

from rnn_zoo.layers import Frames

IMAGES = random_inputs((2, 3, 5, 4, 2))
IMAGES[1, 1:] = -1
IMAGES[0, 1, 0] = -1  # a single row of pixels is not padding
VALID = np.array([[1, 1, 1], [1, 0, 0]], bool)


def test_layer_contract():
    options = {"shape": (5, 4, 2), "dim": 3, "filters": (3, 4), "kernel_size": 2, "scale": 0.5, "mask_value": -1.0}
    layer, outputs = run_layer_test(
        Frames, options, input_data=IMAGES, expected_output_shape=(2, 3, 3), no_gradient=("bias",)
    )
    np.testing.assert_array_equal(layer.compute_mask(ops.convert_to_tensor(IMAGES)), VALID)
    np.testing.assert_array_equal(outputs[~VALID], 0)
    assert layer.make_input().shape == (None, None, 5, 4, 2)


def test_every_image_equals_the_equation():
    layer = Frames((3, 2, 1), 4, filters=(2,), kernel_size=1, scale=0.1)
    images = random_inputs((2, 3, 3, 2, 1))
    outputs = ops.convert_to_numpy(layer(images))
    assert layer.compute_mask(ops.convert_to_tensor(images)) is None
    kernel, bias, dense, offset = layer.get_weights()
    for row, step in ((0, 0), (1, 2)):
        planes = np.maximum(0.1 * images[row, step] @ kernel[0, 0] + bias, 0)
        pooled = np.stack([planes[:2].max((0, 1)), planes[2:].max((0, 1))])
        expected = np.maximum(pooled.reshape(-1) @ dense + offset, 0)
        np.testing.assert_allclose(outputs[row, step], expected, atol=1e-6)


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"shape": (8, 8)}, r"`shape` must be 3 positive integers, got \(8, 8\)"),
        ({"filters": ()}, "`filters` must be a tuple of positive integers"),
        ({"dim": 0}, "`dim`"),
        ({"scale": 0}, "`scale` must be a positive number, got 0"),
        ({"mask_value": float("nan")}, "`mask_value`"),
    ],
)
def test_errors_name_the_argument(kwargs, message):
    with pytest.raises(ValueError, match=message):
        Frames(**{"shape": (8, 8, 1), "dim": 4, **kwargs})


def test_images_of_another_shape_raise():
    with pytest.raises(ValueError, match=r"images of shape \(5, 4, 2\).*got \(2, 3, 4, 5, 2\)"):
        Frames((5, 4, 2), 3)(random_inputs((2, 3, 4, 5, 2)))
