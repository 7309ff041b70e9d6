"""Topologies: one builder a file, each of which returns a plain functional `keras.Model`."""

from rnn_zoo.topologies.many_to_one import many_to_one

__all__ = ["many_to_one"]
