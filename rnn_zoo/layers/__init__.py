"""Layers: fronts, recurrence, heads, attention, losses, pooling over time."""

import rnn_zoo.layers.losses.identity  # registers the loss that saved models name
import rnn_zoo.layers.losses.step_model  # registers the models that count every step
import rnn_zoo.layers.old_names  # noqa: F401  registers the class names of old .keras files
from rnn_zoo.layers.crf.crf import CRF
from rnn_zoo.layers.fronts.characters import Characters
from rnn_zoo.layers.fronts.frames import Frames
from rnn_zoo.layers.fronts.front import Front
from rnn_zoo.layers.fronts.future_steps import FutureSteps
from rnn_zoo.layers.fronts.instance_norm import InstanceNorm
from rnn_zoo.layers.fronts.ngrams import NGrams
from rnn_zoo.layers.fronts.one_hot import OneHot
from rnn_zoo.layers.fronts.seasonal_smoothing import SeasonalSmoothing
from rnn_zoo.layers.fronts.time_features import TimeFeatures
from rnn_zoo.layers.fronts.tokens import Tokens
from rnn_zoo.layers.fronts.vectors import Vectors
from rnn_zoo.layers.heads.chords import Chords
from rnn_zoo.layers.heads.classes import Classes
from rnn_zoo.layers.heads.head import Head
from rnn_zoo.layers.heads.labels import Labels
from rnn_zoo.layers.heads.next_token import NextToken, Perplexity
from rnn_zoo.layers.heads.ngram_evidence import NGramEvidence
from rnn_zoo.layers.heads.quantiles import Quantiles
from rnn_zoo.layers.heads.raw_forecast import RawForecast
from rnn_zoo.layers.heads.tags import Tags
from rnn_zoo.layers.heads.values import Values
from rnn_zoo.layers.losses.language_model import LanguageModelLoss
from rnn_zoo.layers.losses.step_loss import StepLoss
from rnn_zoo.layers.losses.stream_loss import StreamLoss
from rnn_zoo.layers.recurrent.dilated import Dilated
from rnn_zoo.layers.recurrent.recurrent import Recurrent
from rnn_zoo.layers.recurrent.registry import CELLS, register_cell
from rnn_zoo.layers.recurrent.segmented import Segmented
from rnn_zoo.layers.recurrent.segrnn import JoinSegments, SegRNN
from rnn_zoo.layers.seq2seq.attention import MemoryAttention
from rnn_zoo.layers.seq2seq.bridge import Bridge
from rnn_zoo.layers.seq2seq.decoder import Decoder
from rnn_zoo.layers.seq2seq.encoder import Encoder
from rnn_zoo.layers.time_pooling import TimePooling

__all__ = [
    "CELLS",
    "CRF",
    "Bridge",
    "Characters",
    "Chords",
    "Classes",
    "Decoder",
    "Dilated",
    "Encoder",
    "Frames",
    "Front",
    "FutureSteps",
    "Head",
    "InstanceNorm",
    "JoinSegments",
    "Labels",
    "LanguageModelLoss",
    "MemoryAttention",
    "NGramEvidence",
    "NGrams",
    "NextToken",
    "OneHot",
    "Perplexity",
    "Quantiles",
    "RawForecast",
    "Recurrent",
    "SeasonalSmoothing",
    "SegRNN",
    "Segmented",
    "StepLoss",
    "StreamLoss",
    "Tags",
    "TimeFeatures",
    "TimePooling",
    "Tokens",
    "Values",
    "Vectors",
    "register_cell",
]
