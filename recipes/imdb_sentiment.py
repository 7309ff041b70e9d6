"""IMDB sentiment: 25,000 film reviews, positive or negative.

    python recipes/imdb_sentiment.py                                            # sample in the package, a minute
    python recipes/imdb_sentiment.py --data imdb_reviews --model imdb_bilstm    # all reviews, from TFDS
    python recipes/imdb_sentiment.py --data my.csv --text-column review --label-column stars

results/imdb_sentiment.csv holds the scores of each model, with the command that made them.
"""

from rnn_zoo import Front, create_model, datasets, list_models, training
from rnn_zoo.checks import one_of
from rnn_zoo.evaluation import classification_rows
from rnn_zoo.run import Run, recipe, run_command
from rnn_zoo.tasks.text_classification import pretraining
from rnn_zoo.tasks.text_classification.export import complete_run, save
from rnn_zoo.tasks.text_classification.report import report_beside_baselines
from rnn_zoo.text import Vocabulary, word_vectors


@recipe("imdb_sentiment")
def main(
    run: Run,
    data: str = "sample",
    *,
    model: str = "imdb_gru",
    text_column: str = "text",
    label_column: str = "label",
    group_column: str | None = None,
    validation: float = 0.1,
    clean: bool = False,
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
    quantize: bool = False,
    tensorboard: bool = False,
):
    """Trains a recurrent network on labelled texts, compares it with order-blind baselines and exports it.

    The run's folder then holds the history, the curves, the report and, in `export`, the model: a SavedModel that
    classifies raw text. The same command resumes a stopped run.

    Args:
        data: "sample", "imdb_reviews" (from the folder TFDS_DATA_DIR, or downloaded), a .csv, .tsv or .jsonl file, or a
            folder with train.* and test.*.
        model: name of the network; `rnn-zoo list "imdb*"` lists them, `rnn-zoo info NAME` shows their layers.
        text_column: column of the texts in your own files.
        label_column: column of the labels in your own files; any number of classes.
        group_column: column of groups that are not split between training and validation, such as the film of a review.
        validation: fraction of the training texts to hold out for early stopping and the choice of baselines.
        vocabulary_size: number of words to keep, the most frequent ones of the training texts.
        vectors: file of initial word vectors, word2vec or GloVe; it determines the width of the embedding.
        pretrained: folder of a run of recipes/imdb_language_model.py with the same `model`, for initial weights and the
            vocabulary.
        teacher: exported model; its predictions for the unlabelled texts are further training targets (self-training).
        max_length: words of a review used in training; prediction uses all.
        learning_rate: of Adam.
        decay: let the learning rate fall to 0 along a cosine over all epochs.
        tensorboard: write logs for TensorBoard.
    """
    one_of("model", model, list_models("imdb*"))
    weights = pretraining.weights_in(pretrained, model) if pretrained else None
    if run.split == "validation" and not validation:
        raise ValueError("`split` is 'validation', but `validation` is 0; pass a fraction above 0.")
    if vectors and pretrained:
        raise ValueError("`vectors` and `pretrained` both initialise the embedding; pass only one of them.")
    columns = {"text_column": text_column, "label_column": label_column, "group_column": group_column}
    reviews = datasets.load(data, **columns, validation=validation, seed=run.seed, clean=clean)
    print(reviews)

    if pretrained:
        vocabulary = Vocabulary.load(f"{pretrained}/vocabulary.txt")
    else:
        vocabulary = Vocabulary.fit(reviews.train.texts, size=vocabulary_size)
    options = {"vocabulary_size": vocabulary.size, "classes": len(reviews.labels), "seed": run.seed}
    if vectors:
        options["vectors"] = word_vectors.load(vectors, vocabulary)
        options["dim"] = options["vectors"].shape[1]
    network = create_model(model, **options)
    config = {"labels": reviews.labels, "texts": reviews.digest, "vocabulary": vocabulary.digest}
    if pretrained:
        config["pretrained"] = [pretrained, pretraining.load_start(network, weights, len(reviews.labels))]
    fitted = Front if pretrained else ()
    training.adapt(network, vocabulary.encode(reviews.train.texts), reviews.train.labels, but=fitted)
    train, held_out = reviews.train, reviews.validation
    if teacher:
        train, held_out = pretraining.teach(reviews, teacher)
        network.compile(network.optimizer, loss="categorical_crossentropy", metrics=["accuracy"])
        config["teacher"] = [teacher, pretraining.digest([train.labels])]
    batches = vocabulary.batches(train, batch_size, max_length=max_length, shuffle=True, seed=run.seed)
    validation_batches = vocabulary.batches(held_out, 2 * batch_size) if validation else None
    patience = patience if validation else 0
    history = run.fit(network, batches, validation_batches, config=config, patience=patience, tensorboard=tensorboard)
    complete_run(run.out, vocabulary, reviews.labels)
    if quantize:
        network.quantize("int8", filters="embedding")

    name = f"{model} taught" if teacher else model
    report = report_beside_baselines(run, name, network, vocabulary, reviews, history.seconds)
    run.record(classification_rows, report, data)
    examples = f"{len(reviews.train):,} texts" + (f", {len(reviews.unlabelled):,} more unlabelled" if teacher else "")
    limits = "Limited to texts like its training texts; does not recognise irony, or whom an opinion is about."
    card = run.card(reviews, examples, limits)
    folder = save(network, vocabulary, reviews.labels, run.export_folder, card=card, metrics=report)
    run.ask(folder, ["The food is not good", "Not bad at all, I loved it"])


if __name__ == "__main__":
    run_command(main)
