"""Decoding strategies: greedy, sampling and beam search, each one batched TensorFlow graph that stops early.

They run eagerly, under `tf.function` and in a SavedModel, but not with `jit_compile=True`: the output grows at each
step, and XLA needs static shapes.
"""

from rnn_zoo.decoding.beam_search import beam_search
from rnn_zoo.decoding.greedy import greedy
from rnn_zoo.decoding.loop import Generated
from rnn_zoo.decoding.sample import sample
from rnn_zoo.decoding.sample_keys import prepend_silence, sample_keys

__all__ = ["Generated", "beam_search", "greedy", "prepend_silence", "sample", "sample_keys"]
