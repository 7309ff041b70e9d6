"""One recurrence a file: its equation, its shapes, its source, the reason for each initialisation."""

from rnn_zoo.cells.min_gru import MinGRU, MinGRUCell
from rnn_zoo.cells.min_lstm import MinLSTM, MinLSTMCell
from rnn_zoo.cells.vanilla import VanillaCell, VanillaRNN

__all__ = ["MinGRU", "MinGRUCell", "MinLSTM", "MinLSTMCell", "VanillaCell", "VanillaRNN"]
