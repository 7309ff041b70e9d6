"""A language model of 50,000 reviews without a label, reading both ways, for `imdb_sentiment.py` to start from.

    python recipes/imdb_language_model.py --data imdb_reviews --out runs/imdb_language_model
    python recipes/imdb_sentiment.py --data imdb_reviews --model imdb_pretrained --pretrained runs/imdb_language_model

The network is the classifier itself, up to its pooling; in place of classes it foretells the words around each step.
"""

import sys

import keras
import numpy as np
from cyclopts import App

from rnn_zoo import Front, Recurrent, Segmented, create_model, datasets, training
from rnn_zoo.checks import one_of, positive_integer, positive_number
from rnn_zoo.layers import NextWords
from rnn_zoo.text import Batches, Vocabulary
from rnn_zoo.zoo import list_models


def main(
    data: str = "imdb_reviews",
    *,
    model: str = "imdb_pretrained",
    text_column: str = "text",
    label_column: str = "label",
    group_column: str | None = None,
    vocabulary_size: int = 20_000,
    validation: float = 0.1,
    max_length: int = 512,
    batch_size: int = 64,
    epochs: int = 1,
    learning_rate: float = 2e-3,
    samples: int = 256,
    seed: int = 0,
    precision: str = "float32",
    out: str = "runs/imdb_language_model",
):
    """Trains the front and the recurrence of a classifier to foretell words, on texts that need no label.

    Args:
        data: "imdb_reviews", or a folder with unlabelled.* beside train.* and test.*, as `imdb_sentiment.py` takes it.
        model: the classifier to pre-train.
        text_column: column of the texts in your own files.
        label_column: column of the labels in your own files.
        group_column: column of what must not be split, such as the film of a review.
        vocabulary_size: words kept, the most frequent ones of the training and the unlabelled texts.
        validation: share of the training texts that stays unread; give `imdb_sentiment.py` the same, and the same seed.
        max_length: words of a text that are read.
        batch_size: texts a step.
        epochs: passes over the texts.
        learning_rate: of Adam, at the start of a cosine that ends at 0.
        samples: words drawn a step, from which the right one must be told.
        seed: of every random draw.
        precision: "float32", "mixed_bfloat16" or "mixed_float16".
        out: folder of the run; the weights and the vocabulary go there.
    """
    one_of("model", model, list_models("imdb*"))
    positive_integer("epochs", epochs)
    positive_number("learning_rate", learning_rate)
    training.prepare(seed, precision)
    reviews = datasets.load(
        data,
        text_column=text_column,
        label_column=label_column,
        group_column=group_column,
        validation=validation,
        seed=seed,
    )
    if not reviews.unlabelled:
        raise ValueError(
            f"`data` must have unlabelled texts, {data!r} has none; give a folder with unlabelled.* in it."
        )
    texts = [*reviews.train.texts, *reviews.unlabelled]
    vocabulary = Vocabulary.fit(texts, size=vocabulary_size)
    tokens = vocabulary.encode(texts)

    network = create_model(model, vocabulary_size=vocabulary.size, classes=len(reviews.labels), seed=seed)
    front = next(layer for layer in network.layers if isinstance(layer, Front))
    recurrence = next(layer for layer in network.layers if isinstance(layer, Segmented | Recurrent))
    words = NextWords(
        vocabulary.size,
        front.dim,
        backward_features=recurrence.backward_features,
        seen=2,  # a step of `NGrams` knows the word before it
        samples=samples,
        seed=seed,
    )
    language_model = keras.Model(network.input, words(recurrence(front(network.input)), network.input))
    language_model.compile("adam", loss=as_it_is)
    training.adapt(language_model, tokens)

    batches = Batches(
        tokens, np.zeros(len(texts), "float32"), batch_size, max_length=max_length, shuffle=True, seed=seed
    )
    training.fit(
        language_model,
        batches,
        out=out,
        epochs=epochs,
        seed=seed,
        learning_rate=keras.optimizers.schedules.CosineDecay(learning_rate, epochs * len(batches)),
        # All that decides what is trained and is not in the texts' words: `out` of another run is refused by it.
        config={
            "data": data,
            "texts": reviews.digest,
            "model": model,
            "vocabulary": vocabulary.digest,
            "validation": validation,
            "max_length": max_length,
            "batch_size": batch_size,
            "samples": samples,
        },
    )
    vocabulary.save(f"{out}/vocabulary.txt")
    network.save_weights(f"{out}/{model}.weights.h5")
    print(f"Start from it: python recipes/imdb_sentiment.py --data {data} --model {model} --pretrained {out}")


@keras.saving.register_keras_serializable(package="rnn_zoo")
def as_it_is(target, output):
    """The network's output is its loss."""
    return output


if __name__ == "__main__":
    app = App(help_format="plaintext", version_flags=[])
    app.default(main)
    try:
        app()
    except (ValueError, OSError, ImportError, FloatingPointError) as error:  # each says what to change
        sys.exit(f"error: {error}")
