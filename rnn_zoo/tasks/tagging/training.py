"""The steps that the recipes of taggers share: option checks, word vectors, training, report and export."""

from collections.abc import Callable, Sequence
from pathlib import Path

from rnn_zoo.run import Run
from rnn_zoo.tasks.tagging.batches import TagEncoder
from rnn_zoo.tasks.tagging.dataset import TaggedDataset
from rnn_zoo.tasks.tagging.export import complete_run, save_tagger
from rnn_zoo.tasks.tagging.report import report_beside_baselines, tag_rows
from rnn_zoo.tasks.tagging.signatures import TagGraph
from rnn_zoo.text.trained_vectors import train_vectors
from rnn_zoo.training import run_folder
from rnn_zoo.types import Model

# Descriptions for `--help` of the options that every recipe of a tagger has.
OPTIONS = {
    "word_column": "column of the words in your own files: its number from 0, negative from the end, or its name.",
    "tag_column": 'column of the tags in your own files; the last if left out, or "upos" in CoNLL-U.',
    "validation": "fraction of the training sentences to hold out if the data has no validation part.",
    "vocabulary_size": "number of words to keep, the most frequent ones of the training sentences.",
    "vectors": "file of word vectors to start from, word2vec or GloVe; all its words that the sentences have are kept.",
    "unlabelled": "text to train such vectors on: your own file, a sentence or paragraph per line, or the name of a "
    'data set with unlabelled texts, "imdb_reviews".',
    "dim": "width of a word vector; that of `vectors` if given.",
    "case_dim": "width of the vector of a word's capitals, small letters and digits; 0 for none.",
    "word_dropout": "fraction of words that are unknown in training, so that only their letters are used; default: "
    "that of the model.",
    "dropout": "fraction of features dropped in training; default: that of the model.",
    "max_length": "words of a sentence used in training; prediction uses all.",
    "batch_size": "sentences per step.",
    "epochs": "passes over the training sentences at most.",
    "results": "CSV file to add the numbers on the test sentences to.",
}


def check_data(run: Run, data: TaggedDataset, *, names: bool) -> None:
    """Checks that a data set suits the run, before training starts.

    Args:
        run: whose options `split` and `data` are checked.
        data: the sentences.
        names: whether the tags must mark names.
    Raises:
        ValueError: the split to report on is empty, or the tags mark no names.
    """
    path = run.options["data"]
    if not len(getattr(data, run.split)):
        raise ValueError(f"`split` is {run.split!r}, of which {path} has no sentences; raise `validation` above 0.")
    if names and data.scheme == "plain":
        raise ValueError(f"`data`: the tags of {path} mark no names, such as {data.types[0]!r}; pass `tag_column`.")


def word_vector_file(run: Run, texts: Callable[[str], str | Sequence[str]]) -> str | Path | None:
    """The file of the initial word vectors: the option `vectors`, or one trained on the option `unlabelled`.

    Args:
        run: with the options `vectors`, `unlabelled` and `dim`; new vectors go to `vectors.txt` in its folder.
        texts: function from the value of `unlabelled` to the path of a text file, or to the texts.
    Returns:
        the file, or None without either option.
    """
    unlabelled = run.options["unlabelled"]
    if not unlabelled:
        return run.options["vectors"]
    file = run.out / "vectors.txt"
    # A run that has started has its vectors; if it is another run, `run.fit` refuses it before anything is lost.
    if not (file.exists() and (run.out / run_folder.CONFIG).exists()):
        count = train_vectors(texts(unlabelled), file, dim=run.options["dim"], seed=run.seed)
        print(f"{file}: vectors for {count:,} words")
    return file


def check_vector_options(vectors: str | None, unlabelled: str | None) -> None:
    """ValueError if both options are given."""
    if vectors and unlabelled:
        raise ValueError("`vectors` and `unlabelled` both set the initial word vectors; leave one of them out.")


def train_tagger(run: Run, network: Model, encoder: TagEncoder, data: TaggedDataset, *, limits: str) -> Path:
    """Trains a tagger, compares it with baselines, records its numbers and exports it.

    Args:
        run: with the options in `OPTIONS`.
        network: compiled keras.Model that ends in `Tags`.
        encoder: what the network was built for.
        data: the sentences.
        limits: what the model is not good for, for its card.
    Returns:
        the exported folder.
    """
    options = run.options
    shuffled = {"max_length": options["max_length"], "shuffle": True, "seed": run.seed}
    train = encoder.batches(data.train, options["batch_size"], **shuffled)
    validation = encoder.batches(data.validation, 4 * options["batch_size"]) if len(data.validation) else None
    digests = {"sentences": data.digest, "tags": encoder.tags, "spelling": encoder.spelling.digest}
    history = run.fit(network, train, validation, config=digests)
    complete_run(run.out, encoder.spelling, encoder.tags)
    if options["quantize"]:
        network.quantize("int8", filters="embedding")

    graph = TagGraph(network, encoder.spelling, encoder.tags)
    report = report_beside_baselines(run, graph, data, encoder.scheme, history.seconds)
    run.record(tag_rows, report, Path(options["data"]).name)
    card = run.card(data, f"{len(data.train):,} sentences", limits)
    return save_tagger(network, encoder.spelling, encoder.tags, run.export_folder, card=card, metrics=report)
