"""Parts of speech: a noun, a verb, an adposition, for every word.

    python recipes/parts_of_speech.py --data UD_English-EWT          # the folder of a Universal Dependencies treebank
    python recipes/parts_of_speech.py --data my.conll --tag-column 1

What each model reaches stands in results/parts_of_speech.csv, with the command that made it.
"""

import shlex
import sys
from pathlib import Path

import keras
from cyclopts import App

from rnn_zoo import create_model, datasets, export, training
from rnn_zoo.checks import one_of, positive_integer, positive_number
from rnn_zoo.evaluation import results as result_files
from rnn_zoo.evaluation.tag_baselines import most_frequent_tag, window_logistic_regression
from rnn_zoo.evaluation.tag_report import tag_report, tag_rows
from rnn_zoo.export.folder import refuse_foreign_folder
from rnn_zoo.export.tag_signatures import TagGraph
from rnn_zoo.text import Spelling, TaggedBatches, word_vectors
from rnn_zoo.text.trained_vectors import train_vectors
from rnn_zoo.zoo import list_models


def main(
    data: str,
    *,
    model: str = "pos_bilstm",
    word_column: int | str | None = None,
    tag_column: int | str | None = None,
    validation: float = 0.1,
    vocabulary_size: int = 30_000,
    vectors: str | None = None,
    unlabelled: str | None = None,
    dim: int = 100,
    case_dim: int = 0,
    word_dropout: float | None = None,
    dropout: float | None = None,
    max_length: int = 512,
    batch_size: int = 32,
    epochs: int = 12,
    learning_rate: float = 3e-3,
    weight_average: float = 0.995,
    patience: int = 0,
    seed: int = 0,
    precision: str = "float32",
    out: str = "runs/parts_of_speech",
    results: str | None = None,
):
    """Trains a network that tags every word, compares it with baselines and exports it.

    The run's folder then holds the history, the curves, the report with sentences in colour and, in `export`, the
    model: a SavedModel that tags raw text. The same command goes on where it was stopped.

    Args:
        data: folder with a file for each split, such as that of a treebank, or a .conllu or CoNLL file.
        model: name of the network; `rnn-zoo list "pos*"` shows them, `rnn-zoo info NAME` their layers.
        word_column: column of the words in your own files: its number from 0, negative from the end, or its name.
        tag_column: column of the tags; "upos" in CoNLL-U, else the last, where it is left out.
        validation: share of the training sentences held out where the data has no validation part.
        vocabulary_size: words kept, the most frequent ones of the training sentences.
        vectors: file of word vectors to start from, word2vec or GloVe; all words that it and the sentences have are
            known then.
        unlabelled: text to train such vectors on: a file of your own, a sentence or paragraph a line, or the name of a
            data set with unlabelled texts, "imdb_reviews".
        dim: width of a word's vector; that of `vectors` where they are given.
        case_dim: width of the vector of a word's capitals, small letters and digits; 0 for none.
        word_dropout: share of words read by their letters alone in training; the model's own where it is left out.
        dropout: share of features dropped in training; the model's own where it is left out.
        max_length: words of a sentence that are read in training; predictions read all.
        batch_size: sentences a step.
        epochs: passes over the training sentences at most.
        learning_rate: of Adam; it falls to 0 along a cosine over all epochs.
        weight_average: decay a step of the exponential average of the weights, which is what is kept; 0 for none.
        patience: epochs without a better validation loss after which training stops; 0 trains all epochs.
        seed: of every random draw.
        precision: "float32", "mixed_bfloat16" or "mixed_float16".
        out: folder of the run.
        results: CSV file to add the numbers on the test sentences to.
    """
    one_of("model", model, list_models("pos*"))
    positive_integer("epochs", epochs)
    positive_number("learning_rate", learning_rate)
    # Told of now, not after the training.
    if vectors and unlabelled:
        raise ValueError("`vectors` and `unlabelled` both say what the words start as; leave one of them out.")
    if results and Path(results).exists():
        result_files.read(results)
    refuse_foreign_folder("out", f"{out}/export")
    training.prepare(seed, precision)
    tagged = datasets.load_tagged(
        data, word_column=word_column, tag_column=tag_column, scheme="plain", validation=validation, seed=seed
    )
    print(tagged)

    if unlabelled:
        file = Path(out) / "vectors.txt"
        texts = datasets.load(unlabelled).unlabelled if unlabelled == "imdb_reviews" else unlabelled
        print(f"{file}: vectors for {train_vectors(texts, file, dim=dim, seed=seed):,} words")
    found = str(file) if unlabelled else vectors
    # Of a file of a million vectors those are kept that the data can ask for.
    splits = (tagged.train, tagged.validation, tagged.test)
    asked = [word for split in splits for words in split.words for word in words]
    more = word_vectors.known(found, asked) if found else ()
    spelling = Spelling.fit(tagged.train.words, size=vocabulary_size, more=more)
    tags = tagged.tags()
    options = {"vocabulary_size": spelling.vocabulary.size, "alphabet": spelling.letters, "tags": tags, "dim": dim}
    if found:
        options["vectors"] = word_vectors.load(found, spelling.vocabulary)
        options["dim"] = options["vectors"].shape[1]
    drops = {name: value for name, value in (("word_dropout", word_dropout), ("dropout", dropout)) if value is not None}
    network = create_model(model, **options, case_dim=case_dim, **drops, seed=seed)

    def batches(split, size, **how):
        return TaggedBatches(spelling, split.words, split.tags, tags, size, **how)

    lessons = batches(tagged.train, batch_size, max_length=max_length, shuffle=True, seed=seed)
    history = training.fit(
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
            "case_dim": case_dim,
            **drops,
            "vectors": vectors,
            "unlabelled": unlabelled,
            "max_length": max_length,
            "batch_size": batch_size,
        },
    )

    graph = TagGraph(network, spelling, tags)
    if len(tagged.validation):
        tag_report(
            model, graph.tag(tagged.validation.words), tagged.validation, scheme=tagged.scheme, split="validation"
        )
    report = tag_report(
        model,
        graph.tag(tagged.test.words),
        tagged.test,
        [
            most_frequent_tag(tagged.train),
            window_logistic_regression(tagged.train, seed, validation=tagged.validation),
        ],
        scheme=tagged.scheme,
        parameters=network.count_params(),
        train_seconds=history.seconds,
        out=out,
    )
    command = shlex.join(["python", "recipes/parts_of_speech.py", *sys.argv[1:]])
    if results:
        rows = tag_rows(report, recipe="parts_of_speech", data=Path(data).name, seed=seed, command=command)
        result_files.append(results, rows)

    folder = export.save_tagger(
        network,
        spelling,
        tags,
        f"{out}/export",
        card={
            "name": model,
            "data": f"{tagged.source}; {len(tagged.train):,} sentences for training",
            "licence": tagged.licence,
            "command": command,
            "seed": seed,
            "limits": "Knows words used as in its sentences, and their kind of text.",
        },
        metrics=report,
    )
    (one,) = export.load(folder).predict(["Time flies like an arrow."])
    print(" ".join(f"{token.text}/{token.tag}" for token in one.tokens))
    print(f'Ask it yourself: rnn-zoo predict {folder} "Time flies like an arrow."')


if __name__ == "__main__":
    app = App(help_format="plaintext", version_flags=[])
    app.default(main)
    try:
        app()
    except (ValueError, OSError, ImportError, FloatingPointError) as error:  # each says what to change
        sys.exit(f"error: {error}")
