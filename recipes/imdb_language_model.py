"""A language model of 50,000 unlabelled reviews, reading both ways, for `imdb_sentiment.py` to start from.

    python recipes/imdb_language_model.py --data imdb_reviews --out runs/imdb_language_model
    python recipes/imdb_sentiment.py --data imdb_reviews --model imdb_pretrained --pretrained runs/imdb_language_model

The network is the classifier itself, up to its pooling; in place of classes it predicts the words around each step.
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
    vocabulary_size: int = 20_000,
    validation: float = 0.1,
    max_length: int = 512,
    batch_size: int = 64,
    epochs: int = 1,
    learning_rate: float = 2e-3,
    samples: int = 256,
):
    """Trains the front and the recurrence of a classifier to predict words, on texts that need no label.

    Args:
        data: "imdb_reviews", or a folder with unlabelled.* beside train.* and test.*, as `imdb_sentiment.py` takes it.
        model: the classifier to pre-train.
        text_column: column of the texts in your own files.
        label_column: column of the labels in your own files.
        group_column: column of what must not be split, such as the film of a review.
        vocabulary_size: words kept, the most frequent ones of the training and the unlabelled texts.
        validation: share of the training texts that stays unread; give `imdb_sentiment.py` the same, and the same seed.
        max_length: words of a text that are read.
        samples: words drawn a step, among which the right one must be found.
        out: folder of the run; the weights and the vocabulary go there.
    """
    one_of("model", model, list_models("imdb*"))
    columns = {"text_column": text_column, "label_column": label_column, "group_column": group_column}
    reviews = datasets.load(data, **columns, validation=validation, seed=run.seed)
    if not reviews.unlabelled:
        raise ValueError(
            f"`data` must have unlabelled texts, {data!r} has none; give a folder with unlabelled.* in it."
        )
    texts = [*reviews.train.texts, *reviews.unlabelled]
    vocabulary = Vocabulary.fit(texts, size=vocabulary_size)
    tokens = vocabulary.encode(texts)
    network = create_model(model, vocabulary_size=vocabulary.size, classes=len(reviews.labels), seed=run.seed)
    network_of_words = language_model(network, vocabulary.size, samples, run.seed)
    training.adapt(network_of_words, tokens)

    no_labels = np.zeros(len(texts), "float32")
    batches = Batches(tokens, no_labels, batch_size, max_length=max_length, shuffle=True, seed=run.seed)
    run.fit(network_of_words, batches, config={"texts": reviews.digest, "vocabulary": vocabulary.digest})
    vocabulary.save(run.out / "vocabulary.txt")
    network.save_weights(run.out / f"{model}.weights.h5")
    print(f"Start from it: python recipes/imdb_sentiment.py --data {data} --model {model} --pretrained {run.out}")


if __name__ == "__main__":
    run_command(main)
