"""Pretrained: an exported text classifier, which answers raw texts."""

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from rnn_zoo.checks import positive_integer
from rnn_zoo.export import folder as export_folder
from rnn_zoo.export.batching import batches_of_like_length, checked_texts, progress_bar
from rnn_zoo.export.classifier import Classifier
from rnn_zoo.runtime.words import Words


class Pretrained(Classifier):
    """An exported text classifier, run from its ONNX form or its SavedModel; files are read when first needed.

    Its `model` maps ids <int>[batch, time] to probabilities <float>[batch, classes].

    Args:
        folder: an exported folder, as `rnn_zoo.tasks.text_classification.export.save` writes it.
    Raises:
        ValueError: the folder lacks a file of an export, or is of another kind.
    """

    kind = "classes"
    serves = ("text", "probabilities")

    @functools.cached_property
    def vocabulary(self) -> Any:
        """The `rnn_zoo.text.Vocabulary` that maps text to the ids of `model`."""
        from rnn_zoo.text import Vocabulary

        return Vocabulary.load(self.folder / export_folder.VOCABULARY)

    @functools.cached_property
    def _words(self) -> Words:
        return Words.load(self.folder / export_folder.VOCABULARY)

    def _by_onnx(self, texts: list[str]) -> np.ndarray:
        return self._ask(["probabilities"], {"ids": self._words.ids(texts)})[0]

    def _by_tensorflow(self, texts: list[str]) -> np.ndarray:
        import tensorflow as tf

        serve = self._saved_model.signatures["serve"]  # `_saved_model.serve` takes 0.1 ms longer to find its graph
        return serve(text=tf.constant(texts, tf.string))["probabilities"].numpy()

    def probabilities(self, inputs: Sequence[str], batch_size: int = 64, progress: bool = False) -> np.ndarray:
        """The probability of every class for every text.

        Args:
            inputs: texts of any length, the empty one included.
            batch_size: texts computed at once, > 0; fewer if they are very long.
            progress: shows a progress bar on standard error.
        Returns:
            <float32>[texts, classes]
        Raises:
            ValueError: `inputs` is a single string, or an item is not text.
        """
        texts = checked_texts(inputs)
        positive_integer("batch_size", batch_size)
        result = self.empty_table(len(texts))
        if not texts:
            return result
        answer = self._by_tensorflow if self._session is None else self._by_onnx
        with progress_bar(len(texts), shown=progress) as advance:
            for rows in batches_of_like_length(texts, batch_size):
                result[rows] = answer([texts[row] for row in rows])
                advance(len(rows))
        return result
