"""Tokens: front that embeds token ids."""

from typing import Any

import keras
import numpy as np
from keras import ops

from rnn_zoo.checks import fraction, positive_integer
from rnn_zoo.layers.fronts.front import Front
from rnn_zoo.layers.quantized import KeepsQuantization
from rnn_zoo.layers.seeds import derive
from rnn_zoo.types import Shape, Tensor

PADDING = 0
UNKNOWN = 1


@keras.saving.register_keras_serializable(package="rnn_zoo")
class Tokens(KeepsQuantization, Front):
    """Token embeddings; id 0 is padding and masked, id 1 is `[UNK]`.

        y_t = drop(E[x_t]),  x_t replaced by `[UNK]` with probability word_dropout

    Args:
        vocabulary_size: int > 1, number of ids, padding and `[UNK]` included.
        dim: int > 0, width of an embedding.
        word_dropout: in [0, 1), fraction of tokens replaced by `[UNK]` in training.
        dropout: in [0, 1), fraction of features dropped in training, the same ones at all steps of a sequence.
        vectors: <float>[vocabulary_size, dim] or None, initial embeddings; not in the configuration, because the
            weights contain them.
        seed: seed of both dropouts.

    Call arguments:
        inputs: <int>[batch, time], token ids below vocabulary_size, padding on the right.
        training: whether dropout is on.

    Returns:
        <float>[batch, time, dim], with the mask inputs != 0.

    Raises:
        ValueError: an argument is out of its range, or `vectors` has another shape.

    Reference: Dai and Le 2015 (word dropout); Gal and Ghahramani 2016 (one mask for all steps).
    """

    per_step = True

    def __init__(
        self,
        vocabulary_size: int,
        dim: int,
        word_dropout: float = 0.0,
        dropout: float = 0.0,
        vectors: Tensor | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.vocabulary_size = positive_integer("vocabulary_size", vocabulary_size)
        if self.vocabulary_size <= UNKNOWN:
            raise ValueError("`vocabulary_size` must be at least 2 (padding and [UNK] are ids too), got 1.")
        self.dim = positive_integer("dim", dim)
        self.word_dropout = fraction("word_dropout", word_dropout)
        self.dropout = fraction("dropout", dropout)
        self.seed = seed
        initializer: Any = "uniform"
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

    def make_input(self) -> Any:
        return keras.Input((None,), dtype="int32", name="ids")

    @property
    def vectors(self) -> Tensor:
        """<float>[vocabulary_size, dim], E; dequantized if stored in 8 bits."""
        if self.embedding.quantization_mode:
            return self.embedding(ops.arange(self.vocabulary_size))
        return self.embedding.embeddings

    def build(self, inputs_shape: Shape) -> None:
        self.embedding.build(inputs_shape)

    def call(self, inputs: Tensor, training: bool | None = None) -> Tensor:
        ids = inputs
        if training and self.word_dropout:
            dropped = keras.random.uniform(ops.shape(ids), seed=self.word_seeds) < self.word_dropout
            ids = ops.where(ops.logical_and(dropped, ids != PADDING), ops.cast(UNKNOWN, ids.dtype), ids)
        return self.feature_dropout(self.embedding(ids), training=training)

    def compute_mask(self, inputs: Tensor, previous_mask: Tensor | None = None) -> Tensor | None:
        return ops.not_equal(inputs, PADDING)

    def compute_output_shape(self, inputs_shape: Shape) -> Shape:
        return (*inputs_shape, self.dim)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "dim": self.dim,
            "word_dropout": self.word_dropout,
            "dropout": self.dropout,
            "seed": self.seed,
        }
