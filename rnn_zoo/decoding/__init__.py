"""Decoding: what is written from predictions; batched, and each way one TensorFlow graph that stops early."""

from rnn_zoo.decoding.beam_search import beam_search
from rnn_zoo.decoding.greedy import greedy
from rnn_zoo.decoding.sample import sample
from rnn_zoo.decoding.sample_keys import sample_keys
from rnn_zoo.decoding.written import Written

__all__ = ["Written", "beam_search", "greedy", "sample", "sample_keys"]
