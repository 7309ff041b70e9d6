"""cuDNN's vanilla recurrence compared with the general path.

Every test of equality runs twice: with a stand-in for the operation, on any machine, and with cuDNN itself where there
is a GPU: `pytest -m gpu tests/cells/test_vanilla_cudnn.py`.
"""

import hypothesis.extra.numpy
import keras
import numpy as np
import pytest
from helpers import needs_tensorflow, random_inputs
from hypothesis import given
from keras import ops
from vanilla_reference import BATCH, FEATURES, INPUTS, MASK, STATE, TIME, UNITS, weights, with_weights

from rnn_zoo.cells import VanillaRNN
from rnn_zoo.cells.vanilla_cudnn import cudnn_or_general, cudnn_refusal, cudnn_vanilla

RIGHT_PADDED = np.arange(TIME) < np.array([5, 3, 1, 4, 2, 5])[:, None]
OWN_REGULARIZER = keras.regularizers.L2(0.1)
TOLERANCES = {"float16": 5e-3, "float32": 1e-5, "float64": 1e-10}


@pytest.fixture(params=["stand-in", pytest.param("cudnn", marks=pytest.mark.gpu)])
def operation(request, monkeypatch):
    """Runs the test with a fake operation, then with cuDNN; records the calls."""
    import tensorflow as tf

    real, calls = (stand_in if request.param == "stand-in" else tf.raw_ops.CudnnRNNV3), []

    def counted(**arguments):
        calls.append(arguments)
        return real(**arguments)

    monkeypatch.setattr(tf.raw_ops, "CudnnRNNV3", counted)
    enabled = tf.config.experimental.tensor_float_32_execution_enabled()
    tf.config.experimental.enable_tensor_float_32_execution(False)  # it rounds to 10 bits, on both paths
    yield calls
    tf.config.experimental.enable_tensor_float_32_execution(enabled)


def stand_in(
    input,
    input_h,
    input_c,
    params,
    sequence_lengths,
    rnn_mode="lstm",
    input_mode="linear_input",
    direction="unidirectional",
    is_training=True,
    time_major=True,
):
    """cuDNN's documented behaviour for one layer in one direction, batch first, including its errors.

    The parameters are the matrices of the input and of the state, [units, columns] row by row, then the two biases.
    """
    import tensorflow as tf

    assert (input_mode, direction, is_training, time_major) == ("linear_input", "unidirectional", True, False)
    features, units = input.shape[2], input_h.shape[2]
    assert input_h.shape[1:] == (1, units) and sequence_lengths.dtype == tf.int32
    w, u, *biases = tf.split(params, [units * features, units * units, units, units])
    w, u = tf.reshape(w, [units, features]), tf.reshape(u, [units, units])
    f = {"rnn_tanh": tf.tanh, "rnn_relu": tf.nn.relu}[rnn_mode]
    refused = [tf.debugging.assert_positive(sequence_lengths), tf.debugging.assert_positive(tf.shape(input))]
    with tf.control_dependencies([check for check in refused if check is not None]):
        h, outputs = input_h[:, 0], []
    for t in range(input.shape[1]):
        new = f(tf.linalg.matvec(w, input[:, t]) + tf.linalg.matvec(u, h) + sum(biases))
        valid = (t < sequence_lengths)[:, None]
        h = tf.where(valid, new, h)
        outputs.append(tf.where(valid, new, tf.zeros_like(new)))
    return (
        tf.stack(outputs, axis=1),
        h[:, None],
        tf.zeros([], input.dtype),
        tf.zeros([0], input.dtype),
        tf.zeros([], tf.int8),
    )


def vanilla(activation="tanh", go_backwards=False, dtype="float32", values=None, **options):
    layer = VanillaRNN(
        UNITS, activation, return_sequences=True, return_state=True, go_backwards=go_backwards, dtype=dtype, **options
    )
    return with_weights(layer, values)


