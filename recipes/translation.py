"""Translation: a network that reads a sentence and writes it in another language.

    python recipes/translation.py                                # 20,000 pairs in the package, English to French
    python recipes/translation.py --data tatoeba_hindi           # 2,915 pairs in the package, English to Hindi
    python recipes/translation.py --data multi30k --source en --target de --variant lc.norm.tok --tokenised
    python recipes/translation.py --data my_pairs.tsv            # a sentence, a tab, its translation

What each model reaches stands in results/translation.csv, with the command that made it.
"""

import shlex
import sys
import time
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from cyclopts import App

from rnn_zoo import NextToken, Recurrent, Tokens, encoder_decoder, evaluation, export, training
from rnn_zoo.checks import not_negative, one_of, positive_integer
from rnn_zoo.datasets import load_pairs
from rnn_zoo.decoding import beam_search, greedy
from rnn_zoo.evaluation import results as result_files
from rnn_zoo.export.folder import refuse_foreign_folder
from rnn_zoo.text import PairBatches, Symbols
from rnn_zoo.text.symbols import START, tidy, untidy


def main(
    data: str = "tatoeba",
    *,
    source: str = "en",
    target: str = "de",
    variant: str = "",
    tokenised: bool = False,
    raw_variant: str = "",
    cell: str = "gru",
    units: int = 256,
    dim: int = 256,
    attention: str = "multiplicative",
    dropout: float = 0.4,
    sampling: float = 0.0,
    min_count: int = 2,
    max_length: int = 60,
    cut: bool = False,
    batch_size: int = 64,
    epochs: int = 8,
    learning_rate: float = 2e-3,
    weight_average: float = 0.99,
    width: int = 5,
    length_penalty: float = 1.0,
    split: str = "test",
    seed: int = 0,
    out: str = "runs/translation",
    results: str | None = None,
):
    """Trains an encoder-decoder with attention, compares it with a dictionary and exports it.

    The run's folder then holds the history, the curves, the report with translations and, in `export`, the model: a
    SavedModel that translates raw sentences. The same command goes on where it was stopped.

    Args:
        data: "tatoeba" (French), "tatoeba_hindi", a .tsv file, or a folder with a file for each split and language,
            such as Multi30k's.
        source: ending of the files to read, in a folder.
        target: ending of the files to write.
        variant: what else a file's name must hold, where a folder has several.
        tokenised: the files are tokenised and lower-cased: words are what stands between spaces.
        raw_variant: the same of the files with the sentences as people write them, for the detokenised score.
        cell: "vanilla", "lstm", "gru", "min_gru" or "min_lstm".
        units: the size of the state; the encoder has one of that size in each direction.
        dim: numbers per word read.
        attention: "multiplicative", "additive" or "none".
        dropout: share of the features dropped of the words read and before the last layer.
        sampling: share of the words read in training as the network would have written them, at the end; it rises from
            0 over the first half of the training.
        min_count: how often a word must be in the training sentences to be known.
        max_length: words of a sentence at most; pairs with longer ones are left out of the training.
        cut: keep such pairs and cut them there.
        batch_size: pairs a step.
        epochs: passes over the pairs at most.
        learning_rate: of Adam; falls to 0 along a cosine over all epochs.
        weight_average: decay a step of the exponential average of the weights, which is what is kept; 0 for none.
        width: of the beam search.
        length_penalty: of the beam search, see `rnn_zoo.decoding.beam_search`.
        split: what the report is about: "test", or "validation" while settings are still being chosen, the test part
            then not being looked at.
        seed: of every random draw.
        out: folder of the run.
        results: CSV file to add the numbers to.
    """
    one_of("attention", attention, ["multiplicative", "additive", "none"])
    for name, value in (("width", width), ("epochs", epochs), ("max_length", max_length)):
        positive_integer(name, value)
    not_negative("length_penalty", length_penalty)
    judged = evaluation.judged(split)
    if results and Path(results).exists():
        result_files.read(results)
    refuse_foreign_folder("out", f"{out}/export")
    training.prepare(seed)
    evaluation.bleu(["told of now"], ["told of now"])  # if sacrebleu is missing
    pairs = load_pairs(data, source, target, variant=variant)
    as_written = load_pairs(data, source, target, variant=raw_variant) if raw_variant else pairs
    print(pairs)
    splits = {}
    for name in ("train", "validation", "test"):
        sides = [getattr(pairs, name).sources, getattr(pairs, name).targets]
        splits[name] = sides if tokenised else [tidied(side) for side in sides]
    known = [Symbols.fit(side, min_count=min_count) for side in splits["train"]]
    reads, writes = known
    ids = {
        name: [symbols.encode(side) for symbols, side in zip(known, split, strict=True)]
        for name, split in splits.items()
    }
    pairs_read = range(len(ids["train"][0]))
    short = [row for row in pairs_read if cut or max(len(side[row]) for side in ids["train"]) <= max_length]
    if not short:
        raise ValueError(f"`max_length` {max_length} is less than every training pair has words: raise it, or --cut.")
    lessons = [
        symbols.encode([side[row] for row in short]) for symbols, side in zip(known, splits["train"], strict=True)
    ]
    if len(short) < len(pairs_read):
        print(
            f"{len(pairs_read) - len(short):,} pairs of more than {max_length} words are left out of the training; "
            "--cut keeps them, cut there."
        )
    batches = PairBatches(*lessons, batch_size, max_length=max_length, cut=cut, shuffle=True, seed=seed)

    writer = encoder_decoder(
        Tokens(reads.size, dim, dropout=dropout, seed=seed),
        Recurrent(cell, units, bidirectional=True, seed=seed),
        Tokens(writes.size, dim, dropout=dropout, seed=seed + 1),
        Recurrent(cell, units, seed=seed + 1),
        NextToken(writes.size, tied=True),
        attention=None if attention == "none" else attention,
        dropout=dropout,
        sampling=sampling,
        sampling_steps=epochs * len(batches) // 2,
        seed=seed,
        name="translation",
    )
    history = training.fit(
        writer.training,
        batches,
        PairBatches(*ids["validation"], batch_size),
        out=out,
        epochs=epochs,
        seed=seed,
        patience=3,
        monitor="val_perplexity",
        learning_rate=keras.optimizers.schedules.CosineDecay(learning_rate, epochs * len(batches)),
        weight_average=weight_average or None,
        config={
            "data": Path(data).name,
            "languages": [source, target],
            "variant": variant,
            "tokenised": tokenised,
            "pairs": pairs.digest,
            "symbols": [symbols.digest for symbols in known],
            "cell": cell,
            "units": units,
            "dim": dim,
            "attention": attention,
            "dropout": dropout,
            "sampling": sampling,
            "max_length": max_length,
            **({"cut": cut} if cut else {}),
            "batch_size": batch_size,
        },
    )
    for name, symbols in zip(("source_symbols", "symbols"), known, strict=True):
        symbols.save(f"{out}/{name}.json")

    started = time.perf_counter()
    dictionary = evaluation.Dictionary(*ids["train"], reads.size, writes.size)
    dictionary_seconds = time.perf_counter() - started
    ways = {
        f"{cell}_{attention}": translator(writer.generator, width, length_penalty),
        f"{cell}_{attention} greedy": translator(writer.generator),
    }
    command = shlex.join(["python", "recipes/translation.py", *sys.argv[1:]])
    for part in judged:
        read, references = ids[part][0], splits[part][1]
        network = writer.training.count_params(), history.seconds
        outputs = {name: (translate(best, writes, read), *network) for name, best in ways.items()}
        words = writes.decode(dictionary.translate(read[row]) for row in range(len(read)))
        outputs["baseline:dictionary"] = words, dictionary.parameters, dictionary_seconds
        systems = {
            name: {
                "scores": {
                    "bleu": evaluation.bleu(written, references, tokenised=True),
                    "detokenised_bleu": evaluation.bleu(untidied(written), getattr(as_written, part).targets),
                },
                "parameters": size,
                "train_seconds": seconds,
            }
            for name, (written, size, seconds) in outputs.items()
        }
        translated = outputs[f"{cell}_{attention}"][0]
        rows = np.random.default_rng(seed).choice(len(references), min(8, len(references)), replace=False)
        report = evaluation.writing_report(
            systems,
            split=part,
            examples=[
                {
                    "given": splits[part][0][row],
                    "written": translated[row],
                    "expected": references[row],
                }
                for row in rows
            ],
            out=out,
        )
        if results:
            name = f"{Path(data).name} {source}-{target}" if Path(data).is_dir() else data
            rows = evaluation.writing_rows(report, recipe="translation", data=name, seed=seed, command=command)
            result_files.append(results, rows)

    folder = export.save_writer(
        writer,
        writes,
        f"{out}/export",
        source_symbols=reads,
        max_length=max_length,
        width=width,
        length_penalty=length_penalty,
        card={
            "name": "translation",
            "data": f"{pairs.source}; {len(short):,} pairs for training",
            "licence": pairs.licence,
            "command": command,
            "seed": seed,
            "limits": "Knows the words and the kind of sentence that it was trained on; case is lost.",
        },
        metrics=report,
    )
    asked = getattr(pairs, split).sources[0]
    print(f"{asked}: {export.load(folder).predict([asked])[0].text}")
    print(f"Have it translate: rnn-zoo predict {folder} {shlex.quote(asked)}")


