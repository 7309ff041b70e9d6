"""Named models, one task a file; importing this registers them all."""

from rnn_zoo.models import forecasting, imdb

__all__ = ["forecasting", "imdb"]
