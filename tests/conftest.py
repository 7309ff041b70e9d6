"""What every test needs: a headless matplotlib, quiet logs, fixed seeds, nothing left over from the test before."""

import gc
import os
import random
import sys
from pathlib import Path

from compiling import XLA_FLAGS, leave_graphs_alone

# Before keras, tensorflow and matplotlib are imported: they read these once.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("MPLBACKEND", "Agg")
os.environ.setdefault("XLA_FLAGS", XLA_FLAGS)

import hypothesis
import numpy as np
import pytest

# Derandomised, so that a run is green or red for the same reason on every machine; no deadline, because the first
# call of a layer traces it.
hypothesis.settings.register_profile(
    "rnn_zoo",
    deadline=None,
    derandomize=True,
    max_examples=25 if os.environ.get("KERAS_BACKEND", "tensorflow") == "tensorflow" else 6,  # JAX compiles each shape
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("rnn_zoo")


if os.environ.get("KERAS_BACKEND") == "torch":
    import torch

    torch.backends.cudnn.allow_tf32 = False  # it rounds to 10 bits

    # What a layer returns is compared as numbers everywhere. PyTorch alone wants it detached and on the CPU first.
    as_numpy = torch.Tensor.numpy
    torch.Tensor.numpy = lambda self, **options: as_numpy(self.detach().cpu(), **options)
    as_array = torch.Tensor.__array__
    torch.Tensor.__array__ = lambda self, *arguments, **options: as_array(self.detach().cpu(), *arguments, **options)

TESTS = Path(__file__).parent
LONG = ("tasks", "recipes", "generation", "test_new_task.py", "test_startup.py")


def pytest_collection_modifyitems(items):
    """Runs the longest files first, so that no worker waits at the end; skips `gpu` where TensorFlow sees none."""
    items.sort(key=lambda item: not any(item.path.is_relative_to(TESTS / name) for name in LONG))
    marked = [item for item in items if item.get_closest_marker("gpu")]
    if not marked:
        return
    try:
        import tensorflow as tf
    except ModuleNotFoundError:  # the core runs on JAX alone
        gpus = []
    else:
        gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        for item in marked:
            item.add_marker(pytest.mark.skip(reason="TensorFlow sees no GPU"))


@pytest.fixture(autouse=True)
def seed():
    """Seeds Python, NumPy and the backend with 0 before each test, and undoes a changed dtype policy after it."""
    keras = sys.modules.get("keras")  # tests that need no Keras must not wait for its import
    if keras is None:
        random.seed(0)
        np.random.seed(0)
        yield 0
        return
    keras.utils.set_random_seed(0)
    policy = keras.config.dtype_policy()
    yield 0
    keras.config.set_dtype_policy(policy)


@pytest.fixture(autouse=True, scope="module")
def clear_session():
    """Frees each module's graphs and figures once its tests (and the models they share) are done."""
    leave_graphs_alone()
    gc.freeze()  # all that was imported and is left over: no collection walks through it any more
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
    if "keras" in sys.modules:
        sys.modules["keras"].backend.clear_session()  # it collects garbage, too


@pytest.fixture(scope="session")
def vocabulary():
    """The words of four short texts."""
    from rnn_zoo.text import Vocabulary

    texts = ["the film is good , not bad", "the film is bad , not good", "das Essen war köstlich 🍕 !", "no"]
    return Vocabulary.fit(texts, size=30)


@pytest.fixture(scope="session")
def model(vocabulary):
    """A small untrained classifier of texts."""
    from rnn_zoo import Classes, Recurrent, Tokens, many_to_one

    front = Tokens(vocabulary.size, 8, seed=1)
    return many_to_one(front, Recurrent("gru", 6, bidirectional=True, seed=2), Classes(3), pooling=("max", "mean"))


@pytest.fixture(scope="session")
def exported(model, vocabulary, tmp_path_factory):
    """An export that tests read and never change."""
    from rnn_zoo.tasks.text_classification.export import save

    card = {"data": "four sentences", "licence": "CC0", "command": "make it", "seed": 1, "limits": "knows nothing"}
    metrics = {"gru": {"accuracy": 0.875}, "baseline:tfidf": {"accuracy": 0.75}}
    labels = ["negative", "neutral", "positive"]
    return save(model, vocabulary, labels, tmp_path_factory.mktemp("zoo") / "tiny_gru", card=card, metrics=metrics)
