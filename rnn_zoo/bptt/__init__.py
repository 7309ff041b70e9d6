"""Back-propagation through time of our own: the loops over time of vanilla, LSTM and GRU, and their gradients."""

from rnn_zoo.bptt.recurrence import recurrence

__all__ = ["recurrence"]
