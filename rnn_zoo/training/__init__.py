"""Training: one call that trains, checkpoints, resumes, stops in time and leaves a readable folder behind."""

from rnn_zoo.training.adapt import adapt
from rnn_zoo.training.array_batches import ArrayBatches
from rnn_zoo.training.fit import fit
from rnn_zoo.training.history import History
from rnn_zoo.training.prepare import prepare

__all__ = ["ArrayBatches", "History", "adapt", "fit", "prepare"]
