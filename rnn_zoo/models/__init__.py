"""Named models, one task a file; importing this registers them all."""

from rnn_zoo.models import digits, forecasting, imdb, streams, tagging

__all__ = ["digits", "forecasting", "imdb", "streams", "tagging"]
