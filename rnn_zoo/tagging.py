"""The training of a tagger, from sentences to an exported folder: what the recipes of names and of parts of speech
have in common."""

import json
from pathlib import Path

import keras

from rnn_zoo import datasets, export
from rnn_zoo.checks import positive_integer, positive_number
from rnn_zoo.evaluation import results as result_files
from rnn_zoo.evaluation.judged import judged
from rnn_zoo.evaluation.tag_baselines import most_frequent_tag, window_logistic_regression
from rnn_zoo.evaluation.tag_report import tag_report, tag_rows
from rnn_zoo.export import folder as export_folder
from rnn_zoo.export.kinds import KIND
from rnn_zoo.export.tag_signatures import TagGraph
from rnn_zoo.files import atomic_file
from rnn_zoo.text import Spelling, TaggedBatches, word_vectors
from rnn_zoo.text.tag_scheme import convert
from rnn_zoo.text.trained_vectors import train_vectors
from rnn_zoo.training import run_folder
from rnn_zoo.training.fit import fit
from rnn_zoo.training.prepare import prepare
from rnn_zoo.zoo import create_model


def train_tagger(
    data,
    *,
    recipe,
    command,
    limits,
    model,
    word_column,
    tag_column,
    file_scheme,
    validation,
    scheme,
    vocabulary_size,
    vectors,
    unlabelled,
    dim,
    case_dim,
    word_dropout,
    dropout,
    max_length,
    batch_size,
    epochs,
    learning_rate,
    weight_average,
    patience,
    quantize,
    split,
    seed,
    precision,
    out,
    results,
):
    """Trains a tagger, compares it with baselines and exports it; the folder `out` then holds the history, the curves,
    the report, and the model in `export`.

    Args:
        recipe, command, limits: str, the recipe's name, the command line that called it, and what the model card says
            that the model cannot do.
        scheme: tag scheme that the network learns, "BIO" or "BIOES"; None: that of the sentences.
        others: the options of the recipes, which describe them.
    Returns:
        pathlib.Path: the exported folder.
    Raises:
        ValueError, OSError, ImportError: an option or the data; says what to change.
    """
    positive_integer("epochs", epochs)
    positive_number("learning_rate", learning_rate)
    # Told of now, not after the training.
    if vectors and unlabelled:
        raise ValueError("`vectors` and `unlabelled` both say what the words start as; leave one of them out.")
    judged(split)
    if results and Path(results).exists():
        result_files.read(results)
    export_folder.refuse_foreign_folder("out", f"{out}/export")
    prepare(seed, precision)
    columns = {"word_column": word_column, "tag_column": tag_column, "scheme": file_scheme}
    tagged = datasets.load_tagged(data, **columns, validation=validation, seed=seed)
    print(tagged)
    if not len(getattr(tagged, split)):
        raise ValueError(f"`split` is {split!r}, of which {data} has no sentences; raise `validation` above 0.")
    if scheme and tagged.scheme == "plain":
        raise ValueError(f"`data`: the tags of {data} name nothing, as {tagged.types[0]!r}; pass `tag_column`.")
    scheme = scheme or tagged.scheme

    if unlabelled:
        vectors_file = Path(out) / "vectors.txt"
        # A run that was begun has its vectors; whether it is this one, `fit` says, before anything is lost.
        if not (vectors_file.exists() and (Path(out) / run_folder.CONFIG).exists()):
            texts = datasets.load(unlabelled).unlabelled if unlabelled == "imdb_reviews" else unlabelled
            print(f"{vectors_file}: vectors for {train_vectors(texts, vectors_file, dim=dim, seed=seed):,} words")
    else:
        vectors_file = vectors
    spelling = _spelling(tagged, vocabulary_size, vectors_file)
    tags = tagged.tags(scheme)
    chosen = {"case_dim": case_dim, "word_dropout": word_dropout, "dropout": dropout}
    chosen = {name: value for name, value in chosen.items() if value is not None}
    options = {"vocabulary_size": spelling.vocabulary.size, "alphabet": spelling.letters, "tags": tags, "dim": dim}
    if vectors_file:
        options["vectors"] = word_vectors.load(vectors_file, spelling.vocabulary)
        options["dim"] = options["vectors"].shape[1]
    network = create_model(model, **options, **chosen, seed=seed)

    def batches(split, size, **how):
        converted = [convert(sentence, tagged.scheme, scheme) for sentence in split.tags]
        return TaggedBatches(spelling, split.words, converted, tags, size, **how)

    lessons = batches(tagged.train, batch_size, max_length=max_length, shuffle=True, seed=seed)
    history = fit(
        network,
        lessons,
        batches(tagged.validation, 4 * batch_size) if len(tagged.validation) else None,
        out=out,
        epochs=epochs,
        patience=patience,
        seed=seed,
        learning_rate=keras.optimizers.schedules.CosineDecay(learning_rate, epochs * len(lessons)),
        weight_average=weight_average or None,
        # All that decides what is trained: `out` of another run is refused by it.
        config={
            "data": data,
            "sentences": tagged.digest,
            "model": model,
            "tags": tags,
            "spelling": spelling.digest,
            "dim": dim,
            **chosen,
            "vectors": vectors,
            "unlabelled": unlabelled,
            "max_length": max_length,
            "batch_size": batch_size,
        },
    )
    _complete_run(Path(out), spelling, tags)
    if quantize:
        network.quantize("int8", filters="embedding")

    graph = TagGraph(network, spelling, tags)

    def report_of(part, **details):
        predicted = [convert(found, scheme, tagged.scheme) for found in graph.tag(part.words)]
        return tag_report(model, predicted, part, scheme=tagged.scheme, **details)

    if split == "test" and len(tagged.validation):
        report_of(tagged.validation, split="validation")
    baselines = [
        most_frequent_tag(tagged.train),
        window_logistic_regression(tagged.train, seed, validation=tagged.validation),
    ]
    sizes = {"parameters": network.count_params(), "train_seconds": history.seconds}
    report = report_of(getattr(tagged, split), baselines=baselines, **sizes, split=split, out=out)
    if results:
        name = Path(data).name
        result_files.append(results, tag_rows(report, recipe=recipe, data=name, seed=seed, command=command))
    card = {
        "name": model,
        "data": f"{tagged.source}; {len(tagged.train):,} sentences for training",
        "licence": tagged.licence,
        "command": command,
        "seed": seed,
        "limits": limits,
    }
    return export.save_tagger(network, spelling, tags, f"{out}/export", card=card, metrics=report)


def _spelling(tagged, vocabulary_size, vectors_file):
    """The words of the training sentences and, of a file of a million vectors, those that the data can ask for."""
    splits = (tagged.train, tagged.validation, tagged.test)
    asked = (word for split in splits for words in split.words for word in words)
    more = word_vectors.known(vectors_file, asked) if vectors_file else ()
    return Spelling.fit(tagged.train.words, size=vocabulary_size, more=more)


def _complete_run(out, spelling, tags):
    """Puts beside model.keras what `rnn-zoo export` needs to make an export of it."""
    spelling.save(out)
    for name, content in ((export_folder.LABELS, json.dumps(tags, ensure_ascii=False)), (KIND, "tags")):
        with atomic_file(out / name) as file:
            file.write(content + "\n")
