"""Import of TensorFlow Datasets, an optional dependency for IMDB, CoNLL-2003 and ETT."""

from types import ModuleType


def import_tfds() -> ModuleType:
    """Imports TensorFlow Datasets.

    Raises:
        ImportError: it is not installed; the message names the command that installs it.
    """
    try:
        import tensorflow_datasets
    except ImportError as error:
        raise ImportError(
            f'This data set needs TensorFlow Datasets: pip install "rnn-zoo[datasets]" ({error}).'
        ) from error
    return tensorflow_datasets
