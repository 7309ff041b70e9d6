"""Parts of speech: a noun, a verb, an adposition, for every word.

    python recipes/parts_of_speech.py --data UD_English-EWT          # the folder of a Universal Dependencies treebank
    python recipes/parts_of_speech.py --data my.conll --tag-column 1

What each model reaches stands in results/parts_of_speech.csv, with the command that made it.
"""

import shlex
import sys

from cyclopts import App

from rnn_zoo import export
from rnn_zoo.checks import one_of
from rnn_zoo.tagging import train_tagger
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
    quantize: bool = False,
    split: str = "test",
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
        quantize: keep the vectors of words in 8 bits: an export of half the size. The numbers are those of what is
            exported.
        split: what the report is about: "test", or "validation" while settings are still being chosen, the test part
            then not being looked at.
        seed: of every random draw.
        precision: "float32", "mixed_bfloat16" or "mixed_float16".
        out: folder of the run.
        results: CSV file to add the numbers on the test sentences to.
    """
    options = locals()
    one_of("model", model, list_models("pos*"))
    folder = train_tagger(
        **options,
        file_scheme="plain",
        scheme=None,
        recipe="parts_of_speech",
        command=shlex.join(["python", "recipes/parts_of_speech.py", *sys.argv[1:]]),
        limits="Knows words used as in its sentences, and their kind of text.",
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
