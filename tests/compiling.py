"""Compiler settings of the tests: cheap to compile, whatever it costs to run."""

import sys
from importlib import metadata


def release(package):
    """The first two numbers of a package's version; None where it is not installed."""
    try:
        return ".".join(metadata.version(package).split(".")[:2])
    except metadata.PackageNotFoundError:
        return None


# Hundreds of small functions are compiled and run once or twice: what XLA would gain by optimising them, it loses.
XLA_FLAGS = "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"
# These halve what is left. XLA ends the process at a flag that it does not know, so only releases known to have them
# get them.
if release("tensorflow") == "2.21" and release("jaxlib") in ("0.10", None):
    XLA_FLAGS += " --xla_cpu_use_fusion_emitters=false --xla_cpu_parallel_codegen_split_count=1"


def leave_graphs_alone():
    """Turns off TensorFlow's graph optimisation, if TensorFlow is imported: most graphs run once or twice."""
    if "tensorflow" in sys.modules:
        sys.modules["tensorflow"].config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
