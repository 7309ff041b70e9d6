"""The machine of the measurement: cores, speed of a matrix product, software versions."""

import importlib.metadata
import importlib.util
import os
import time

import keras
import tensorflow as tf

from rnn_zoo.evaluation.hardware import describe_versions


def prepare():
    """Hides GPUs from TensorFlow, so that all contestants use the same CPU cores; call before TensorFlow computes.

    Raises:
        ValueError: Keras runs on another backend.
    """
    backend = keras.backend.backend()
    if backend != "tensorflow":
        raise ValueError(f"`KERAS_BACKEND` must be tensorflow, the backend of these benchmarks; got {backend}.")
    tf.config.set_visible_devices([], "GPU")


def cores():
    """int, the CPU cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def has_torch():
    """bool, whether PyTorch is installed."""
    return importlib.util.find_spec("torch") is not None


def versions():
    """The installed versions as text, including PyTorch if it is installed."""
    torch = f"; torch {importlib.metadata.version('torch')}" if has_torch() else ""
    return describe_versions() + torch


def matmul_gflops(size=2048, repeats=10):
    """The speed of one large float32 matrix product in TensorFlow, the best of several.

    Args:
        size: int > 0, of the square matrices.
        repeats: int > 0.

    Returns:
        float, 1e9 floating-point operations per second; a multiply-add is two.
    """
    matrix = tf.random.stateless_normal((size, size), seed=(0, 0))
    best = float("inf")
    for _ in range(repeats + 1):  # one more: the first may start threads
        start = time.perf_counter()
        tf.matmul(matrix, matrix).numpy()
        best = min(best, time.perf_counter() - start)
    return 2 * size**3 / best / 1e9


def floor_milliseconds(multiply_adds, gflops):
    """Time of a number of multiply-adds at the speed of one large matrix product, in ms."""
    return 2 * multiply_adds / (gflops * 1e9) * 1e3