def general_path(layer, inputs, state, mask=None):
    """The general path in time order, with zeros at padding."""
    outputs, last = layer(inputs, initial_state=state, mask=mask)
    outputs = ops.flip(outputs, axis=1) if layer.go_backwards else outputs
    return (outputs if mask is None else ops.where(mask[..., None], outputs, ops.zeros_like(outputs))), last


def cudnn_path(layer, inputs, state, mask=None, general=None):
    cell, options = layer.cell, {"activation": layer.activation, "mask": mask, "go_backwards": layer.go_backwards}
    arrays = inputs, state, cell.kernel, cell.recurrent_kernel, cell.bias
    return cudnn_or_general(general, *arrays, **options) if general else cudnn_vanilla(*arrays, **options)


def with_gradients(path, layer, inputs, state, *args):
    """Returns outputs and last state; gradients of a random projection by weights, inputs and initial state."""
    import tensorflow as tf

    variables = [variable.value for variable in layer.trainable_variables]
    with tf.GradientTape() as tape:
        tape.watch([inputs, state])
        found = path(layer, inputs, state, *args)
        projected = [part * random_inputs(part.shape, seed=1).astype(layer.compute_dtype) for part in found]
        loss = sum(tf.reduce_sum(part) for part in projected)
    return [*found, *tape.gradient(loss, [*variables, inputs, state])]


def assert_equal(actual, expected, tolerance):
    assert len(actual) == len(expected)
    for one, other in zip(actual, expected, strict=True):
        assert one.dtype == other.dtype and one.shape == other.shape
        np.testing.assert_allclose(one.numpy(), other.numpy(), rtol=10 * tolerance, atol=tolerance)


def tensors(dtype="float32", rows=BATCH):
    return ops.convert_to_tensor(INPUTS[:rows], dtype), ops.convert_to_tensor(STATE[:rows], dtype)


# Equal to the general path


@needs_tensorflow
@pytest.mark.parametrize("mask", [None, RIGHT_PADDED], ids=["full", "padded"])
@pytest.mark.parametrize("go_backwards", [False, True], ids=["forward", "backward"])
@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_equals_the_general_path(operation, dtype, activation, go_backwards, mask):
    layer, arrays = vanilla(activation, go_backwards, dtype), tensors(dtype)
    actual = with_gradients(cudnn_path, layer, *arrays, mask)
    assert_equal(actual, with_gradients(general_path, layer, *arrays, mask), TOLERANCES[dtype])
    assert len(operation) == 1


@needs_tensorflow
@pytest.mark.parametrize("go_backwards", [False, True], ids=["forward", "backward"])
def test_half_precision(operation, go_backwards):
    layer, arrays = vanilla(go_backwards=go_backwards, dtype="float16"), tensors("float16")
    actual = cudnn_path(layer, *arrays, RIGHT_PADDED)
    assert_equal(actual, general_path(layer, *arrays, RIGHT_PADDED), TOLERANCES["float16"])


@needs_tensorflow
def test_without_bias(operation):
    layer, arrays = vanilla(use_bias=False, values=weights()[:2]), tensors()
    assert_equal(
        with_gradients(cudnn_path, layer, *arrays), with_gradients(general_path, layer, *arrays), TOLERANCES["float32"]
    )


@needs_tensorflow
def test_weights_in_float32_compute_in_float16(operation):
    layer, (inputs, state) = vanilla(dtype="mixed_float16"), tensors("float16")
    outputs, last = cudnn_path(layer, inputs, state)
    assert outputs.dtype == last.dtype == "float16"
    assert_equal([outputs, last], general_path(layer, inputs, state), TOLERANCES["float16"])


# The batches that cuDNN refuses


