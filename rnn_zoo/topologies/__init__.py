"""Topologies: one builder a file, each of which returns a plain functional `keras.Model`."""

from rnn_zoo.topologies.many_to_many import many_to_many
from rnn_zoo.topologies.many_to_one import many_to_one
from rnn_zoo.topologies.one_to_one import one_to_one

__all__ = ["many_to_many", "many_to_one", "one_to_one"]
