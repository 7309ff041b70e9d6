"""Models of film reviews; each reads token ids <int>[batch, time] and gives <float>[batch, classes]."""

from rnn_zoo.layers import Classes, NGramEvidence, NGrams, Recurrent, Segmented, Tokens
from rnn_zoo.topologies import many_to_one
from rnn_zoo.zoo import register_model

# How much the n-gram evidence counts beside the recurrence: best on training reviews held out by film. A recurrence
# that has read unlabelled reviews knows more, so the evidence counts less.
_BESIDE_LABELS_ALONE = 0.8
_BESIDE_PRETRAINED = 0.6


@register_model
def imdb_vanilla(
    *, vocabulary_size=20_000, dim=64, units=64, classes=2, word_dropout=0.2, dropout=0.5, vectors=None, seed=None
):
    """The plain recurrence h_t = tanh(x_t W + h_(t-1) U + b), max-pooled."""
    return many_to_one(
        Tokens(vocabulary_size, dim, word_dropout=word_dropout, vectors=vectors, seed=seed),
        Recurrent("vanilla", units, seed=seed),
        Classes(classes),
        pooling="max",
        dropout=dropout,
        name="imdb_vanilla",
    )


@register_model
def imdb_lstm(
    *, vocabulary_size=20_000, dim=64, units=64, classes=2, word_dropout=0.2, dropout=0.5, vectors=None, seed=None
):
    """One LSTM, max-pooled."""
    return many_to_one(
        Tokens(vocabulary_size, dim, word_dropout=word_dropout, vectors=vectors, seed=seed),
        Recurrent("lstm", units, seed=seed),
        Classes(classes),
        pooling="max",
        dropout=dropout,
        name="imdb_lstm",
    )


@register_model
def imdb_gru(
    *, vocabulary_size=20_000, dim=64, units=64, classes=2, word_dropout=0.2, dropout=0.5, vectors=None, seed=None
):
    """One GRU, max-pooled."""
    return many_to_one(
        Tokens(vocabulary_size, dim, word_dropout=word_dropout, vectors=vectors, seed=seed),
        Recurrent("gru", units, seed=seed),
        Classes(classes),
        pooling="max",
        dropout=dropout,
        name="imdb_gru",
    )


@register_model
def imdb_bilstm(
    *, vocabulary_size=20_000, dim=64, units=64, classes=2, word_dropout=0.5, dropout=0.5, vectors=None, seed=None
):
    """An LSTM in each direction, pooled by the maximum and the mean."""
    return many_to_one(
        Tokens(vocabulary_size, dim, word_dropout=word_dropout, vectors=vectors, seed=seed),
        Recurrent("lstm", units, bidirectional=True, seed=seed),
        Classes(classes),
        pooling=("max", "mean"),
        dropout=dropout,
        name="imdb_bilstm",
    )


@register_model
def imdb_ngrams(
    *,
    vocabulary_size=20_000,
    dim=32,
    units=64,
    classes=2,
    word_dropout=0.5,
    ngram_dropout=0.5,
    dropout=0.5,
    evidence_weight=_BESIDE_LABELS_ALONE,
    vectors=None,
    seed=None,
):
    """A GRU in each direction over words with their frequent pairs, in segments; n-gram evidence as second opinion."""
    front = NGrams(
        vocabulary_size, dim, word_dropout=word_dropout, ngram_dropout=ngram_dropout, vectors=vectors, seed=seed
    )
    return many_to_one(
        front,
        Segmented(Recurrent("gru", units, bidirectional=True, seed=seed), 64),
        Classes(classes, evidence_weight),
        pooling=("max", "mean"),
        dropout=dropout,
        evidence=NGramEvidence(classes, vocabulary_size),
        name="imdb_ngrams",
    )


@register_model
def imdb_pretrained(
    *,
    vocabulary_size=20_000,
    dim=64,
    units=64,
    classes=2,
    word_dropout=0.3,
    dropout=0.3,
    evidence_weight=_BESIDE_PRETRAINED,
    vectors=None,
    seed=None,
):
    """`imdb_ngrams` twice as wide and with less dropout: for weights that unlabelled texts have trained already."""
    model = imdb_ngrams(
        vocabulary_size=vocabulary_size,
        dim=dim,
        units=units,
        classes=classes,
        word_dropout=word_dropout,
        ngram_dropout=word_dropout,
        dropout=dropout,
        evidence_weight=evidence_weight,
        vectors=vectors,
        seed=seed,
    )
    model.name = "imdb_pretrained"
    return model