@needs_tensorflow
@pytest.mark.parametrize("go_backwards", [False, True], ids=["forward", "backward"])
@pytest.mark.parametrize(
    ("mask", "taken"),
    [(RIGHT_PADDED, 1), (RIGHT_PADDED[:, ::-1], 0), (MASK[[0, 1, 0, 1, 0, 3]], 0), (MASK[[0, 1, 0, 1, 0, 5]], 0)],
    ids=["right-padded", "left-padded", "holes", "an empty row"],
)
def test_masks_that_cudnn_refuses_take_the_general_path(operation, mask, taken, go_backwards):
    layer, arrays = vanilla(go_backwards=go_backwards), tensors()

    def either(layer, inputs, state, mask):
        return cudnn_path(layer, inputs, state, mask, lambda: raw_general(layer, inputs, state, mask))

    actual = with_gradients(either, layer, *arrays, mask)
    assert_equal(actual, with_gradients(general_path, layer, *arrays, mask), TOLERANCES["float32"])
    assert len(operation) == taken


def raw_general(layer, inputs, state, mask):
    """Returns outputs at padding unchanged, and a list."""
    outputs, last = layer(inputs, initial_state=state, mask=mask)
    return [ops.flip(outputs, axis=1) if layer.go_backwards else outputs, last]


@needs_tensorflow
@pytest.mark.parametrize("masked", [False, True])
def test_a_batch_without_rows_takes_the_general_path(operation, masked):
    layer, (inputs, state) = vanilla(), tensors(rows=0)
    mask = RIGHT_PADDED[:0] if masked else None
    outputs, last = cudnn_path(layer, inputs, state, mask, lambda: raw_general(layer, inputs, state, mask))
    assert outputs.shape == (0, TIME, UNITS) and last.shape == (0, UNITS)
    assert not operation


@pytest.fixture
def graph(operation):
    """One graph for any mask and batch size: both paths, each with outputs, state and gradients."""
    import tensorflow as tf

    layer = vanilla(go_backwards=True)

    def run(path, inputs, state):
        found = path()
        loss = sum(tf.reduce_sum(tf.sin(part)) for part in found)
        variables = [variable.value for variable in layer.trainable_variables]
        return [*found, *tf.gradients(loss, [*variables, inputs, state])]

    def both(inputs, state, mask):
        def either():
            return cudnn_path(layer, inputs, state, mask, lambda: raw_general(layer, inputs, state, mask))

        return run(either, inputs, state), run(lambda: general_path(layer, inputs, state, mask), inputs, state)

    shapes = [(None, TIME, FEATURES), (None, UNITS), (None, TIME)]
    dtypes = [tf.float32, tf.float32, tf.bool]
    return tf.function(both, input_signature=list(map(tf.TensorSpec, shapes, dtypes)))


@needs_tensorflow
def test_any_mask_in_a_graph(graph):
    @given(
        mask=hypothesis.extra.numpy.arrays(bool, (BATCH, TIME))
        | hypothesis.extra.numpy.arrays(int, BATCH, elements=hypothesis.strategies.integers(0, TIME)).map(
            lambda lengths: np.arange(TIME) < lengths[:, None]
        ),
        rows=hypothesis.strategies.integers(0, BATCH),
    )
    @hypothesis.settings(max_examples=20)
    def holds(mask, rows):
        either, general = graph(*tensors(rows=rows), mask[:rows])
        assert_equal(either, general, TOLERANCES["float32"])

    holds()


# The operation itself


@needs_tensorflow
def test_graph_holds_the_operation_and_its_gradient():
    """Building the graph, with all shapes, needs only TensorFlow; running it needs a GPU."""
    import tensorflow as tf

    layer = vanilla("relu", go_backwards=True)

    @tf.function
    def step(inputs, state, mask):
        return with_gradients(cudnn_path, layer, inputs, state, mask)

    graph = step.get_concrete_function(*tensors(), RIGHT_PADDED)
    outputs, last, *gradients = graph.structured_outputs
    assert outputs.shape == (BATCH, TIME, UNITS) and last.shape == (BATCH, UNITS)
    sources = [*(variable.shape for variable in layer.trainable_variables), INPUTS.shape, STATE.shape]
    assert [tuple(gradient.shape) for gradient in gradients] == [tuple(shape) for shape in sources]
    nodes = {node.type: node for node in graph.graph.get_operations()}
    for kind in ("CudnnRNNV3", "CudnnRNNBackpropV3"):
        assert nodes[kind].get_attr("rnn_mode") == b"rnn_relu" and not nodes[kind].get_attr("time_major")
    assert nodes["CudnnRNNV3"].get_attr("is_training")


