"""Custom back-propagation through time: compiled loops for vanilla, LSTM and GRU cells, with explicit gradients."""

from rnn_zoo.bptt.recurrence import recurrence

__all__ = ["recurrence"]
