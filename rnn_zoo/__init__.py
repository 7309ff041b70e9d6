"""rnn_zoo: recurrent networks for Keras 3, as a front, a recurrence and a head."""

__version__ = "0.1.0"