def tidied(texts):
    """Texts as lists of str, tokenised."""
    return [text.decode() for text in tidy(tf.constant(texts)).numpy()]


def untidied(texts):
    """Tokenised texts as people write them."""
    return [text.decode() for text in untidy(tf.constant(texts)).numpy()]


def translator(generator, width=None, length_penalty=0.0):
    """The graph from token ids <int32>[batch, time] to those of a translation; greedy without a width."""

    @tf.function(autograph=False, input_signature=[tf.TensorSpec([None, None], tf.int32)])
    def best(source):
        beginning = tf.fill([tf.shape(source)[0], 1], START)
        max_length = 2 * tf.shape(source)[1] + 10
        if width is None:
            return greedy(generator, beginning, source, max_length=max_length).ids
        options = {"width": width, "length_penalty": length_penalty}
        return beam_search(generator, beginning, source, max_length=max_length, **options).ids[:, 0]

    return best


def translate(best, symbols, sources, batch_size=50):
    """Tokenised translations of token ids, those of like length computed together."""
    order = np.argsort(sources.lengths, kind="stable")
    written = [""] * len(order)
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        source = np.zeros((len(rows), max(1, sources.lengths[rows].max())), "int32")
        for place, row in enumerate(rows):
            source[place, : sources.lengths[row]] = sources[row]
        for row, text in zip(rows, symbols.decode(best(source).numpy()), strict=True):
            written[row] = text
    return written


if __name__ == "__main__":
    app = App(help_format="plaintext", version_flags=[])
    app.default(main)
    try:
        app()
    except (ValueError, OSError, ImportError, FloatingPointError) as error:  # each says what to change
        sys.exit(f"error: {error}")
