"""From raw strings to padded token ids."""

from rnn_zoo.text import word_vectors
from rnn_zoo.text.batches import Batches
from rnn_zoo.text.standardize import standardize
from rnn_zoo.text.token_ids import TokenIds
from rnn_zoo.text.vocabulary import Vocabulary

__all__ = ["Batches", "TokenIds", "Vocabulary", "standardize", "word_vectors"]
