"""Shakespeare: a network that writes plays, one character at a time.

    python recipes/shakespeare.py                                # Tiny Shakespeare, in the package
    python recipes/shakespeare.py --data my.txt --seed-text "Once upon a time"

What each model reaches stands in results/shakespeare.csv, with the command that made it.
"""

import shlex
import sys
import time
from pathlib import Path

import keras
import tensorflow as tf
from cyclopts import App

from rnn_zoo import NextToken, Recurrent, Tokens, evaluation, export, one_to_many, training
from rnn_zoo.checks import not_negative, positive_integer
from rnn_zoo.datasets import load_text
from rnn_zoo.decoding import sample
from rnn_zoo.evaluation import results as result_files
from rnn_zoo.export.folder import refuse_foreign_folder
from rnn_zoo.text import Symbols, Windows


def main(
    data: str = "tinyshakespeare",
    *,
    cell: str = "lstm",
    units: int = 512,
    depth: int = 1,
    dim: int = 64,
    dropout: float = 0.4,
    length: int = 128,
    batch_size: int = 32,
    epochs: int = 24,
    learning_rate: float = 3e-3,
    weight_average: float = 0.99,
    seed_text: str = "ROMEO:",
    temperature: float = 0.8,
    split: str = "test",
    seed: int = 0,
    out: str = "runs/shakespeare",
    results: str | None = None,
):
    """Trains a language model of characters, compares it with n-grams and exports it.

    The run's folder then holds the history, the curves, the report with what the model writes and, in `export`, the
    model: a SavedModel that goes on from any text. The same command goes on where it was stopped.

    Args:
        data: "tinyshakespeare", or a .txt file (also .txt.gz), cut 90 / 5 / 5 by position.
        cell: "vanilla", "lstm", "gru", "min_gru" or "min_lstm".
        units: the size of the state.
        depth: layers of the recurrence.
        dim: numbers per character read.
        dropout: share of the features dropped before the last layer and, of deeper networks, between the layers.
        length: characters over which the gradient goes back.
        batch_size: pieces of so many characters a step.
        epochs: passes over the text at most.
        learning_rate: of Adam; falls to 0 along a cosine over all epochs.
        weight_average: decay a step of the exponential average of the weights, which is what is kept; 0 for none.
        seed_text: what the examples of the report go on from.
        temperature: of the examples; less is safer, more is wilder, 0 is always the likeliest.
        split: what the report is about: "test", or "validation" while settings are still being chosen, the test part
            then not being looked at.
        seed: of every random draw.
        out: folder of the run.
        results: CSV file to add the numbers to.
    """
    positive_integer("epochs", epochs)
    not_negative("temperature", temperature)
    judged = evaluation.judged(split)
    if results and Path(results).exists():
        result_files.read(results)
    refuse_foreign_folder("out", f"{out}/export")
    training.prepare(seed)
    text = load_text(data)
    print(text)
    symbols = Symbols.fit([text.train], "characters")
    symbols.check_beginning(seed_text, "seed_text")
    ids = {split: symbols.encode([getattr(text, split)]).ids for split in ("train", "validation", "test")}

    writer = one_to_many(
        Tokens(symbols.size, dim, seed=seed),
        Recurrent(cell, units, depth, dropout=dropout if depth > 1 else 0.0, seed=seed),
        NextToken(symbols.size),
        dropout=dropout,
        seed=seed,
        name="shakespeare",
    )
    batches = Windows(ids["train"], length, batch_size, shuffle=True, seed=seed)
    history = training.fit(
        writer.training,
        batches,
        Windows(ids["validation"], min(1_000, len(ids["validation"]) - 1), batch_size),
        out=out,
        epochs=epochs,
        seed=seed,
        learning_rate=keras.optimizers.schedules.CosineDecay(learning_rate, epochs * len(batches)),
        weight_average=weight_average or None,
        config={
            "data": data,
            "text": text.digest,
            "symbols": symbols.digest,
            "cell": cell,
            "units": units,
            "depth": depth,
            "dim": dim,
            "dropout": dropout,
            "length": length,
            "batch_size": batch_size,
        },
    )
    symbols.save(f"{out}/symbols.json")

    command = shlex.join(["python", "recipes/shakespeare.py", *sys.argv[1:]])
    network = writer.training
    written = write(writer.generator, symbols, seed_text, temperature, seed)
    card = {
        "name": "shakespeare",
        "data": f"{text.source}; {len(text.train):,} characters for training",
        "licence": text.licence,
        "command": command,
        "seed": seed,
        "limits": "Writes what looks like the text that it was trained on; it means nothing by it.",
    }
    for part in judged:
        systems = {
            f"char_{cell}": {
                "scores": {"nats_per_character": nats(network, ids[part])},
                "parameters": network.count_params(),
                "train_seconds": history.seconds,
            }
        }
        for order in (5, 6):
            started = time.perf_counter()
            model = evaluation.NGramModel(ids["train"], order, symbols.size)
            systems[f"baseline:{order}_gram"] = {
                "scores": {"nats_per_character": float(-model.log_probabilities(ids[part]).mean())},
                "parameters": model.parameters,
                "train_seconds": time.perf_counter() - started,
            }
        report = evaluation.writing_report(
            systems,
            split=part,
            lower_is_better=["nats_per_character"],
            examples=[{"given": seed_text, "written": written}] if part == split else (),
            out=out,
        )
        if results:
            rows = evaluation.writing_rows(report, recipe="shakespeare", data=data, seed=seed, command=command)
            result_files.append(results, rows)
    folder = export.save_writer(
        writer,
        symbols,
        f"{out}/export",
        first=None,
        end=None,
        max_length=400,
        temperature=temperature,
        seed=seed,
        card=card,
        metrics=report,
    )
    print(f"Have it write: rnn-zoo predict {folder} {shlex.quote(seed_text)}")


def nats(network, ids):
    """Mean nats per character after the first, all that comes before it known."""
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return float(loss(ids[None, 1:], network.predict(ids[None, :-1], verbose=0)))


def write(generator, symbols, seed_text, temperature, seed, length=600):
    """Characters that follow a text."""
    beginning = symbols.from_text(tf.constant([seed_text]))
    drawn = tf.function(sample, autograph=False)
    ids, _ = drawn(generator, beginning, max_length=length, temperature=temperature, seed=seed, end=None)
    return symbols.decode(ids.numpy())[0]


if __name__ == "__main__":
    app = App(help_format="plaintext", version_flags=[])
    app.default(main)
    try:
        app()
    except (ValueError, OSError, ImportError, FloatingPointError) as error:  # each says what to change
        sys.exit(f"error: {error}")
