"""One training step of one recurrent layer, in each library: the same data, weights, loss and update.

    y = layer(x),  L = mean((y - target)^2),  w <- w - rate dL/dw,  and dL/dx is computed too

Every step starts from Python and ends with reading the loss, so that no computation continues after it.
"""

import keras
import numpy as np

import rnn_zoo
from benchmarks import machine
from rnn_zoo.checks import one_of

RNN_ZOO, KERAS, KERAS_XLA, PYTORCH = "rnn_zoo", "Keras", "Keras, XLA", "PyTorch"
LIBRARIES = (RNN_ZOO, KERAS, KERAS_XLA, PYTORCH)
RATE = 0.1
_KERAS_LAYERS = {"vanilla": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM, "gru": keras.layers.GRU}


def libraries():
    """The installed libraries, a list; prints a hint if PyTorch is missing."""
    if machine.has_torch():
        return list(LIBRARIES)
    print('PyTorch is not installed, so its rows are left out. To include them: pip install "rnn-zoo[bench]"')
    return [one for one in LIBRARIES if one != PYTORCH]


def data(sizes, last_only=False, seed=0):
    """Inputs and targets of a step.

    Args:
        sizes: Sizes.
        last_only: bool, targets for the output of the last time step only.
        seed: int.

    Returns:
        (<float32>[batch, time, features], <float32>[batch, time, units]); with last_only the second is
        <float32>[batch, units].
    """
    generator = np.random.default_rng(seed)
    inputs = generator.standard_normal((sizes.batch, sizes.time, sizes.features), "float32")
    outputs = (sizes.batch, sizes.units) if last_only else (sizes.batch, sizes.time, sizes.units)
    return inputs, np.tanh(generator.standard_normal(outputs, "float32"))


def make(library, cell, sizes, inputs, targets, weights=None, **options):
    """A training step of a library's layer.

    Args:
        library: one of `LIBRARIES`.
        cell: "vanilla", "lstm" or "gru"; with rnn_zoo any cell of `Recurrent`.
        sizes: Sizes.
        inputs, targets: as `data` returns them.
        weights: list of arrays in Keras's order and layout; None: the layer's own.
        options: further arguments of `rnn_zoo.Recurrent`.

    Returns:
        TensorFlowStep or TorchStep.
    """
    one_of("library", library, LIBRARIES)
    if library == PYTORCH:
        from benchmarks.torch_step import TorchStep  # may not be installed

        return TorchStep(cell, sizes, inputs, targets, weights)
    from benchmarks.tensorflow_step import TensorFlowStep

    sequences = targets.ndim == 3
    if library == RNN_ZOO:
        layer = rnn_zoo.Recurrent(cell, sizes.units, return_sequences=sequences, seed=0, **options)
    else:
        one_of("cell", cell, _KERAS_LAYERS)
        layer = _KERAS_LAYERS[cell](sizes.units, return_sequences=sequences, seed=0)
    return TensorFlowStep(layer, inputs, targets, weights, jit_compile=library == KERAS_XLA)


def initial_weights(cell, sizes, seed=0):
    """Weights for `make`: the initial weights of a Keras layer, with biases that are not zero.

    Args:
        cell: "vanilla", "lstm" or "gru".
        sizes: Sizes.
        seed: int.

    Returns:
        list of arrays: kernel [features, gates units], recurrent kernel [units, gates units], bias.
    """
    keras.utils.set_random_seed(seed)
    layer = _KERAS_LAYERS[cell](sizes.units)
    layer.build((sizes.batch, sizes.time, sizes.features))
    kernel, recurrent_kernel, bias = layer.get_weights()
    generator = np.random.default_rng(seed)
    return [kernel, recurrent_kernel, bias + 0.1 * generator.standard_normal(bias.shape).astype("float32")]


def assert_equal(steps, tolerance=1e-3):
    """Runs one step of each and compares outputs, loss, dL/dx and the updates of the kernels.

    Args:
        steps: dict, name -> step made by `make` from the same data and weights; the first is the reference.
        tolerance: float, relative to the largest value in the reference's array.

    Raises:
        AssertionError: one of them computes something else; the error has its name.
    """
    found = {name: step.probe() for name, step in steps.items()}
    reference, *others = found
    for name in others:
        for part, expected in found[reference].items():
            allowed = tolerance * np.abs(expected).max()
            off = np.abs(found[name][part] - expected).max()
            assert off <= allowed, f"{name} differs from {reference} in {part} by {off:.2g}, allowed {allowed:.2g}."
