"""Layers: fronts, the recurrence, heads, pooling over time."""

from rnn_zoo.layers.bridge import Bridge
from rnn_zoo.layers.cell_registry import CELLS, register_cell
from rnn_zoo.layers.characters import Characters
from rnn_zoo.layers.chords import Chords
from rnn_zoo.layers.classes import Classes
from rnn_zoo.layers.crf import CRF
from rnn_zoo.layers.decoder import Decoder
from rnn_zoo.layers.encoder import Encoder
from rnn_zoo.layers.frames import Frames
from rnn_zoo.layers.front import Front
from rnn_zoo.layers.future_steps import FutureSteps
from rnn_zoo.layers.head import Head
from rnn_zoo.layers.instance_norm import InstanceNorm
from rnn_zoo.layers.labels import Labels
from rnn_zoo.layers.memory_attention import MemoryAttention
from rnn_zoo.layers.next_token import NextToken, Perplexity
from rnn_zoo.layers.next_words import NextWords
from rnn_zoo.layers.ngram_evidence import NGramEvidence
from rnn_zoo.layers.ngrams import NGrams
from rnn_zoo.layers.one_hot import OneHot
from rnn_zoo.layers.quantiles import Quantiles
from rnn_zoo.layers.raw_forecast import RawForecast
from rnn_zoo.layers.recurrent import Recurrent
from rnn_zoo.layers.segmented import Segmented
from rnn_zoo.layers.segrnn import JoinSegments, SegRNN
from rnn_zoo.layers.step_nats import StepNats
from rnn_zoo.layers.stream_nats import StreamNats
from rnn_zoo.layers.tags import Tags
from rnn_zoo.layers.time_features import TimeFeatures
from rnn_zoo.layers.time_pooling import TimePooling
from rnn_zoo.layers.tokens import Tokens
from rnn_zoo.layers.values import Values
from rnn_zoo.layers.vectors import Vectors

__all__ = [
    "CELLS",
    "CRF",
    "Bridge",
    "Characters",
    "Chords",
    "Classes",
    "Decoder",
    "Encoder",
    "Frames",
    "Front",
    "FutureSteps",
    "Head",
    "InstanceNorm",
    "JoinSegments",
    "Labels",
    "MemoryAttention",
    "NGramEvidence",
    "NGrams",
    "NextToken",
    "NextWords",
    "OneHot",
    "Perplexity",
    "Quantiles",
    "RawForecast",
    "Recurrent",
    "SegRNN",
    "Segmented",
    "StepNats",
    "StreamNats",
    "Tags",
    "TimeFeatures",
    "TimePooling",
    "Tokens",
    "Values",
    "Vectors",
    "register_cell",
]
