"""Models that give each word a tag; they read {"words": <int>[batch, time], "letters": <int>[batch, time, letters]}."""

import string

from rnn_zoo.layers import Characters, Recurrent, Tags
from rnn_zoo.topologies import many_to_many
from rnn_zoo.zoo import register_model

_LETTERS = tuple(string.ascii_letters + string.digits + string.punctuation)
_NAMES = ("O", "B-LOC", "I-LOC", "B-MISC", "I-MISC", "B-ORG", "I-ORG", "B-PER", "I-PER")
_OPEN = ("ADJ", "ADV", "INTJ", "NOUN", "PROPN", "VERB")
_CLOSED = ("ADP", "AUX", "CCONJ", "DET", "NUM", "PART", "PRON", "PUNCT", "SCONJ", "SYM", "X")


def _tagger(name, doc, crf, default_tags, default_dropout):
    """Registers and returns a model: words with their letters, an LSTM in each direction, a head of tags."""

    def build(
        *,
        vocabulary_size=30_000,
        alphabet=_LETTERS,
        tags=default_tags,
        dim=100,
        letter_dim=25,
        letter_units=50,
        reader="convolution",
        case_dim=0,
        units=128,
        word_dropout=0.1,
        dropout=default_dropout,
        vectors=None,
        seed=None,
    ):
        letters = {"letter_dim": letter_dim, "letter_units": letter_units, "reader": reader, "case_dim": case_dim}
        front = {"word_dropout": word_dropout, "dropout": dropout, "vectors": vectors, "seed": seed}
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
    "Words with their letters, an LSTM in each direction, a CRF over the tags (Ma and Hovy 2016).",
    crf=True,
    default_tags=_NAMES,
    default_dropout=0.5,
)
ner_bilstm = _tagger(
    "ner_bilstm",
    "`ner_bilstm_crf` without the CRF: each tag by itself.",
    crf=False,
    default_tags=_NAMES,
    default_dropout=0.5,
)
pos_bilstm = _tagger(
    "pos_bilstm",
    "Words with their letters, an LSTM in each direction, each part of speech by itself.",
    crf=False,
    default_tags=_OPEN + _CLOSED,
    default_dropout=0.4,
)
