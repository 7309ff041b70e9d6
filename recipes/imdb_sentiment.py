"""IMDB sentiment: 25,000 film reviews, positive or negative.

    python recipes/imdb_sentiment.py                                            # sentences in the package, a minute
    python recipes/imdb_sentiment.py --data imdb_reviews --model imdb_bilstm    # the real thing, through TFDS
    python recipes/imdb_sentiment.py --data my.csv --text-column review --label-column stars

What each model reaches stands in results/imdb_sentiment.csv, with the command that made it.
"""

import hashlib
import json
import shlex
import sys
from pathlib import Path

import keras
import numpy as np
from cyclopts import App

from rnn_zoo import Front, NGramEvidence, create_model, datasets, evaluation, export, training
from rnn_zoo.checks import one_of, positive_integer, positive_number
from rnn_zoo.evaluation import results as result_files
from rnn_zoo.export.folder import refuse_foreign_folder
from rnn_zoo.files import atomic_file
from rnn_zoo.text import Vocabulary, word_vectors
from rnn_zoo.zoo import list_models


def main(
    data: str = "sample",
    *,
    model: str = "imdb_gru",
    text_column: str = "text",
    label_column: str = "label",
    group_column: str | None = None,
    validation: float = 0.1,
    vocabulary_size: int = 20_000,
    vectors: str | None = None,
    pretrained: str | None = None,
    teacher: str | None = None,
    max_length: int = 1_024,
    batch_size: int = 64,
    epochs: int = 8,
    learning_rate: float = 2e-3,
    decay: bool = False,
    weight_average: float = 0.99,
    patience: int = 2,
    split: str = "test",
    seed: int = 0,
    precision: str = "float32",
    quantize: bool = False,
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
        vectors: file of word vectors to start from, word2vec or GloVe; the embedding is as wide as they are.
        pretrained: folder of recipes/imdb_language_model.py to start from, with its vocabulary; for the same `model`.
        teacher: exported model, whose answers to the unlabelled texts are learned beside the labels (self-training).
        max_length: words of a review that are read in training; predictions read all.
        batch_size: reviews a step.
        epochs: passes over the training texts at most.
        learning_rate: of Adam.
        decay: let the learning rate fall to 0 along a cosine over all epochs.
        weight_average: decay a step of the exponential average of the weights, which is what is kept; 0 for none.
        patience: epochs without a better validation loss after which training stops; 0 trains all epochs.
        split: what the report is about: "test", or "validation" while settings are still being chosen, the test part
            then not being looked at.
        seed: of every random draw.
        precision: "float32", "mixed_bfloat16" or "mixed_float16".
        quantize: keep embeddings in 8 bits: an export of half the size. The numbers are those of what is exported.
        tensorboard: write logs for TensorBoard.
        out: folder of the run.
        results: CSV file to add the numbers on the test texts to.
    """
    one_of("model", model, list_models("imdb*"))
    positive_integer("epochs", epochs)
    positive_number("learning_rate", learning_rate)
    weights = weights_in(pretrained, model) if pretrained else None
    # Told of now, not after the training.
    evaluation.judged(split)
    if results and Path(results).exists():
        result_files.read(results)
    refuse_foreign_folder("out", f"{out}/export")
    if split == "validation" and not validation:
        raise ValueError("`split` is 'validation', of which `validation` 0 leaves nothing: give a share above 0.")
    if vectors and pretrained:
        raise ValueError("`vectors` and `pretrained` both say what the embedding starts as; leave one of them out.")
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

    if pretrained:
        vocabulary = Vocabulary.load(f"{pretrained}/vocabulary.txt")
    else:
        vocabulary = Vocabulary.fit(reviews.train.texts, size=vocabulary_size)
    options = {"vocabulary_size": vocabulary.size, "classes": len(reviews.labels), "seed": seed}
    if vectors:
        options["vectors"] = word_vectors.load(vectors, vocabulary)
        options["dim"] = options["vectors"].shape[1]
    network = create_model(model, **options)

    if pretrained:
        load_start(network, weights, len(reviews.labels))
        start = digest(network.get_weights())
    training.adapt(
        network, vocabulary.encode(reviews.train.texts), reviews.train.labels, but=Front if pretrained else ()
    )
    lessons, exam = reviews.train, reviews.validation
    if teacher:
        lessons, exam = taught(reviews, teacher)
        network.compile(network.optimizer, loss="categorical_crossentropy", metrics=["accuracy"])
    batches = vocabulary.batches(lessons, batch_size, max_length=max_length, shuffle=True, seed=seed)
    if decay:
        learning_rate = keras.optimizers.schedules.CosineDecay(learning_rate, epochs * len(batches))
    history = training.fit(
        network,
        batches,
        vocabulary.batches(exam, 2 * batch_size) if validation else None,
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
            "texts": reviews.digest,
            "validation": validation,
            "model": model,
            "vocabulary": vocabulary.digest,
            "vectors": vectors,
            "pretrained": pretrained and [pretrained, start],
            "teacher": teacher and [teacher, digest([lessons.labels])],
            "max_length": max_length,
            "batch_size": batch_size,
        },
    )

    # With model.keras, all that `rnn-zoo export` asks of a run's folder.
    vocabulary.save(f"{out}/vocabulary.txt")
    with atomic_file(f"{out}/labels.json") as file:
        json.dump(reviews.labels, file, ensure_ascii=False)

    if quantize:
        network.quantize("int8", filters="embedding")

    def predict(texts):
        unlabelled = vocabulary.batches(list(texts), 2 * batch_size)
        return unlabelled.restore(network.predict(unlabelled, verbose=0))

    name = f"{model} taught" if teacher else model
    # Judged on the validation texts, the baselines must not have learned from them.
    held_out = reviews.validation if validation and split == "test" else None
    report = evaluation.report(
        name,
        predict,
        getattr(reviews, split),
        baselines=[
            evaluation.tfidf_logistic_regression(reviews.train, seed, validation=held_out),
            evaluation.mean_embedding(reviews.train, seed, validation=held_out),
            *second_opinion(network, vocabulary),
        ],
        names=reviews.labels,
        parameters=network.count_params(),
        train_seconds=history.seconds,
        split=split,
        out=out,
    )
    command = shlex.join(["python", "recipes/imdb_sentiment.py", *sys.argv[1:]])
    if results:
        rows = result_files.rows(report, recipe="imdb_sentiment", data=data, seed=seed, command=command)
        result_files.append(results, rows)

    data_read = f"{reviews.source}; {len(reviews.train):,} texts for training"
    if teacher:
        data_read += f", {len(reviews.unlabelled):,} more without a label"
    folder = export.save(
        network,
        vocabulary,
        reviews.labels,
        f"{out}/export",
        card={
            "name": model,
            "data": data_read,
            "licence": reviews.licence,
            "command": command,
            "seed": seed,
            "limits": "Knows texts like those it was trained on, and nothing of irony or of who is meant.",
        },
        metrics=report,
    )
    asked = ["The food is not good", "Not bad at all, I loved it"]
    for text, answer in zip(asked, export.load(folder).predict(asked), strict=True):
        print(f"{text}: {answer.label}, {answer.score:.0%}")
    print(f'Ask it yourself: rnn-zoo predict {folder} "The food is not good"')


def digest(arrays):
    """SHA-256 of numbers, by which a run knows whether it would learn the same again."""
    return hashlib.sha256(b"".join(np.asarray(array).tobytes() for array in arrays)).hexdigest()


def weights_in(pretrained, model):
    """The file of the weights that recipes/imdb_language_model.py left for a model."""
    folder = Path(pretrained)
    found = sorted(file.name.removesuffix(".weights.h5") for file in folder.glob("*.weights.h5"))
    if model not in found or not (folder / "vocabulary.txt").is_file():
        raise ValueError(
            f"`pretrained` must be the folder of a finished run of recipes/imdb_language_model.py --model {model}, got "
            f"{pretrained!r}, which holds {'weights of ' + ', '.join(found) if found else 'no weights'}."
        )
    return folder / f"{model}.weights.h5"


def load_start(network, weights, classes):
    """Starts a network from pre-trained weights."""
    try:
        network.load_weights(weights)
    except ValueError as error:  # of Keras, some lines long
        raise ValueError(
            f"`pretrained`: {weights} does not fit a network of {classes} classes; pre-train on this very `data`."
        ) from error


def taught(reviews, teacher):
    """Training and validation texts with distributions as labels: the unlabelled texts with the teacher's answers."""
    teacher_model = export.load(teacher)
    if tuple(teacher_model.labels) != tuple(reviews.labels):
        raise ValueError(
            f"`teacher` must answer with the labels of the data, {', '.join(reviews.labels)}, in this order; {teacher} "
            f"answers with {', '.join(teacher_model.labels)}. Give a model trained on such data."
        )
    if not reviews.unlabelled:
        raise ValueError(f"`teacher` needs unlabelled texts, and {reviews.name!r} has none; leave it out.")
    certain = np.eye(len(reviews.labels), dtype="float32")
    answers = teacher_model.probabilities(reviews.unlabelled)
    lessons = datasets.TextSplit(
        [*reviews.train.texts, *reviews.unlabelled], np.concatenate([certain[reviews.train.labels], answers])
    )
    return lessons, datasets.TextSplit(reviews.validation.texts, certain[reviews.validation.labels])


def second_opinion(network, vocabulary):
    """The n-gram evidence inside a network as a baseline of its own, so that the table tells what the rest adds."""
    layers = [layer for layer in network.layers if isinstance(layer, NGramEvidence)]
    for layer in layers:
        alone = keras.Model(network.input, keras.ops.softmax(layer.output))

        def predict(texts, alone=alone):
            batches = vocabulary.batches(list(texts), 128)
            return batches.restore(alone.predict(batches, verbose=0))

        yield evaluation.Baseline("ngram_evidence", alone.count_params(), None, predict, {"C": layer.strength})


if __name__ == "__main__":
    app = App(help_format="plaintext", version_flags=[])
    app.default(main)
    try:
        app()
    except (ValueError, OSError, ImportError, FloatingPointError) as error:  # each says what to change
        sys.exit(f"error: {error}")
