"""Named entity recognition: persons, places, organisations, or the types of name in your own data.

    python recipes/named_entities.py                        # tweets and comments in the package (WNUT-17), minutes
    python recipes/named_entities.py --data conll2003       # news, from TFDS
    python recipes/named_entities.py --data my.conll --word-column 0 --tag-column 3

results/named_entities.csv holds the scores of each model, with the command that made them.
"""

from rnn_zoo import create_model, datasets, list_models
from rnn_zoo.checks import one_of
from rnn_zoo.run import Run, recipe, run_command
from rnn_zoo.tasks.tagging import training
from rnn_zoo.tasks.tagging.batches import TagEncoder


@recipe("named_entities", describe=training.OPTIONS)
def main(
    run: Run,
    data: str = "wnut17",
    *,
    model: str = "ner_bilstm_crf",
    word_column: int | str | None = None,
    tag_column: int | str | None = None,
    file_scheme: str | None = None,
    validation: float = 0.1,
    clean: bool = False,
    scheme: str = "BIOES",
    vocabulary_size: int = 30_000,
    vectors: str | None = None,
    unlabelled: str | None = None,
    dim: int = 100,
    case_dim: int = 0,
    word_dropout: float | None = None,
    dropout: float | None = None,
    max_length: int = 512,
    batch_size: int = 32,
    epochs: int = 20,
    learning_rate: float = 3e-3,
    weight_average: float = 0.995,
    patience: int = 0,
    quantize: bool = False,
):
    """Trains a network that recognises names, compares it with baselines and exports it.

    The run's folder then holds the history, the curves, the report with sentences in colour and, in `export`, the
    model: a SavedModel that recognises names in raw text. The same command resumes a stopped run.

    Args:
        data: "wnut17", "conll2003" (from the folder TFDS_DATA_DIR, or downloaded), a CoNLL file, or a folder with a
            file for each split.
        model: name of the network; `rnn-zoo list "ner*"` lists them, `rnn-zoo info NAME` shows their layers.
        file_scheme: tag scheme of your own files, BIO, IOB1 or BIOES; by default it is detected.
        scheme: tag scheme that the network learns, BIO or BIOES.
    """
    one_of("model", model, list_models("ner*"))
    one_of("scheme", scheme, ["BIO", "BIOES"])
    training.check_vector_options(vectors, unlabelled)
    columns = {"word_column": word_column, "tag_column": tag_column, "scheme": file_scheme}
    sentences = datasets.load_tagged(data, **columns, validation=validation, seed=run.seed, clean=clean)
    print(sentences)
    training.check_data(run, sentences, names=True)

    vector_file = training.word_vector_file(run, unlabelled_texts)
    encoder = TagEncoder.fit(sentences, scheme=scheme, vocabulary_size=vocabulary_size, vectors=vector_file, dim=dim)
    layers = {"case_dim": case_dim, "word_dropout": word_dropout, "dropout": dropout}
    chosen = {name: value for name, value in layers.items() if value is not None}
    network = create_model(model, **encoder.model_options(), **chosen, seed=run.seed)
    limits = "Limited to names like those of its training sentences, and to their period and kind of text."
    folder = training.train_tagger(run, network, encoder, sentences, limits=limits)
    run.ask(folder, ["John lives in Paris.", "Anna Schmidt works for Siemens in New York."])


def unlabelled_texts(name):
    """Returns the unlabelled texts of a data set, or `name` if it is the path of a file."""
    return datasets.load(name, validation=0.0).unlabelled if name == "imdb_reviews" else name


if __name__ == "__main__":
    run_command(main)
