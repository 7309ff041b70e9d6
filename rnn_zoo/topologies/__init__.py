"""Topologies: one builder per file; each builds a functional `keras.Model`."""

from rnn_zoo.topologies.encoder_decoder import encoder_decoder
from rnn_zoo.topologies.many_to_many import many_to_many
from rnn_zoo.topologies.many_to_one import many_to_one
from rnn_zoo.topologies.one_to_many import one_to_many
from rnn_zoo.topologies.one_to_one import one_to_one
from rnn_zoo.topologies.streaming import Stream
from rnn_zoo.topologies.writer import Generator, Writer

__all__ = [
    "Generator",
    "Stream",
    "Writer",
    "encoder_decoder",
    "many_to_many",
    "many_to_one",
    "one_to_many",
    "one_to_one",
]
