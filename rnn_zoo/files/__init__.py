"""Files: atomic writing, tables, long texts, splits, TensorFlow Datasets."""

from rnn_zoo.files.atomic import atomic_file, atomic_folder, remove_leftovers

__all__ = ["atomic_file", "atomic_folder", "remove_leftovers"]
