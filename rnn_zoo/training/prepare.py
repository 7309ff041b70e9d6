"""Device, precision and seed of a process, set before a model is built."""

import os

import keras

from rnn_zoo.checks import one_of

PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")


def prepare(seed: int = 0, precision: str = "float32") -> str:
    """Sets device, precision and seed, and prints them in one line.

    Call it before the model is built, because a layer gets its precision and its initial weights when it is created.
    On TensorFlow it enables memory growth for every GPU, so that the process allocates only the memory that it needs.

    Args:
        seed: seed of Python, NumPy and Keras, in [0, 2**32). Default 0.
        precision: "float32" (default), or "mixed_bfloat16" or "mixed_float16": computation in 16 bits, weights in 32.
            16 bits are faster on a GPU with tensor cores and slower on most CPUs.
    Returns:
        the devices, such as "GPU NVIDIA H200" or "CPU, 2 cores".
    Raises:
        ValueError: `seed` or `precision` is not one of the values above.
    """
    check_seed(seed)
    one_of("precision", precision, PRECISIONS)
    # Memory growth must be set before anything else uses a GPU, including the random seed.
    device, note = _tensorflow_device() if keras.backend.backend() == "tensorflow" else _other_device()
    keras.config.set_dtype_policy(precision)
    keras.utils.set_random_seed(seed)
    print(f"Device: {device}{note}; precision {precision}; seed {seed}", flush=True)
    return device


def check_seed(seed: int) -> int:
    """Returns `seed` as an int; ValueError unless it is an integer in [0, 2**32)."""
    if isinstance(seed, bool) or not hasattr(seed, "__index__") or not 0 <= seed.__index__() < 2**32:
        raise ValueError(f"`seed` must be an integer in [0, 2**32), got {seed!r}.")
    return seed.__index__()


def _tensorflow_device():
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        return _cpu(), " (no GPU found)"
    note = " (memory growth on)"
    for gpu in gpus:
        try:
            tf.config.experimental.set_memory_growth(gpu, True)
        except RuntimeError:  # TensorFlow already uses the GPU
            note = " (memory growth not set: call prepare() before any other TensorFlow code)"
    names = [tf.config.experimental.get_device_details(gpu).get("device_name", gpu.name) for gpu in gpus]
    return ", ".join(f"GPU {name}" for name in names), note


def _other_device():
    backend = keras.backend.backend()
    devices = keras.distribution.list_devices()
    on_cpu = all("cpu" in device.lower() for device in devices)
    return _cpu() if on_cpu else ", ".join(devices), f" ({backend} backend)"


def _cpu():
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"CPU, {count} core{'s' if count != 1 else ''}"
