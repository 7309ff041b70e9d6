"""Next word: a language model of words, which goes on with what one begins to type.

    python recipes/next_word.py                                         # Tiny Shakespeare, in the package
    python recipes/next_word.py --data ptb --tokenised --seed-text "the food is"
    python recipes/next_word.py --data my.txt --seed-text "Dear customer,"

What each model reaches stands in results/next_word.csv, with the command that made it.
"""

import shlex
import sys
import time
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from cyclopts import App

from rnn_zoo import NextToken, Recurrent, Tokens, evaluation, export, one_to_many, training
from rnn_zoo.checks import one_of, positive_integer
from rnn_zoo.datasets import load_text
from rnn_zoo.decoding import beam_search
from rnn_zoo.evaluation import results as result_files
from rnn_zoo.export.folder import refuse_foreign_folder
from rnn_zoo.layers import StreamNats
from rnn_zoo.text import Streams, Symbols
from rnn_zoo.text.symbols import END, tidy


def main(
    data: str = "tinyshakespeare",
    *,
    tokenised: bool = False,
    min_count: int = 2,
    cell: str = "lstm",
    units: int = 300,
    depth: int = 1,
    dim: int = 256,
    input_dropout: float = 0.2,
    dropout: float = 0.3,
    length: int = 35,
    batch_size: int = 32,
    often: int = 600,
    share: int = 12,
    epochs: int = 8,
    learning_rate: float = 3e-3,
    weight_average: float = 0.998,
    seed_text: str = "The king is",
    width: int = 8,
    max_length: int = 5,
    split: str = "test",
    seed: int = 0,
    quantize: bool = False,
    out: str = "runs/next_word",
    results: str | None = None,
):
    """Trains a language model of words, compares it with n-grams and exports it.

    The text is read as parallel streams, of which each piece goes on with the states at which the one before ended. A
    line is a sentence, and its end a word to be foretold. The run's folder then holds the history, the curves, the
    report with completions and, in `export`, the model: a SavedModel that ranks how any text goes on. The same command
    goes on where it was stopped.

    Args:
        data: "tinyshakespeare"; a .txt file (also .txt.gz), cut 90 / 5 / 5 by position; or a folder with ptb.train.txt,
            ptb.valid.txt and ptb.test.txt (also .gz).
        tokenised: the text is tokenised and lower-cased: words are what stands between spaces, and `<unk>` is unknown.
        min_count: how often a word must be in the training text to be known.
        cell: "vanilla", "lstm", "gru", "min_gru" or "min_lstm".
        units: the size of the state.
        depth: layers of the recurrence.
        dim: numbers per word, of the vectors with which words are read and by which they are foretold.
        input_dropout: share of the features dropped of the inputs of each layer, the same at all steps of a piece.
        dropout: the same, before the last layer.
        length: words of a piece, over which the gradient goes back.
        batch_size: streams read side by side.
        often: words that always count in the softmax of a training step, the most frequent.
        share: of the rarer ones, every so many-th counts, others in each step; 1: all do.
        epochs: passes over the text at most.
        learning_rate: of Adam; falls to 0 along a cosine over all epochs.
        weight_average: decay a step of the exponential average of the weights, which is what is kept; 0 for none.
        seed_text: what the examples of the report go on from.
        width: of the beam search that finds continuations, and how many of them are shown.
        max_length: words of a continuation at most.
        split: what the report is about: "test", or "validation" while settings are still being chosen, the test part
            then not being looked at.
        seed: of every random draw.
        quantize: keep the vectors in 8 bits: an export of half the size. The numbers are those of what is exported.
        out: folder of the run.
        results: CSV file to add the numbers to.
    """
    positive_integer("epochs", epochs)
    positive_integer("width", width)
    positive_integer("max_length", max_length)
    one_of("cell", cell, ["vanilla", "lstm", "gru", "min_gru", "min_lstm"])
    judged = evaluation.judged(split)
    if results and Path(results).exists():
        result_files.read(results)
    refuse_foreign_folder("out", f"{out}/export")
    training.prepare(seed)
    text = load_text(data)
    sentences = {split: lines(getattr(text, split), tokenised) for split in ("train", "validation", "test")}
    if empty := [name for name, rows in sentences.items() if not rows]:
        raise ValueError(f"`data`: the {empty[0]} part of {data} holds no words; give a longer text.")
    symbols = Symbols.fit(sentences["train"], min_count=min_count, unknown="<unk>")
    symbols.check_beginning(seed_text, "seed_text")
    if unknown := symbols.unknown(seed_text):
        print(f"Of {seed_text!r} these words are not known: {', '.join(unknown)}")
    ids = {split: stream(symbols, rows) for split, rows in sentences.items()}
    print(f"{text.name}: {' / '.join(f'{len(row) - 1:,}' for row in ids.values())} words; {symbols.size:,} are known")

    writer = one_to_many(
        Tokens(symbols.size, dim, seed=seed),
        Recurrent(cell, units, depth, dropout=input_dropout, seed=seed),
        NextToken(symbols.size, tied=True),
        dropout=dropout,
        seed=seed,
        name="next_word",
    )
    decoder = writer.generator.decoder
    batches = Streams(ids["train"], batch_size, length, seed=seed)
    lesson = nats_model(StreamNats(decoder, batch_size, min(often, symbols.size - 1), share, seed=seed))
    history = training.fit(
        lesson,
        batches,
        Streams(ids["validation"], batch_size, length),
        out=out,
        epochs=epochs,
        seed=seed,
        learning_rate=keras.optimizers.schedules.CosineDecay(learning_rate, epochs * len(batches)),
        weight_average=weight_average or None,
        config={
            "data": Path(data).name,
            "text": text.digest,
            "symbols": symbols.digest,
            "cell": cell,
            "units": units,
            "depth": depth,
            "dim": dim,
            "input_dropout": input_dropout,
            "dropout": dropout,
            "length": length,
            "batch_size": batch_size,
            "often": often,
            "share": share,
        },
    )
    symbols.save(f"{out}/symbols.json")
    if quantize:
        writer.training.quantize("int8", filters="embedding")

    command = shlex.join(["python", "recipes/next_word.py", *sys.argv[1:]])
    one_stream = nats_model(StreamNats(decoder, 1))
    counts, seconds = {}, {}
    for order in (3, 4):
        started = time.perf_counter()
        counts[order] = evaluation.NGramModel(ids["train"], order, symbols.size)
        seconds[order] = time.perf_counter() - started
    weight = None
    for part in judged:
        network = -read(one_stream, ids[part])
        ngrams = {order: model.log_probabilities(ids[part]) for order, model in counts.items()}
        if weight is None:  # of the mixture, from the validation part
            weights = np.linspace(0, 1, 101)
            weight = weights[np.argmin([perplexity(mixed(network, ngrams[4], weight)) for weight in weights])]
        size = writer.training.count_params()
        systems = {
            f"word_{cell}": system(network, size, history.seconds),
            f"word_{cell} + 4_gram": system(
                mixed(network, ngrams[4], weight), size + counts[4].parameters, history.seconds + seconds[4]
            ),
            **{
                f"baseline:{order}_gram": system(ngrams[order], counts[order].parameters, seconds[order])
                for order in counts
            },
        }
        report = evaluation.writing_report(
            systems,
            split=part,
            lower_is_better=["perplexity"],
            examples=completions(writer.generator, symbols, seed_text, width, max_length) if part == split else (),
            out=out,
        )
        if results:
            rows = evaluation.writing_rows(report, recipe="next_word", data=Path(data).name, seed=seed, command=command)
            result_files.append(results, rows)
    print(f"Weight of the network in the mixture, from the validation part: {weight:.2f}")
    folder = export.save_writer(
        writer,
        symbols,
        f"{out}/export",
        first=END,
        max_length=max_length,
        width=width,
        card={
            "name": "next_word",
            "data": f"{text.source}; {len(ids['train']) - 1:,} words for training",
            "licence": text.licence,
            "command": command,
            "seed": seed,
            "limits": "Knows the words and the kind of text that it was trained on; case is lost.",
        },
        metrics=report,
    )
    print(f"Have it complete: rnn-zoo predict {folder} {shlex.quote(seed_text)}")


