"""Text preprocessing: vocabularies, tokenisation, batches, word vectors, tag schemes."""

from rnn_zoo.text import word_vectors
from rnn_zoo.text.batches import Batches
from rnn_zoo.text.pair_batches import PairBatches
from rnn_zoo.text.spelling import Spelling
from rnn_zoo.text.standardize import standardize
from rnn_zoo.text.streams import Streams
from rnn_zoo.text.symbols import Symbols
from rnn_zoo.text.token_ids import TokenIds
from rnn_zoo.text.vocabulary import Vocabulary
from rnn_zoo.text.windows import Windows

__all__ = [
    "Batches",
    "PairBatches",
    "Spelling",
    "Streams",
    "Symbols",
    "TokenIds",
    "Vocabulary",
    "Windows",
    "standardize",
    "word_vectors",
]
