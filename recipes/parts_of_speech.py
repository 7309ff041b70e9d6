"""Part-of-speech tagging: noun, verb, adposition, ... for every word.

    python recipes/parts_of_speech.py --data UD_English-EWT          # the folder of a Universal Dependencies treebank
    python recipes/parts_of_speech.py --data my.conll --tag-column 1

results/parts_of_speech.csv holds the scores of each model, with the command that made them.
"""

from rnn_zoo import create_model, datasets, list_models
from rnn_zoo.checks import one_of
from rnn_zoo.run import Run, recipe, run_command
from rnn_zoo.tasks.tagging import training
from rnn_zoo.tasks.tagging.batches import TagEncoder


@recipe("parts_of_speech", describe=training.OPTIONS)
def main(
    run: Run,
    data: str,
    *,
    model: str = "pos_bilstm",
    word_column: int | str | None = None,
    tag_column: int | str | None = None,
    validation: float = 0.1,
    clean: bool = False,
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
    quantize: bool = False,
):
    """Trains a network that tags every word, compares it with baselines and exports it.

    The run's folder then holds the history, the curves, the report with sentences in colour and, in `export`, the
    model: a SavedModel that tags raw text. The same command resumes a stopped run.

    Args:
        data: folder with a file for each split, such as a treebank, or a .conllu or CoNLL file.
        model: name of the network; `rnn-zoo list "pos*"` lists them, `rnn-zoo info NAME` shows their layers.
    """
    one_of("model", model, list_models("pos*"))
    training.check_vector_options(vectors, unlabelled)
    columns = {"word_column": word_column, "tag_column": tag_column, "scheme": "plain"}
    sentences = datasets.load_tagged(data, **columns, validation=validation, seed=run.seed, clean=clean)
    print(sentences)
    training.check_data(run, sentences, names=False)

    vector_file = training.word_vector_file(run, unlabelled_texts)
    encoder = TagEncoder.fit(sentences, vocabulary_size=vocabulary_size, vectors=vector_file, dim=dim)
    layers = {"case_dim": case_dim, "word_dropout": word_dropout, "dropout": dropout}
    chosen = {name: value for name, value in layers.items() if value is not None}
    network = create_model(model, **encoder.model_options(), **chosen, seed=run.seed)
    limits = "Limited to the word usage and the kind of text of its training sentences."
    folder = training.train_tagger(run, network, encoder, sentences, limits=limits)
    run.ask(folder, ["Time flies like an arrow."])


def unlabelled_texts(name):
    """Returns the unlabelled texts of a data set, or `name` if it is the path of a file."""
    return datasets.load(name, validation=0.0).unlabelled if name == "imdb_reviews" else name


if __name__ == "__main__":
    run_command(main)
