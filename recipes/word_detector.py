"""A word as it passes by: a network that reads letters one by one and tells when "bravo" has just come.

    python recipes/word_detector.py                                    # generated letters, two minutes
    python recipes/word_detector.py --word python
    python recipes/word_detector.py --word king --data my.txt          # the word in a text of your own
    python recipes/word_detector.py --listen                           # then type; the network hears every letter

What it reaches stands in results/word_detector.csv, with the command that made it.
"""

import shlex
import sys
from pathlib import Path

import keras
import numpy as np
from cyclopts import App
from rich.console import Console
from rich.text import Text

from rnn_zoo import Stream, create_model, datasets, evaluation, export, training
from rnn_zoo.checks import one_of, positive_integer, positive_number
from rnn_zoo.evaluation import results as result_files
from rnn_zoo.export.folder import refuse_foreign_folder
from rnn_zoo.layers import CELLS
from rnn_zoo.text import Symbols


def main(
    word: str = "bravo",
    *,
    data: str = "generated",
    cell: str = "gru",
    units: int = 32,
    length: int = 60,
    streams: int = 2_000,
    batch_size: int = 50,
    epochs: int = 30,
    learning_rate: float = 1e-2,
    patience: int = 5,
    split: str = "test",
    seed: int = 0,
    listen: bool = False,
    out: str = "runs/word_detector",
    results: str | None = None,
):
    """Trains a recurrent network to tell when a word has just passed, compares it with a rule and exports it.

    The run's folder then holds the history, the curves, the report and, in `export`, the model: a SavedModel that reads
    whole texts, or a stream of them piece by piece. The same command goes on where it was stopped.

    Args:
        word: what to listen for, two characters or more; upper and lower case differ.
        data: "generated", or a text file that holds the word, .txt or .txt.gz.
        cell: "vanilla", "lstm", "gru", "min_gru" or "min_lstm".
        units: size of the state.
        length: characters of a stream in training.
        streams: generated for training; a quarter as many for validation, and for test.
        batch_size: streams a step.
        epochs: passes over the streams at most.
        learning_rate: of Adam; falls to 0 along a cosine over all epochs.
        patience: epochs without a better validation loss after which training stops; 0 trains all epochs.
        split: what the report is about: "test", or "validation" while settings are still being chosen, the test part
            then not being looked at.
        seed: of every random draw of the training; the generated streams are always the same.
        listen: go on with what is typed, or piped in, a line at a time, until it ends.
        out: folder of the run.
        results: CSV file to add the numbers on the test streams to.
    """
    one_of("cell", cell, sorted(CELLS))
    positive_integer("epochs", epochs)
    positive_number("learning_rate", learning_rate)
    # Told of now, not after the training.
    evaluation.judged(split)
    if results and Path(results).exists():
        result_files.read(results)
    refuse_foreign_folder("out", f"{out}/export")
    training.prepare(seed)
    heard = datasets.load_word_stream(word, data, length=length, streams=streams)
    print(heard)

    symbols = Symbols.fit(heard.train.texts, "characters")
    network = create_model("word_detector", vocabulary_size=symbols.size, cell=cell, units=units, seed=seed)
    lessons, exam = (
        (padded(symbols.encode(split.texts)), padded(split.labels)) for split in (heard.train, heard.validation)
    )
    batches = training.ArrayBatches(*lessons, batch_size=batch_size, seed=seed)
    history = training.fit(
        network,
        batches,
        training.ArrayBatches(*exam, batch_size=batch_size, shuffle=False),
        out=out,
        epochs=epochs,
        patience=patience,
        seed=seed,
        learning_rate=keras.optimizers.schedules.CosineDecay(learning_rate, epochs * len(batches)),
        # All that decides what is trained: `out` of another run is refused by it.
        config={
            "word": word,
            "data": data,
            "streams": heard.digest,
            "symbols": symbols.digest,
            "cell": cell,
            "units": units,
            "length": length,
            "batch_size": batch_size,
        },
    )

    asked = getattr(heard, split)
    ids = padded(symbols.encode(asked.texts))
    steps = ids != 0
    told = network.predict(ids, verbose=0)[..., 0][steps]
    by_rule = np.array([letter == word[-1] for text in asked.texts for letter in text], "float32")
    report = evaluation.detection_report(
        "word_detector",
        np.concatenate(asked.labels),
        {
            "word_detector": {
                "probabilities": told,
                "parameters": network.count_params(),
                "train_seconds": history.seconds,
            },
            "baseline:last_letter": {
                "probabilities": by_rule,
                "parameters": None,
                "train_seconds": None,
            },
        },
        split=split,
        out=out,
    )
    command = shlex.join(["python", "recipes/word_detector.py", *sys.argv[1:]])
    if results:
        said = {"recipe": "word_detector", "data": f"{data} {word!r}", "seed": seed, "command": command}
        result_files.append(results, evaluation.detection_rows(report, **said))

    folder = export.save_steps(
        network,
        symbols,
        [f"{word} has just passed"],
        f"{out}/export",
        card={
            "name": "word_detector",
            "data": str(heard),
            "licence": heard.licence,
            "command": command,
            "seed": seed,
            "limits": f"Hears {word!r} in characters of its training streams; others are all one unknown to it.",
        },
        metrics=report,
    )
    console = Console(highlight=False)
    stream = Stream(network)
    state = hear(stream, symbols, word, f"{word[:-1]}{word}... {word.upper()}? {word}!\n", console)
    if listen:
        console.print("Listening; end with Ctrl-D.", style="dim")
        for line in sys.stdin:
            state = hear(stream, symbols, word, line, console, state)
    print(f'Ask it yourself: rnn-zoo predict {folder} "{word[:-1]}{word}"')


def padded(rows):
    """Rows of integers as one array, zeros on the right: <int>[rows, longest]."""
    return keras.utils.pad_sequences(list(rows), padding="post")


def hear(stream, symbols, word, text, console, state=None):
    """Feeds a text to the stream letter by letter and prints it, the word in bold where it is told; the state after."""
    shown = Text()
    for letter in text.rstrip("\n"):
        answers, state = stream(padded(symbols.encode([letter])), state)
        shown.append(letter)
        if answers[0, 0, 0] >= 0.5:
            shown.stylize("bold green", len(shown) - len(word))
            shown.append(f" <- {answers[0, 0, 0]:.2f} ", style="green")
    console.print(shown)
    return state


if __name__ == "__main__":
    app = App(help_format="plaintext", version_flags=[])
    app.default(main)
    try:
        app()
    except (ValueError, OSError, ImportError, FloatingPointError) as error:  # each says what to change
        sys.exit(f"error: {error}")
