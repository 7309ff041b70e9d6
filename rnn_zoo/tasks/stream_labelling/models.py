"""Named models that label every step of a stream: ids <int>[batch, time] to <float>[batch, time, labels]."""

from rnn_zoo.layers import Labels, OneHot, Recurrent
from rnn_zoo.tasks.named_models import register_model
from rnn_zoo.topologies import many_to_many
from rnn_zoo.types import Model


@register_model
def word_detector(
    *, vocabulary_size: int = 30, cell: str = "gru", units: int = 32, labels: int = 1, seed: int | None = None
) -> Model:
    """One recurrence over one-hot characters: the probability at each that a word has just ended."""
    return many_to_many(
        OneHot(vocabulary_size), Recurrent(cell, units, seed=seed), Labels(labels), name="word_detector"
    )
