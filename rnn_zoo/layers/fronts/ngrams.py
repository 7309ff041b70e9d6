"""NGrams: front that embeds tokens and the frequent n-grams that end at each."""

from collections.abc import Iterable, Sequence
from typing import Any

import keras
from keras import ops

from rnn_zoo.checks import fraction
from rnn_zoo.layers.fronts.ngram_index import NGramIndex
from rnn_zoo.layers.fronts.tokens import Tokens
from rnn_zoo.layers.seeds import derive
from rnn_zoo.types import Shape, Tensor


@keras.saving.register_keras_serializable(package="rnn_zoo")
class NGrams(Tokens):
    """`Tokens` plus an embedding of each frequent n-gram that ends at a step.

        y_t = drop(E_1[x_t]) + sum_n drop_n(E_n[r_n(t)])

    where r_n(t) is the id of the n-gram that ends at t (see `NGramIndex`); unknown n-grams add nothing. "not good" then
    has an embedding before any recurrence. Before `adapt` this equals `Tokens`.

    Args:
        vocabulary_size: int > 1, number of ids, padding and `[UNK]` included.
        dim: int > 0, width of an embedding.
        sizes: ints > 0, maximum number of bigrams, trigrams, ... with embeddings, the most frequent ones.
        min_count: int > 0, number of texts that an n-gram must occur in.
        ngram_dropout: in [0, 1), fraction of n-grams dropped in training, independently at each step.
        kwargs: the arguments of `Tokens`: word_dropout, dropout, vectors, seed.

    Call arguments:
        inputs: <int>[batch, time], token ids, padding on the right.
        training: whether dropout is on.

    Returns:
        <float>[batch, time, dim], with the mask inputs != 0.

    Raises:
        ValueError: an argument is out of its range.

    Reference: Joulin et al. 2017, "Bag of tricks for efficient text classification" (vectors of n-grams).
    """

    per_step = False  # an n-gram spans several steps

    def __init__(
        self,
        vocabulary_size: int,
        dim: int,
        sizes: Sequence[int] = (20_000,),
        min_count: int = 5,
        ngram_dropout: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(vocabulary_size, dim, **kwargs)
        self.index = NGramIndex(vocabulary_size, sizes, min_count, name="index")
        self.ngram_dropout = fraction("ngram_dropout", ngram_dropout)
        self.ngram_embeddings = [
            keras.layers.Embedding(size + 1, dim, dtype=self.dtype_policy, name=f"embedding_{order}")
            for order, size in enumerate(self.index.sizes, start=2)
        ]
        self.ngram_seeds = keras.random.SeedGenerator(derive(self.seed, "ngrams"))

    def adapt(self, tokens: Iterable[Tensor], labels: Tensor | None = None) -> None:
        """Finds the frequent n-grams of the training texts, as `NGramIndex.adapt`; labels are ignored."""
        if not self.index.built:
            self.index.build()
        self.index.adapt(tokens)

    def build(self, inputs_shape: Shape) -> None:
        super().build(inputs_shape)
        if not self.index.built:
            self.index.build()
        for embedding in self.ngram_embeddings:
            embedding.build(inputs_shape)

    def call(self, inputs: Tensor, training: bool | None = None) -> Tensor:
        vectors = super().call(inputs, training=training)
        for ids, embedding in zip(self.index(inputs), self.ngram_embeddings, strict=True):
            kept = ids > 0
            if training and self.ngram_dropout:
                uniform = keras.random.uniform(ops.shape(ids), seed=self.ngram_seeds)
                kept = ops.logical_and(kept, uniform >= self.ngram_dropout)
            vectors = vectors + embedding(ids) * ops.cast(kept, vectors.dtype)[..., None]
        return vectors

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "sizes": list(self.index.sizes),
            "min_count": self.index.min_count,
            "ngram_dropout": self.ngram_dropout,
        }
