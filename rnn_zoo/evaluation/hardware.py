"""Description of the hardware and software that result rows were measured on."""

import importlib.metadata
import os
import platform


def describe_hardware() -> str:
    """Description of this machine: "2 cores, Intel(R) Xeon(R) Processor, no GPU"."""
    import tensorflow as tf  # slow to import, and needed only by runs that measured something

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    gpus = [
        tf.config.experimental.get_device_details(device).get("device_name", "GPU")
        for device in tf.config.list_physical_devices("GPU")
    ]
    return f"{cores} core{'s' * (cores != 1)}, {_processor()}, {' + '.join(gpus) or 'no GPU'}"


def describe_versions() -> str:
    """Installed versions: "tensorflow 2.21.0; keras 3.15.1; rnn_zoo 0.1.0"."""
    named = {"tensorflow": "tensorflow", "keras": "keras", "rnn_zoo": "rnn-zoo"}
    return "; ".join(f"{name} {importlib.metadata.version(package)}" for name, package in named.items())


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