@needs_tensorflow
@pytest.mark.gpu
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_cudnn_needs_the_same_number_of_parameters(dtype, operation):
    """The operation does not check, and would read out of bounds."""
    import tensorflow as tf

    cudnn_path(vanilla(dtype=dtype), *tensors(dtype))
    wanted = tf.raw_ops.CudnnRNNParamsSize(
        num_layers=1, num_units=UNITS, input_size=FEATURES, T=dtype, S="int32", rnn_mode="rnn_tanh"
    )
    assert operation[0]["params"].shape == (int(wanted[0]),)


# Bad input


@pytest.fixture
def with_gpu(monkeypatch):
    """Makes TensorFlow report a GPU and a CUDA build."""
    import tensorflow as tf

    monkeypatch.setattr(tf.config, "list_logical_devices", lambda kind: [f"/{kind}:0"])
    monkeypatch.setattr(tf.sysconfig, "get_build_info", lambda: {"is_cuda_build": True})


@needs_tensorflow
@pytest.mark.parametrize("activation", ["tanh", "relu", ops.tanh, ops.relu])
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "mixed_float16"])
def test_supported_layers_are_accepted(with_gpu, activation, dtype):
    assert cudnn_refusal(VanillaRNN(UNITS, activation, dropout=0.5, use_bias=False, dtype=dtype)) is None


@needs_tensorflow
@pytest.mark.parametrize(
    ("options", "requirement"),
    [
        ({"activation": "sigmoid"}, "`activation` 'tanh' or 'relu', got 'sigmoid'"),
        ({"recurrent_dropout": 0.2}, "a layer without `recurrent_dropout`, got 0.2"),
        ({"stateful": True}, "a layer without `stateful`, got True"),
        ({"unroll": True}, "a layer without `unroll`, got True"),
        ({"activity_regularizer": OWN_REGULARIZER}, f"a layer without `activity_regularizer`, got {OWN_REGULARIZER!r}"),
        ({"dtype": "mixed_bfloat16"}, "a `dtype` that computes in float16, float32 or float64, got 'bfloat16'"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",  # no address, which differs by process
)
def test_refused_layers(with_gpu, options, requirement):
    expected = f"`implementation` 'cudnn' needs {requirement}; use 'auto' or 'general'."
    assert cudnn_refusal(VanillaRNN(UNITS, **options)) == expected


@needs_tensorflow
def test_refused_without_a_gpu(monkeypatch):
    import tensorflow as tf

    monkeypatch.setattr(tf.config, "list_logical_devices", lambda kind: [])
    expected = "`implementation` 'cudnn' needs a GPU visible to TensorFlow, but found none; use 'auto' or 'general'."
    assert cudnn_refusal(VanillaRNN(UNITS)) == expected


@needs_tensorflow
def test_refused_on_a_gpu_without_cuda(with_gpu, monkeypatch):
    import tensorflow as tf

    monkeypatch.setattr(tf.sysconfig, "get_build_info", lambda: {"is_cuda_build": False})
    assert "needs a TensorFlow build with CUDA, got one without; use" in cudnn_refusal(VanillaRNN(UNITS))


@pytest.mark.skipif(keras.backend.backend() == "tensorflow", reason="other backends only")
def test_refused_on_other_backends():
    assert f"the TensorFlow backend, got {keras.backend.backend()!r}; use" in cudnn_refusal(VanillaRNN(UNITS))


@needs_tensorflow
def test_unknown_activation_is_named():
    with pytest.raises(ValueError, match=r"`activation` must be 'tanh' or 'relu' on cuDNN, got 'sigmoid'"):
        cudnn_path(vanilla("sigmoid"), *tensors())
