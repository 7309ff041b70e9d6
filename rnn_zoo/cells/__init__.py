"""One recurrence a file: its equation, its shapes, its source, the reason for each initialisation."""

from rnn_zoo.cells.vanilla import VanillaCell, VanillaRNN

__all__ = ["VanillaCell", "VanillaRNN"]
