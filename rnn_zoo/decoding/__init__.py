"""Decoding: what is written from predictions; batched, and each way one TensorFlow graph that stops early.

Each runs eagerly, under `tf.function` and in a SavedModel, but not under `jit_compile=True`: what is written grows from
step to step, and XLA wants shapes that stay.
"""

from rnn_zoo.decoding.beam_search import beam_search
from rnn_zoo.decoding.greedy import greedy
from rnn_zoo.decoding.sample import sample
from rnn_zoo.decoding.sample_keys import after_silence, sample_keys
from rnn_zoo.decoding.written import Written

__all__ = ["Written", "after_silence", "beam_search", "greedy", "sample", "sample_keys"]
