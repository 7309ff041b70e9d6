"""Named models of film reviews, from token ids <int>[batch, time] to probabilities <float>[batch, classes]."""

from rnn_zoo.layers import Classes, NGramEvidence, NGrams, Recurrent, Segmented, Tokens
from rnn_zoo.tasks.named_models import register_model
from rnn_zoo.topologies import many_to_one
from rnn_zoo.types import Model, Tensor

# Weight of the n-gram evidence beside the recurrence, the best on training reviews held out by film. A recurrence
# pre-trained on unlabelled reviews knows more, so the evidence gets less weight.
_WEIGHT = 0.8
_WEIGHT_PRETRAINED = 0.6


@register_model
def imdb_vanilla(
    *,
    vocabulary_size: int = 20_000,
    dim: int = 64,
    units: int = 64,
    classes: int = 2,
    word_dropout: float = 0.2,
    dropout: float = 0.5,
    vectors: Tensor = None,
    seed: int | None = None,
) -> Model:
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
    *,
    vocabulary_size: int = 20_000,
    dim: int = 64,
    units: int = 64,
    classes: int = 2,
    word_dropout: float = 0.2,
    dropout: float = 0.5,
    vectors: Tensor = None,
    seed: int | None = None,
) -> Model:
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
    *,
    vocabulary_size: int = 20_000,
    dim: int = 64,
    units: int = 64,
    classes: int = 2,
    word_dropout: float = 0.2,
    dropout: float = 0.5,
    vectors: Tensor = None,
    seed: int | None = None,
) -> Model:
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
    *,
    vocabulary_size: int = 20_000,
    dim: int = 64,
    units: int = 64,
    classes: int = 2,
    word_dropout: float = 0.5,
    dropout: float = 0.5,
    vectors: Tensor = None,
    seed: int | None = None,
) -> Model:
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
    vocabulary_size: int = 20_000,
    dim: int = 32,
    units: int = 64,
    classes: int = 2,
    word_dropout: float = 0.5,
    ngram_dropout: float = 0.5,
    dropout: float = 0.5,
    evidence_weight: float = _WEIGHT,
    vectors: Tensor = None,
    seed: int | None = None,
) -> Model:
    """A GRU in each direction over words with their frequent pairs, in segments, combined with n-gram evidence."""
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
    vocabulary_size: int = 20_000,
    dim: int = 64,
    units: int = 64,
    classes: int = 2,
    word_dropout: float = 0.3,
    dropout: float = 0.3,
    evidence_weight: float = _WEIGHT_PRETRAINED,
    vectors: Tensor = None,
    seed: int | None = None,
) -> Model:
    """`imdb_ngrams`, twice as wide and with less dropout, to start from weights pre-trained on unlabelled texts."""
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
