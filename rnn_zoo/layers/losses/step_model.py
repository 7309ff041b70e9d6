"""StepModel: a keras.Model of per-step predictions whose class weights are those of the steps."""

from typing import Any

import keras
import numpy as np


@keras.saving.register_keras_serializable(package="rnn_zoo")
class StepModel(keras.Model):
    """A `keras.Model` that predicts a class at every step.

    Keras takes targets of two axes for one-hot vectors, one a sequence, and would weight each sequence by the step of
    its largest class number. Here `class_weight` in `fit` and `train_on_batch` weights every step by the class of its
    target; it multiplies `sample_weight`, of sequences or of steps.

    Raises:
        ValueError: `class_weight` names no class, or the data come as an object that hands out batches, to which no
            weights can be added: let it hand out weights of the steps.
    """

    def fit(self, x: Any = None, y: Any = None, *args: Any, **options: Any) -> Any:
        x, options = _weighted(x, y, options)
        return super().fit(x, y, *args, **options)

    def train_on_batch(self, x: Any, y: Any = None, sample_weight: Any = None, **options: Any) -> Any:
        _, options = _weighted(x, y, {**options, "sample_weight": sample_weight})
        return super().train_on_batch(x, y, **options)


def _weighted(x, y, options):
    """(x, options) with the weights of classes made weights of steps."""
    class_weight = options.pop("class_weight", None)
    if class_weight is None:
        return x, options
    if not class_weight or min(class_weight) < 0:
        raise ValueError(f"`class_weight` must be a dict from class numbers >= 0 to weights, got {class_weight!r}.")
    table = np.ones(max(class_weight) + 2, "float32")  # its last row is for classes that are not named
    table[list(class_weight)] = list(class_weight.values())
    if y is not None:
        return x, {**options, "sample_weight": _of_steps(table, np.asarray(y), options.get("sample_weight"))}
    if not hasattr(x, "element_spec"):
        raise ValueError(
            f"`class_weight` needs `y` as an array, or a tf.data.Dataset; {type(x).__name__} must hand out weights of "
            "the steps itself."
        )
    return x.map(lambda *batch: _with_weights(table, *batch)), options


def _of_steps(table, targets, given):
    """<float>[batch, time]: the weight of the class of each target times the weight given."""
    last = len(table) - 1
    numbers = targets.astype("int64")
    found = table[np.where((numbers >= 0) & (numbers < last), numbers, last)]
    return found if given is None else found * np.asarray(given, "float32").reshape(len(numbers), -1)


def _with_weights(table, inputs, targets, given=None):
    """A batch of a tf.data.Dataset with weights of its steps, whatever the backend."""
    import tensorflow as tf

    last = len(table) - 1
    numbers = tf.cast(targets, "int64")
    found = tf.gather(table, tf.where((numbers >= 0) & (numbers < last), numbers, last))
    if given is not None:
        found *= tf.reshape(tf.cast(given, "float32"), [tf.shape(numbers)[0], -1])
    return inputs, targets, found
