"""IMDB language model: a bidirectional language model of unlabelled reviews that pre-trains the sentiment classifier.

    python recipes/imdb_language_model.py --data imdb_reviews --out runs/imdb_language_model
    python recipes/imdb_sentiment.py --data imdb_reviews --model imdb_pretrained --pretrained runs/imdb_language_model

The network is the classifier up to its pooling; instead of classes it predicts the words next to each step.
"""

import numpy as np

from rnn_zoo import create_model, datasets, list_models, training
from rnn_zoo.checks import one_of
from rnn_zoo.run import Run, recipe, run_command
from rnn_zoo.tasks.text_classification.pretraining import language_model
from rnn_zoo.text import Batches, Vocabulary


@recipe("imdb_language_model", reports=False)
def main(
    run: Run,
    data: str = "imdb_reviews",
    *,
    model: str = "imdb_pretrained",
    text_column: str = "text",
    label_column: str = "label",
    group_column: str | None = None,
    clean: bool = False,
    vocabulary_size: int = 20_000,
    validation: float = 0.1,
    max_length: int = 512,
    batch_size: int = 64,
    epochs: int = 1,
    learning_rate: float = 2e-3,
    samples: int = 256,
):
    """Pre-trains the front and the recurrence of a classifier as a language model, on unlabelled texts.

    Args:
        data: "imdb_reviews", or a folder for `imdb_sentiment.py` with unlabelled.* in addition to train.* and test.*.
        model: the classifier to pre-train.
        text_column: column of the texts in your own files.
        label_column: column of the labels in your own files.
        group_column: column of groups that are not split between training and validation, such as the film of a review.
        vocabulary_size: number of words to keep, the most frequent ones of the training and the unlabelled texts.
        validation: fraction of the training texts to hold out; use the same value and seed for `imdb_sentiment.py`.
        max_length: words of a text used in training.
        samples: number of words per training step to compare the correct word with (sampled softmax).
        out: folder of the run, also for the weights and the vocabulary.
    """
    one_of("model", model, list_models("imdb*"))
    columns = {"text_column": text_column, "label_column": label_column, "group_column": group_column}
    reviews = datasets.load(data, **columns, validation=validation, seed=run.seed, clean=clean)
    if not reviews.unlabelled:
        raise ValueError(
            f"`data` must have unlabelled texts, but {data!r} has none; pass a folder that contains unlabelled.*."
        )
    texts = [*reviews.train.texts, *reviews.unlabelled]
    vocabulary = Vocabulary.fit(texts, size=vocabulary_size)
    tokens = vocabulary.encode(texts)
    network = create_model(model, vocabulary_size=vocabulary.size, classes=len(reviews.labels), seed=run.seed)
    pretraining = language_model(network, vocabulary.size, samples, run.seed)
    training.adapt(pretraining, tokens)

    no_labels = np.zeros(len(texts), "float32")
    batches = Batches(tokens, no_labels, batch_size, max_length=max_length, shuffle=True, seed=run.seed)
    run.fit(pretraining, batches, config={"texts": reviews.digest, "vocabulary": vocabulary.digest})
    vocabulary.save(run.out / "vocabulary.txt")
    network.save_weights(run.out / f"{model}.weights.h5")
    print(f"Next: python recipes/imdb_sentiment.py --data {data} --model {model} --pretrained {run.out}")


if __name__ == "__main__":
    run_command(main)
