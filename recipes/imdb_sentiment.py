"""IMDB sentiment: 25,000 film reviews, positive or negative.

    python recipes/imdb_sentiment.py                                            # sentences in the package, a minute
    python recipes/imdb_sentiment.py --data imdb_reviews --model imdb_bilstm    # the real thing, through TFDS
    python recipes/imdb_sentiment.py --data my.csv --text-column review --label-column stars

What each model reaches stands in results/imdb_sentiment.csv, with the command that made it.
"""

import shlex
import sys

from cyclopts import App

from rnn_zoo import create_model, datasets, evaluation, export, training
from rnn_zoo.checks import one_of
from rnn_zoo.evaluation import results as result_files
from rnn_zoo.text import Vocabulary, word_vectors
from rnn_zoo.zoo import list_models


def main(
    data: str = "sample",
    *,
    model: str = "imdb_bilstm",
    text_column: str = "text",
    label_column: str = "label",
    group_column: str | None = None,
    validation: float = 0.1,
    vocabulary_size: int = 20_000,
    vectors: str | None = None,
    max_length: int = 1_024,
    batch_size: int = 64,
    epochs: int = 8,
    learning_rate: float = 2e-3,
    weight_average: float = 0.99,
    patience: int = 2,
    seed: int = 0,
    precision: str = "float32",
    tensorboard: bool = False,
    out: str = "runs/imdb_sentiment",
    results: str | None = None,
):
    """Trains a recurrent network on labelled texts, compares it with order-blind baselines and exports it.

    The run's folder then holds the history, the curves, the report and, in `export`, the model: a SavedModel that
    answers raw text. The same command goes on where it was stopped.

    Args:
        data: "sample", "imdb_reviews" (TFDS_DATA_DIR says where, or it downloads), or a .csv, .tsv or .jsonl file, or a
            folder with train.* and test.*.
        model: name of the network; `rnn-zoo list "imdb*"` shows them, `rnn-zoo info NAME` their layers.
        text_column: column of the texts in your own files.
        label_column: column of the labels in your own files; any number of classes.
        group_column: column of what must not be split, such as the film of a review.
        validation: share of the training texts that early stopping and the choice of baselines look at.
        vocabulary_size: words kept, the most frequent ones of the training texts.
        vectors: file of word vectors to start from, word2vec or GloVe, as wide as the model's embedding.
        max_length: words of a review that are read in training; predictions read all.
        batch_size: reviews a step.
        epochs: passes over the training texts at most.
        learning_rate: of Adam.
        weight_average: decay a step of the exponential average of the weights, which is what is kept; 0 for none.
        patience: epochs without a better validation loss after which training stops; 0 trains all epochs.
        seed: of every random draw.
        precision: "float32", "mixed_bfloat16" or "mixed_float16".
        tensorboard: write logs for TensorBoard.
        out: folder of the run.
        results: CSV file to add the numbers on the test texts to.
    """
    one_of("model", model, list_models("imdb*"))
    training.prepare(seed, precision)
    reviews = datasets.load(
        data,
        text_column=text_column,
        label_column=label_column,
        group_column=group_column,
        validation=validation,
        seed=seed,
    )
    print(reviews)

    vocabulary = Vocabulary.fit(reviews.train.texts, size=vocabulary_size)
    options = {"vocabulary_size": vocabulary.size, "classes": len(reviews.labels), "seed": seed}
    if vectors:
        options["vectors"] = word_vectors.load(vectors, vocabulary)
    network = create_model(model, **options)

    batches = vocabulary.batches(reviews.train, batch_size, max_length=max_length, shuffle=True, seed=seed)
    training.adapt(network, batches.tokens, batches.labels)
    history = training.fit(
        network,
        batches,
        vocabulary.batches(reviews.validation, 2 * batch_size) if validation else None,
        out=out,
        epochs=epochs,
        patience=patience if validation else 0,
        seed=seed,
        learning_rate=learning_rate,
        weight_average=weight_average or None,
        tensorboard=tensorboard,
        # All that decides what is trained and is not in the texts' words: `out` of another run is refused by it.
        config={
            "data": data,
            "text_column": text_column,
            "label_column": label_column,
            "group_column": group_column,
            "labels": reviews.labels,
            "validation": validation,
            "model": model,
            "vocabulary": vocabulary.digest,
            "vectors": vectors,
            "max_length": max_length,
            "batch_size": batch_size,
        },
    )

    def predict(texts):
        unlabelled = vocabulary.batches(list(texts), 2 * batch_size)
        return unlabelled.restore(network.predict(unlabelled, verbose=0))

    held_out = reviews.validation if validation else None
    report = evaluation.report(
        model,
        predict,
        reviews.test,
        baselines=[
            evaluation.tfidf_logistic_regression(reviews.train, seed, validation=held_out),
            evaluation.mean_embedding(reviews.train, seed, validation=held_out),
        ],
        names=reviews.labels,
        parameters=network.count_params(),
        train_seconds=history.seconds,
        out=out,
    )
    command = shlex.join(["python", "recipes/imdb_sentiment.py", *sys.argv[1:]])
    if results:
        rows = result_files.rows(report, recipe="imdb_sentiment", data=data, seed=seed, command=command)
        result_files.append(results, rows)

    folder = export.save(
        network,
        vocabulary,
        reviews.labels,
        f"{out}/export",
        card={
            "data": f"{reviews.source}; {len(reviews.train):,} texts for training",
            "licence": reviews.licence,
            "command": command,
            "seed": seed,
            "limits": "Knows texts like those it was trained on, and nothing of irony or of who is meant.",
        },
        metrics=report["systems"],
    )
    for answer in export.load(folder).predict(["The food is not good", "Not bad at all, I loved it"]):
        print(answer)
    print(f'Ask it yourself: rnn-zoo predict {folder} "The food is not good"')


if __name__ == "__main__":
    app = App(help_format="plaintext")
    app.default(main)
    try:
        app()
    except (ValueError, OSError, ImportError, FloatingPointError) as error:  # each says what to change
        sys.exit(f"error: {error}")