def lines(text, tokenised):
    """The sentences of a text, a line each, tokenised."""
    rows = [line for line in text.split("\n") if line.strip()]
    return rows if tokenised else [line.decode() for line in tidy(tf.constant(rows, tf.string)).numpy()]


def stream(symbols, sentences):
    """One sequence of ids <int32>[words]: an end, and the sentences with their ends."""
    return np.concatenate([[END], *(np.append(row, END) for row in symbols.encode(sentences))]).astype("int32")


def nats_model(layer):
    """The model whose output is its loss, the nats of each word."""
    ids = [keras.Input(batch_shape=(layer.rows, None), dtype="int32", name=name) for name in ("previous", "following")]
    goes_on = keras.Input(batch_shape=(layer.rows, 1), name="goes_on")
    model = keras.Model([*ids, goes_on], layer([*ids, goes_on]))
    model.compile("adam", loss=as_it_is)
    return model


@keras.saving.register_keras_serializable(package="rnn_zoo")
def as_it_is(target, output):
    """The network's output is its loss."""
    return output


def read(model, ids, length=500):
    """The nats of each word after the first, all that comes before it known: <float32>[words - 1]."""
    pieces = Streams(ids, 1, length)
    return np.concatenate([model.predict_on_batch(list(pieces[place][0]))[0] for place in range(len(pieces))])


def completions(generator, symbols, seed_text, width, max_length):
    """The likeliest continuations of a text, as examples of the report."""
    beginning = tf.concat([[[END]], symbols.from_text(tf.constant([seed_text]))], axis=1)
    search = tf.function(beam_search, autograph=False)
    ids, scores = search(generator, beginning, width=width, n_best=width, max_length=max_length)
    return [
        {"given": seed_text, "written": text.decode(), "probability": f"{np.exp(score):.2%}"}
        for text, score in zip(symbols.to_text(ids[0]).numpy(), scores[0].numpy(), strict=True)
        if np.isfinite(score)
    ]


def mixed(network, ngrams, weight):
    """Log-probabilities of a mixture of two models."""
    with np.errstate(divide="ignore"):  # a weight of 0
        return np.logaddexp(np.log(weight) + network, np.log(1 - weight) + ngrams)


def perplexity(log_probabilities):
    """The exponential of the mean nats per word."""
    return float(np.exp(-np.mean(log_probabilities, dtype="float64")))


def system(log_probabilities, parameters, seconds):
    """The entry of a model in the report."""
    scores = {"perplexity": perplexity(log_probabilities)}
    return {"scores": scores, "parameters": parameters, "train_seconds": seconds}


if __name__ == "__main__":
    app = App(help_format="plaintext", version_flags=[])
    app.default(main)
    try:
        app()
    except (ValueError, OSError, ImportError, FloatingPointError) as error:  # each says what to change
        sys.exit(f"error: {error}")
