"""Models that answer at every step of a stream of characters; each reads ids <int>[batch, time]."""

from rnn_zoo.layers import Labels, OneHot, Recurrent
from rnn_zoo.topologies import many_to_many
from rnn_zoo.zoo import register_model


@register_model
def word_detector(*, vocabulary_size=30, cell="gru", units=32, labels=1, seed=None):
    """One recurrence over one-hot characters: the probability, at each, that the word has just passed."""
    return many_to_many(
        OneHot(vocabulary_size), Recurrent(cell, units, seed=seed), Labels(labels), name="word_detector"
    )
