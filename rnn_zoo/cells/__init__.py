"""Recurrent cells and their layers, one recurrence per file, with equation, shapes, reference and initialisation."""

from rnn_zoo.cells.min_gru import MinGRU, MinGRUCell
from rnn_zoo.cells.min_lstm import MinLSTM, MinLSTMCell
from rnn_zoo.cells.vanilla import VanillaCell, VanillaRNN

__all__ = ["MinGRU", "MinGRUCell", "MinLSTM", "MinLSTMCell", "VanillaCell", "VanillaRNN"]
