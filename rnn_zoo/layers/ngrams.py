"""NGrams: the front that reads token ids with the frequent n-grams that end at each."""

import keras
from keras import ops

from rnn_zoo.checks import fraction
from rnn_zoo.layers.ngram_index import NGramIndex
from rnn_zoo.layers.seeds import derive
from rnn_zoo.layers.tokens import Tokens


@keras.saving.register_keras_serializable(package="rnn_zoo")
class NGrams(Tokens):
    """`Tokens` plus one learned vector for each frequent n-gram that ends at a step.

        y_t = drop(E_1[x_t]) + sum_n drop_n(E_n[r_n(t)])

    where r_n(t) is the number of the n-gram that ends at t, as `NGramIndex` gives it, and adds nothing where it is
    unknown. "not good" then has a vector of its own, before any recurrence. Before `adapt` this is `Tokens`.

    Args:
        vocabulary_size: int > 1, the number of ids, padding and `[UNK]` included.
        dim: int > 0, the width of a vector.
        sizes: ints > 0, how many pairs, triples, ... have vectors, the most frequent ones.
        min_count: int > 0, the texts an n-gram must occur in.
        ngram_dropout: in [0, 1), the share of n-grams left out in training, each at each step.
        kwargs: the arguments of `Tokens`: word_dropout, dropout, vectors, seed.

    Call arguments:
        inputs: <int>[batch, time], token ids, padding on the right.
        training: bool, whether dropout is on.

    Returns:
        <float>[batch, time, dim], with the mask inputs != 0.

    Raises:
        ValueError: an argument is out of its range.

    Reference: Joulin et al. 2017, "Bag of tricks for efficient text classification" (vectors of n-grams).
    """

    per_step = False  # an n-gram is of several

    def __init__(self, vocabulary_size, dim, sizes=(20_000,), min_count=5, ngram_dropout=0.0, **kwargs):
        super().__init__(vocabulary_size, dim, **kwargs)
        self.index = NGramIndex(vocabulary_size, sizes, min_count, name="index")
        self.ngram_dropout = fraction("ngram_dropout", ngram_dropout)
        self.ngram_embeddings = [
            keras.layers.Embedding(size + 1, dim, dtype=self.dtype_policy, name=f"embedding_{order}")
            for order, size in enumerate(self.index.sizes, start=2)
        ]
        self.ngram_seeds = keras.random.SeedGenerator(derive(self.seed, "ngrams"))

    def adapt(self, tokens, labels=None):
        """Finds the frequent n-grams of the training texts, as `NGramIndex.adapt`; labels are not looked at."""
        if not self.index.built:
            self.index.build()
        self.index.adapt(tokens)

    def build(self, inputs_shape):
        super().build(inputs_shape)
        if not self.index.built:
            self.index.build()
        for embedding in self.ngram_embeddings:
            embedding.build(inputs_shape)

    def call(self, inputs, training=None):
        vectors = super().call(inputs, training=training)
        for number, embedding in zip(self.index(inputs), self.ngram_embeddings, strict=True):
            shown = number > 0
            if training and self.ngram_dropout:
                draw = keras.random.uniform(ops.shape(number), seed=self.ngram_seeds)
                shown = ops.logical_and(shown, draw >= self.ngram_dropout)
            vectors = vectors + embedding(number) * ops.cast(shown, vectors.dtype)[..., None]
        return vectors

    def get_config(self):
        return {
            **super().get_config(),
            "sizes": list(self.index.sizes),
            "min_count": self.index.min_count,
            "ngram_dropout": self.ngram_dropout,
        }
