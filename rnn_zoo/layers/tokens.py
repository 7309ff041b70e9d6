"""Tokens: the front that reads token ids."""

import keras
import numpy as np
from keras import ops

from rnn_zoo.checks import fraction, positive_integer
from rnn_zoo.layers.front import Front
from rnn_zoo.layers.quantized import KeepsQuantization
from rnn_zoo.layers.seeds import derive

PADDING = 0
UNKNOWN = 1


@keras.saving.register_keras_serializable(package="rnn_zoo")
class Tokens(KeepsQuantization, Front):
    """One learned vector per token id; id 0 is padding and masked, id 1 is `[UNK]`.

        y_t = drop(E[x_t]),  x_t replaced by `[UNK]` with probability word_dropout

    Args:
        vocabulary_size: int > 1, the number of ids, padding and `[UNK]` included.
        dim: int > 0, the width of a vector.
        word_dropout: in [0, 1), the share of tokens read as `[UNK]` in training.
        dropout: in [0, 1), the share of features dropped in training, the same ones at all steps of a sequence.
        vectors: <float>[vocabulary_size, dim] or None, what the vectors start as; not part of the configuration,
            because the weights hold it.
        seed: int or None, of both dropouts.

    Call arguments:
        inputs: <int>[batch, time], token ids below vocabulary_size, padding on the right.
        training: bool, whether dropout is on.

    Returns:
        <float>[batch, time, dim], with the mask inputs != 0.

    Raises:
        ValueError: an argument is out of its range, or `vectors` has another shape.

    Reference: Dai and Le 2015 (word dropout); Gal and Ghahramani 2016 (one mask for all steps).
    """

    per_step = True

    def __init__(self, vocabulary_size, dim, word_dropout=0.0, dropout=0.0, vectors=None, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.vocabulary_size = positive_integer("vocabulary_size", vocabulary_size)
        if self.vocabulary_size <= UNKNOWN:
            raise ValueError("`vocabulary_size` must be at least 2 (padding and [UNK] are ids too), got 1.")
        self.dim = positive_integer("dim", dim)
        self.word_dropout = fraction("word_dropout", word_dropout)
        self.dropout = fraction("dropout", dropout)
        self.seed = seed
        initializer = "uniform"
        if vectors is not None:
            if np.shape(vectors) != (vocabulary_size, dim):
                raise ValueError(f"`vectors` must have shape {(vocabulary_size, dim)}, got {np.shape(vectors)}.")
            initializer = keras.initializers.Constant(np.asarray(vectors, "float32"))
        self.embedding = keras.layers.Embedding(
            vocabulary_size, dim, embeddings_initializer=initializer, dtype=self.dtype_policy, name="embedding"
        )
        self.feature_dropout = keras.layers.SpatialDropout1D(
            dropout, seed=derive(seed, "tokens/features"), dtype=self.dtype_policy, name="feature_dropout"
        )
        self.word_seeds = keras.random.SeedGenerator(derive(seed, "tokens/words"))

    def make_input(self):
        return keras.Input((None,), dtype="int32", name="ids")

    @property
    def vectors(self):
        """<float>[vocabulary_size, dim], E, also where it is kept in 8 bits."""
        if self.embedding.quantization_mode:
            return self.embedding(ops.arange(self.vocabulary_size))
        return self.embedding.embeddings

    def build(self, inputs_shape):
        self.embedding.build(inputs_shape)

    def call(self, inputs, training=None):
        ids = inputs
        if training and self.word_dropout:
            unread = keras.random.uniform(ops.shape(ids), seed=self.word_seeds) < self.word_dropout
            ids = ops.where(ops.logical_and(unread, ids != PADDING), ops.cast(UNKNOWN, ids.dtype), ids)
        return self.feature_dropout(self.embedding(ids), training=training)

    def compute_mask(self, inputs, previous_mask=None):
        return ops.not_equal(inputs, PADDING)

    def compute_output_shape(self, inputs_shape):
        return (*inputs_shape, self.dim)

    def get_config(self):
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "dim": self.dim,
            "word_dropout": self.word_dropout,
            "dropout": self.dropout,
            "seed": self.seed,
        }
