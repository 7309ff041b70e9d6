"""Files: atomic writes, tables, long texts and splits, for every task that reads or writes them."""

from rnn_zoo.files.atomic import atomic_file, atomic_folder

__all__ = ["atomic_file", "atomic_folder"]
