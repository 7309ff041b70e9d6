"""Without TensorFlow Datasets the loaders that need it name the command that installs it."""

import sys

import pytest

from rnn_zoo.files.tfds import import_tfds
from rnn_zoo.tasks.forecasting.data import load_series
from rnn_zoo.tasks.tagging.data import load_tagged
from rnn_zoo.tasks.text_classification.data import load

COMMAND = r'pip install "rnn-zoo\[datasets\]"'


@pytest.fixture
def without_tfds(monkeypatch):
    """Python behaves as if TensorFlow Datasets were not installed."""
    for name in [name for name in sys.modules if name.startswith("rnn_zoo.tasks.forecasting.sources.ett_builder")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "tensorflow_datasets", None)


@pytest.mark.parametrize(
    ("loader", "name"), [(load, "imdb_reviews"), (load_tagged, "conll2003"), (load_series, "ett_h1")]
)
def test_a_loader_names_the_command(without_tfds, loader, name):
    with pytest.raises(ImportError, match=COMMAND):
        loader(name)


def test_the_module_is_returned():
    pytest.importorskip("tensorflow_datasets")
    assert import_tfds() is sys.modules["tensorflow_datasets"]


def test_a_missing_dependency_of_tfds_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow_datasets", None)
    with pytest.raises(ImportError, match=f"{COMMAND} .*tensorflow_datasets"):
        import_tfds()
