"""One epoch over the IMDB reviews: the same bidirectional LSTM, trained with Keras alone and with rnn_zoo.

    TFDS_DATA_DIR=... python -m benchmarks.imdb_epoch
    TFDS_DATA_DIR=... python -m benchmarks.imdb_epoch --reviews 5000

Both get the same token ids, truncated to the same length, in batches of the same size, and start from the same weights.
They differ in padding (to the longest review of a batch of similar lengths, instead of the longest of all) and in the
recurrence. Times are those of `fit`, including tracing and compiling. The test reviews are not used.
"""

import time
from pathlib import Path

import keras
import numpy as np

import rnn_zoo
from benchmarks import reviews as film_reviews
from benchmarks import steps
from benchmarks.command import run
from benchmarks.session import Session
from rnn_zoo.checks import positive_integer
from rnn_zoo.text import Batches, Vocabulary


def main(
    *,
    reviews: int | None = None,
    epochs: int = 1,
    batch_size: int = 32,
    max_length: int = 400,
    units: int = 128,
    dim: int = 128,
    vocabulary_size: int = 20_000,
    learning_rate: float = 1e-3,
    seed: int = 0,
    out: Path = Path("results/benchmarks.csv"),
):
    """Times epochs of both, in turns, and compares their accuracy on held-out reviews.

    Args:
        reviews: training reviews to use; by default all. Fewer are a separate benchmark, "imdb_part", with its own
            rows.
        epochs: each with its time and the accuracy after it.
        batch_size: reviews per step.
        max_length: words of a review; the rest is cut off.
        units: size of the LSTM in each direction.
        dim: dimension of the word embeddings.
        vocabulary_size: size of the vocabulary.
        learning_rate: of Adam.
        seed: for the weights, the order and the held-out reviews.
        out: CSV file; replaces all rows of this benchmark.
    """
    positive_integer("epochs", epochs)
    if reviews is not None:
        positive_integer("reviews", reviews)
    if not film_reviews.are_there():
        return
    session = Session("imdb_epoch" if reviews is None else "imdb_part", module="imdb_epoch")
    data = film_reviews.load(seed)
    training = data.train if reviews is None else some_of(data.train, reviews, seed)
    vocabulary = Vocabulary.fit(training.texts, vocabulary_size)
    ids, held_out = vocabulary.encode(training.texts), vocabulary.encode(data.validation.texts)
    padded, held_out_ids = padded_ids(ids, max_length), padded_ids(held_out, max_length)
    bucketed = Batches(ids, training.labels, batch_size, max_length=max_length, shuffle=True, seed=seed)

    keras.utils.set_random_seed(seed)
    stock = stock_model(vocabulary.size, dim, units, learning_rate)
    ours = our_model(vocabulary.size, dim, units, learning_rate)
    ours.set_weights(stock.get_weights())
    np.testing.assert_allclose(
        ours.predict(padded[:8], verbose=0), stock.predict(padded[:8], verbose=0), rtol=1e-3, atol=1e-4
    )
    contestants = {
        steps.RNN_ZOO: (ours, {"x": bucketed, "shuffle": False}),
        steps.KERAS: (stock, {"x": padded, "y": training.labels, "batch_size": batch_size}),
    }
    turns = [(epoch, name) for epoch in range(epochs) for name in contestants]
    with session.progress(f"{name}, epoch {epoch + 1}" for epoch, name in turns) as shown:
        for what, (epoch, name) in zip(shown, turns, strict=True):
            model, inputs = contestants[name]
            start = time.perf_counter()
            model.fit(**inputs, initial_epoch=epoch, epochs=epoch + 1, verbose=0)
            seconds = time.perf_counter() - start
            right = model.predict(held_out_ids, batch_size=128, verbose=0).argmax(axis=-1) == data.validation.labels
            case = f"{len(training):,} reviews, batches of {batch_size}, epoch {epoch + 1}"
            session.add(case, name, "epoch time", seconds, rival=name == steps.KERAS)
            session.add(case, name, "validation accuracy", right.mean(), samples=len(right))
            session.say(f"{what}: {seconds:.1f} s, validation accuracy {right.mean():.2%} of {len(right):,}")
    session.write(out)


def some_of(split, count, seed):
    """A random sample of `count` texts of a split, because files may be sorted by label."""
    return split.take(np.random.default_rng(seed).permutation(len(split))[:count])


def stock_model(vocabulary_size, dim, units, learning_rate):
    """The model as in Keras's own examples, with Keras's default for XLA."""
    model = keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            keras.layers.Embedding(vocabulary_size, dim, mask_zero=True),
            keras.layers.Bidirectional(keras.layers.LSTM(units)),
            keras.layers.Dense(2, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.Adam(learning_rate), "sparse_categorical_crossentropy")
    return model


def our_model(vocabulary_size, dim, units, learning_rate):
    """The same model built with rnn_zoo; without XLA, as in `training.fit`."""
    model = rnn_zoo.many_to_one(
        rnn_zoo.Tokens(vocabulary_size, dim),
        rnn_zoo.Recurrent("lstm", units, bidirectional=True),
        rnn_zoo.Classes(2),
        pooling="last",
    )
    model.compile(keras.optimizers.Adam(learning_rate), "sparse_categorical_crossentropy", jit_compile=False)
    return model


def padded_ids(tokens, length):
    """Token ids, truncated and padded on the right to one length: TokenIds -> <int32>[texts, length]."""
    return keras.utils.pad_sequences(
        [tokens[text] for text in range(len(tokens))], length, padding="post", truncating="post"
    )


if __name__ == "__main__":
    run(main)
