"""The SavedModel of a text classifier: signatures that take raw text or token ids."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from rnn_zoo.text import Vocabulary
from rnn_zoo.types import Model


def text_archive(model: Model, vocabulary: Vocabulary, labels: Sequence[str]) -> Any:
    """Wraps a classifier of token ids in a `keras.export.ExportArchive` that needs only TensorFlow to run.

    Args:
        model: built keras.Model, ids <int>[batch, time] -> probabilities <float>[batch, classes].
        vocabulary: its `layer` maps text to the ids of `model`.
        labels: the name of each class.
    Returns:
        keras.export.ExportArchive with two endpoints (`serving_default` is `serve`), each answering
        {"label": <string>[batch], "score": <float>[batch], "probabilities": <float>[batch, classes]}:
        `serve(text: <string>[batch])` and `serve_tokens(ids: <int>[batch, time])`.
    Raises:
        ValueError: the model does not return one probability per label, or has fewer words than the vocabulary.
    """
    for layer in model._flatten_layers():
        # Traced beside a GPU, Keras's LSTM and GRU would put cuDNN operations into the graph, which no CPU can run.
        if hasattr(layer, "use_cudnn"):
            layer.use_cudnn = False
    names = tf.constant(labels, tf.string)

    def answer(ids):
        # A batch of empty strings has no time step; recurrences need one.
        ids = tf.pad(ids, [[0, 0], [0, tf.maximum(0, 1 - tf.shape(ids)[1])]])
        probabilities = tf.cast(model(ids, training=False), tf.float32)
        best = tf.argmax(probabilities, axis=-1)
        return {
            "label": tf.gather(names, best),
            "score": tf.reduce_max(probabilities, axis=-1),
            "probabilities": probabilities,
        }

    def serve(text):
        return answer(tf.cast(vocabulary.layer(text), tf.int32))

    _check_answers(answer, vocabulary, labels)
    vocabulary.layer.built = True  # Keras refuses to track a layer that is not built; this one has no weights.
    archive = keras.export.ExportArchive()
    # The lookup table must be tracked, or it is not saved; the weights must not be: they come with the endpoints and
    # would be written twice.
    archive.track(vocabulary.layer)
    archive.add_endpoint("serve", serve, [tf.TensorSpec([None], tf.string, name="text")])
    archive.add_endpoint("serve_tokens", answer, [tf.TensorSpec([None, None], tf.int32, name="ids")])
    return archive


def _check_answers(answer, vocabulary, labels):
    last = vocabulary.size - 1
    try:
        with tf.device("CPU:0"):  # a GPU reads zeros beyond the end of a table without an error
            probabilities = answer(tf.constant([[0, 0], [1, last]], tf.int32))["probabilities"].numpy()
    except tf.errors.InvalidArgumentError as error:
        raise ValueError(
            f"`vocabulary` has {vocabulary.size} words, but `model` does not accept word id {last}; "
            "pass the vocabulary that the model was trained with."
        ) from error
    if not np.isfinite(probabilities).all():
        raise ValueError("`model` returns NaN or infinite values: its training failed, so there is nothing to export.")
    if probabilities.min() < 0 or probabilities.max() > 1 + 1e-3:
        raise ValueError(
            f"`model` must return probabilities, got values from {probabilities.min():.3g} to "
            f"{probabilities.max():.3g}; end it in a softmax or a sigmoid, as `Classes` does."
        )
