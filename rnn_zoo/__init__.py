"""rnn_zoo: recurrent networks for Keras 3, as a front, a recurrence and a head."""

import importlib
import os

# Before TensorFlow is imported, or it tells every run of the processor's instructions and of drivers it did not find;
# what went wrong reaches Python as an exception all the same.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from rnn_zoo.cells import MinGRU, MinGRUCell, MinLSTM, MinLSTMCell, VanillaCell, VanillaRNN
from rnn_zoo.layers import (
    CELLS,
    CRF,
    Characters,
    Classes,
    Decoder,
    Encoder,
    Frames,
    Front,
    FutureSteps,
    Head,
    InstanceNorm,
    JoinSegments,
    Labels,
    MemoryAttention,
    NextToken,
    NGramEvidence,
    NGrams,
    OneHot,
    Quantiles,
    Recurrent,
    Segmented,
    SegRNN,
    Tags,
    TimeFeatures,
    TimePooling,
    Tokens,
    Values,
    Vectors,
    register_cell,
)
from rnn_zoo.topologies import Stream, Writer, encoder_decoder, many_to_many, many_to_one, one_to_many, one_to_one
from rnn_zoo.zoo import create_model, find_pretrained, list_models, register_model

__version__ = "0.1.0"

__all__ = [
    "CELLS",
    "CRF",
    "Characters",
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
    "MinGRU",
    "MinGRUCell",
    "MinLSTM",
    "MinLSTMCell",
    "NGramEvidence",
    "NGrams",
    "NextToken",
    "OneHot",
    "Quantiles",
    "Recurrent",
    "SegRNN",
    "Segmented",
    "Stream",
    "Tags",
    "TimeFeatures",
    "TimePooling",
    "Tokens",
    "Values",
    "VanillaCell",
    "VanillaRNN",
    "Vectors",
    "Writer",
    "create_model",
    "encoder_decoder",
    "find_pretrained",
    "list_models",
    "load",
    "many_to_many",
    "many_to_one",
    "one_to_many",
    "one_to_one",
    "register_cell",
    "register_model",
]


def __getattr__(name):
    if name == "load":  # late, because it brings in what only trained models need
        return importlib.import_module("rnn_zoo.export").load
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
