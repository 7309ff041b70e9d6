"""Training: `fit` trains with checkpoints, resumption and early stopping, and writes its results to a folder."""

from rnn_zoo.training.adapt import adapt
from rnn_zoo.training.array_batches import ArrayBatches
from rnn_zoo.training.fit import fit
from rnn_zoo.training.history import History
from rnn_zoo.training.prepare import prepare

__all__ = ["ArrayBatches", "History", "adapt", "fit", "prepare"]
