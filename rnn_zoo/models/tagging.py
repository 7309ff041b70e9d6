"""Models that give each word a tag; they read {"words": <int>[batch, time], "letters": <int>[batch, time, letters]}."""

import string

from rnn_zoo.layers import Characters, Recurrent, Tags
from rnn_zoo.topologies import many_to_many
from rnn_zoo.zoo import register_model

_LETTERS = tuple(string.ascii_letters + string.digits + string.punctuation)
_NAMES = ("O", "B-LOC", "I-LOC", "B-MISC", "I-MISC", "B-ORG", "I-ORG", "B-PER", "I-PER")
_OPEN = ("ADJ", "ADV", "INTJ", "NOUN", "PROPN", "VERB")
_CLOSED = ("ADP", "AUX", "CCONJ", "DET", "NUM", "PART", "PRON", "PUNCT", "SCONJ", "SYM", "X")


@register_model
def ner_bilstm_crf(
    *,
    vocabulary_size=30_000,
    alphabet=_LETTERS,
    tags=_NAMES,
    dim=100,
    letter_dim=25,
    letter_units=50,
    reader="convolution",
    case_dim=0,
    units=128,
    word_dropout=0.1,
    dropout=0.5,
    vectors=None,
    seed=None,
):
    """Words with their letters, an LSTM in each direction, a CRF over the tags (Ma and Hovy 2016)."""
    return _tagger("ner_bilstm_crf", True, **locals())


@register_model
def ner_bilstm(
    *,
    vocabulary_size=30_000,
    alphabet=_LETTERS,
    tags=_NAMES,
    dim=100,
    letter_dim=25,
    letter_units=50,
    reader="convolution",
    case_dim=0,
    units=128,
    word_dropout=0.1,
    dropout=0.5,
    vectors=None,
    seed=None,
):
    """`ner_bilstm_crf` without the CRF: each tag by itself."""
    return _tagger("ner_bilstm", False, **locals())


@register_model
def pos_bilstm(
    *,
    vocabulary_size=30_000,
    alphabet=_LETTERS,
    tags=_OPEN + _CLOSED,
    dim=100,
    letter_dim=25,
    letter_units=50,
    reader="convolution",
    case_dim=0,
    units=128,
    word_dropout=0.1,
    dropout=0.4,
    vectors=None,
    seed=None,
):
    """Words with their letters, an LSTM in each direction, each part of speech by itself."""
    return _tagger("pos_bilstm", False, **locals())


def _tagger(name, crf, *, vocabulary_size, dim, alphabet, tags, units, dropout, seed, **front):
    return many_to_many(
        Characters(vocabulary_size, dim, alphabet, dropout=dropout, seed=seed, **front),
        Recurrent("lstm", units, bidirectional=True, seed=seed),
        Tags(list(tags), crf=crf),
        dropout=dropout,
        name=name,
    )
