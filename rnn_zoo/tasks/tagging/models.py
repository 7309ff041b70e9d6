"""Taggers: {"words": <int>[batch, time], "letters": <int>[batch, time, letters]} -> tag scores of each word."""

import string
from collections.abc import Callable, Sequence
from typing import Any

from rnn_zoo.layers import Characters, Recurrent, Tags
from rnn_zoo.tasks.named_models import register_model
from rnn_zoo.topologies import many_to_many
from rnn_zoo.types import Model, Tensor

_LETTERS = tuple(string.ascii_letters + string.digits + string.punctuation)
_NAMES = ("O", "B-LOC", "I-LOC", "B-MISC", "I-MISC", "B-ORG", "I-ORG", "B-PER", "I-PER")
_OPEN = ("ADJ", "ADV", "INTJ", "NOUN", "PROPN", "VERB")
_CLOSED = ("ADP", "AUX", "CCONJ", "DET", "NUM", "PART", "PRON", "PUNCT", "SCONJ", "SYM", "X")


def _tagger(
    name: str, doc: str, crf: bool, default_tags: Sequence[str], default_dropout: float
) -> Callable[..., Model]:
    """Registers a model: word and letter embeddings, a bidirectional LSTM, a head that predicts tags."""

    def build(
        *,
        vocabulary_size: int = 30_000,
        alphabet: Sequence[str] = _LETTERS,
        tags: Sequence[str] = default_tags,
        dim: int = 100,
        letter_dim: int = 25,
        letter_units: int = 50,
        reader: str = "convolution",
        case_dim: int = 0,
        units: int = 128,
        word_dropout: float = 0.1,
        dropout: float = default_dropout,
        vectors: Tensor | None = None,
        seed: int | None = None,
    ) -> Model:
        letters: dict[str, Any] = {
            "letter_dim": letter_dim,
            "letter_units": letter_units,
            "reader": reader,
            "case_dim": case_dim,
        }
        front: dict[str, Any] = {"word_dropout": word_dropout, "dropout": dropout, "vectors": vectors, "seed": seed}
        return many_to_many(
            Characters(vocabulary_size, dim, alphabet, **letters, **front),
            Recurrent("lstm", units, bidirectional=True, seed=seed),
            Tags(list(tags), crf=crf),
            dropout=dropout,
            name=name,
        )

    build.__name__, build.__doc__ = name, doc
    return register_model(build)


ner_bilstm_crf = _tagger(
    "ner_bilstm_crf",
    "Word and letter embeddings, a bidirectional LSTM, a CRF over the tags (Ma and Hovy 2016).",
    crf=True,
    default_tags=_NAMES,
    default_dropout=0.5,
)
ner_bilstm = _tagger(
    "ner_bilstm",
    "`ner_bilstm_crf` with a softmax for each word in place of the CRF.",
    crf=False,
    default_tags=_NAMES,
    default_dropout=0.5,
)
pos_bilstm = _tagger(
    "pos_bilstm",
    "Word and letter embeddings, a bidirectional LSTM, a softmax over parts of speech for each word.",
    crf=False,
    default_tags=_OPEN + _CLOSED,
    default_dropout=0.4,
)
