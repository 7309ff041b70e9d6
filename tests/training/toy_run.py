"""A tiny run with everything that a resume must bring back: dropout, shuffled data, an average, early stopping.

python toy_run.py OUT EPOCH STEP trains in OUT and kills itself at that point, with the signal no program can catch.
"""

import os
import signal
import sys

import keras
import numpy as np
from compiling import leave_graphs_alone

from rnn_zoo.training import fit, prepare


class ToyBatches(keras.utils.PyDataset):
    """Word ids of several lengths; the order is a function of the epoch."""

    def __init__(self, count=5, seed=0):
        super().__init__()
        generator = np.random.default_rng(seed)
        self.batches = [generator.integers(1, 12, (8, 3 + number % 3)).astype("int32") for number in range(count)]
        self.epoch = 0

    def __len__(self):
        return len(self.batches)

    def __getitem__(self, index):
        ids = self.batches[np.random.default_rng(self.epoch).permutation(len(self))[index]]
        return ids, (ids[:, 0] > 6).astype("int32")

    def on_epoch_end(self):
        self.epoch += 1


class At(keras.callbacks.Callback):
    """Calls `action` at one step of one epoch."""

    def __init__(self, epoch, step, action):
        super().__init__()
        self.when = (epoch, step)
        self.action = action

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if (self.epoch, batch) == self.when:
            self.action()


def gru_model():
    inputs = keras.Input((None,), dtype="int32")
    outputs = keras.layers.Embedding(12, 3, mask_zero=True)(inputs)
    outputs = keras.layers.GRU(4, dropout=0.3, recurrent_dropout=0.2, use_cudnn=False)(outputs)
    outputs = keras.layers.Dropout(0.2)(outputs)
    model = keras.Model(inputs, keras.layers.Dense(2, activation="softmax")(outputs))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def run(out, callbacks=()):
    prepare(seed=3)
    model = gru_model()
    options = {"epochs": 4, "seed": 3, "learning_rate": 0.05, "weight_average": 0.8}
    history = fit(model, ToyBatches(), ToyBatches(2, seed=1), out=out, callbacks=callbacks, **options)
    return model, history


if __name__ == "__main__":
    leave_graphs_alone()  # as the tests do that compare with it
    folder, *place = sys.argv[1:]
    run(folder, [At(*map(int, place), lambda: os.kill(os.getpid(), signal.SIGKILL))])
