"""Image captions: a network that describes an image, of which it sees the features of an image network.

    python recipes/image_captions.py features --captions captions.tsv --images my_images --out features.npy
    python recipes/image_captions.py --data captions.tsv --features features.npy --pictures my_images
    python recipes/image_captions.py --data flickr8k --features flickr8k/mobilenetv2_pool.uint8.npy.gz --scale 0.0235294

What each model reaches stands in results/image_captions.csv, with the command that made it.
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
from rnn_zoo.checks import not_negative, one_of, positive_integer
from rnn_zoo.datasets.captions import load_captions, read_features
from rnn_zoo.decoding import beam_search, greedy
from rnn_zoo.evaluation import results as result_files
from rnn_zoo.export.folder import refuse_foreign_folder
from rnn_zoo.files import atomic_file
from rnn_zoo.text import PairBatches, Symbols
from rnn_zoo.text.symbols import START, tidy


def main(
    data: str,
    features: str,
    *,
    scale: float = 1.0,
    pictures: str | None = None,
    cell: str = "gru",
    units: int = 256,
    dim: int = 200,
    attention: str = "multiplicative",
    dropout: float = 0.3,
    min_count: int = 5,
    max_length: int = 24,
    cut: bool = False,
    batch_size: int = 64,
    epochs: int = 6,
    learning_rate: float = 2e-3,
    weight_average: float = 0.99,
    width: int = 5,
    length_penalty: float = 1.0,
    neighbours: int = 60,
    split: str = "test",
    seed: int = 0,
    out: str = "runs/image_captions",
    results: str | None = None,
):
    """Trains a network that describes images, compares it with the captions of like images and exports it.

    Words are lower-cased and signs left out, as in the published captions. The run's folder then holds the history, the
    curves, the report, a page of pictures with their captions and, in `export`, the model: a SavedModel from features
    to captions. The same command goes on where it was stopped.

    Args:
        data: a .tsv file (also .gz) with the columns image and caption, and perhaps split and row; or a folder with
            such a captions.tsv.
        features: .npy or .npy.gz file, <number>[rows, features], one vector an image, or <number>[rows, cells,
            features], what lies in each cell of it; `features` makes one.
        scale: what its numbers are multiplied by.
        pictures: folder or .tar with the images, for the page; None: it is written without pictures.
        cell: "vanilla", "lstm", "gru", "min_gru" or "min_lstm".
        units: the size of the state.
        dim: numbers per word, and per cell of an image.
        attention: over the cells, "multiplicative" or "additive"; with a vector an image it sees that at every step.
            "none": the vector is what the recurrence starts from.
        dropout: share dropped of what is seen and read, and before the last layer.
        min_count: how often a word must be in the training captions to be known.
        max_length: words of a caption at most; longer ones are left out of the training.
        cut: keep such captions and cut them there.
        batch_size: captions a step.
        epochs: passes over the captions at most.
        learning_rate: of Adam; falls to 0 along a cosine over all epochs.
        weight_average: decay a step of the exponential average of the weights, which is what is kept; 0 for none.
        width: of the beam search.
        length_penalty: of the beam search, see `rnn_zoo.decoding.beam_search`.
        neighbours: like images whose captions the stronger baseline chooses from.
        split: what the report is about: "test", or "validation" while settings are still being chosen, the test part
            then not being looked at.
        seed: of every random draw.
        out: folder of the run.
        results: CSV file to add the numbers to.
    """
    one_of("attention", attention, ["multiplicative", "additive", "none"])
    for name, value in (("width", width), ("neighbours", neighbours), ("epochs", epochs), ("max_length", max_length)):
        positive_integer(name, value)
    not_negative("length_penalty", length_penalty)
    if pictures and not Path(pictures).exists():
        raise FileNotFoundError(f"`pictures`: there is no folder or .tar file {pictures}.")
    judged = evaluation.judged(split)
    if results and Path(results).exists():
        result_files.read(results)
    refuse_foreign_folder("out", f"{out}/export")
    training.prepare(seed)
    evaluation.bleu(["told of now"], ["told of now"])  # if sacrebleu is missing
    captioned = load_captions(data)
    seen = read_features(features, scale)
    print(captioned)
    if attention == "none" and seen.ndim == 3:
        raise ValueError(
            f"`attention` 'none' takes a vector an image, and {features} holds {seen.shape[1]} cells of each."
        )
    splits = {name: getattr(captioned, name) for name in ("train", "validation", "test")}
    if max(split.rows.max() for split in splits.values()) >= len(seen):
        raise ValueError(f"{features} holds {len(seen)} rows, fewer than the images of {data} ask for.")
    said = {name: [words(captions) for captions in split.captions] for name, split in splits.items()}
    symbols = Symbols.fit([text for texts in said["train"] for text in texts], min_count=min_count)

    image = keras.Input(seen.shape[1:], name="features")
    normalise = keras.layers.Normalization(name="normalise")
    normalise.adapt(seen[splits["train"].rows])
    cells = keras.layers.Dropout(dropout, seed=seed)(normalise(image))
    cells = keras.layers.Dense(dim, "tanh", name="cells")(cells)
    if attention != "none" and len(cells.shape) == 2:  # an image of one cell
        cells = keras.layers.Reshape((1, dim))(cells)
    writer = one_to_many(
        Tokens(symbols.size, dim, dropout=dropout, seed=seed),
        Recurrent(cell, units, seed=seed),
        NextToken(symbols.size, tied=True),
        source=cells,
        attention=None if attention == "none" else attention,
        dropout=dropout,
        seed=seed,
        name="image_captions",
    )

    def lessons(name, **options):
        texts = [text for texts in said[name] for text in texts]
        rows = np.repeat(splits[name].rows, [len(texts) for texts in said[name]])
        kept = [row for row, text in enumerate(texts) if cut or len(text.split()) <= max_length]
        if not kept:
            raise ValueError(
                f"`max_length` {max_length} is less than every {name} caption has words: raise it, or --cut."
            )
        if len(kept) < len(texts):
            left_out = f"{len(texts) - len(kept):,} {name} captions of more than {max_length} words"
            print(f"{left_out} are left out; --cut keeps them, cut there.")
        texts = symbols.encode([texts[row] for row in kept])
        return PairBatches(seen, texts, batch_size, max_length=max_length, cut=cut, rows=rows[kept], **options)

    batches = lessons("train", shuffle=True, seed=seed)
    history = training.fit(
        writer.training,
        batches,
        lessons("validation"),
        out=out,
        epochs=epochs,
        seed=seed,
        patience=3,
        monitor="val_perplexity",
        learning_rate=keras.optimizers.schedules.CosineDecay(learning_rate, epochs * len(batches)),
        weight_average=weight_average or None,
        config={
            "data": Path(data).name,
            "captions": captioned.digest,
            "features": [Path(features).name, scale],
            "symbols": symbols.digest,
            "cell": cell,
            "units": units,
            "dim": dim,
            "attention": attention,
            "dropout": dropout,
            "max_length": max_length,
            "cut": cut,
            "batch_size": batch_size,
        },
    )
    symbols.save(f"{out}/symbols.json")

    command = shlex.join(["python", "recipes/image_captions.py", *sys.argv[1:]])
    size = writer.training.count_params()
    known = seen[splits["train"].rows]
    of_cells = " cells" * (seen.ndim == 3)  # the same images, seen otherwise: by the baselines too
    name = f"caption_{cell}{of_cells}"
    ways = {
        name: describer(writer.generator, max_length, width, length_penalty),
        f"{name} greedy": describer(writer.generator, max_length),
    }
    for part in judged:
        asked = seen[splits[part].rows]
        written = {name: (describe(way, symbols, asked), size, history.seconds) for name, way in ways.items()}
        started = time.perf_counter()
        for name, count in (("nearest_image", 1), (f"consensus_of_{neighbours}", neighbours)):
            texts = evaluation.neighbour_captions(known, said["train"], asked, count)
            written[f"baseline:{name}{of_cells}"] = texts, None, time.perf_counter() - started
        systems = {
            name: {
                "scores": {"bleu": evaluation.bleu(texts, said[part], tokenised=True)},
                "parameters": parameters,
                "train_seconds": seconds,
            }
            for name, (texts, parameters, seconds) in written.items()
        }
        captions = next(iter(written.values()))[0]
        chosen = np.random.default_rng(seed).choice(len(captions), min(40, len(captions)), replace=False)
        report = evaluation.writing_report(
            systems,
            split=part,
            examples=[
                {
                    "given": splits[part].images[row],
                    "written": captions[row],
                    "expected": " / ".join(said[part][row]),
                }
                for row in chosen
            ],
            out=out,
        )
        if results:
            rows = evaluation.writing_rows(
                report, recipe="image_captions", data=Path(data).name, seed=seed, command=command
            )
            result_files.append(results, rows)
    evaluation.caption_page(report, pictures, f"{out}/captions.html", title=f"Captions of {captioned.source}")

    folder = export.save_writer(
        writer,
        symbols,
        f"{out}/export",
        max_length=max_length,
        width=width,
        length_penalty=length_penalty,
        card={
            "name": "image_captions",
            "data": f"{captioned.source}; {len(captioned.train):,} images for training",
            "licence": captioned.licence,
            "command": command,
            "seed": seed,
            "limits": "Reads the features of one image network, and knows the kind of image that it was trained on.",
        },
        metrics=report,
    )
    print(f"Pictures and captions: {out}/captions.html")
    print(f"Have it describe: rnn-zoo predict {folder} --file features.npy")


def features(captions: str, images: str, *, out: str, cells: bool = False, batch_size: int = 32):
    """Computes what an image network sees in each image: MobileNetV2, whose weights Keras downloads.

    Args:
        captions: the .tsv file whose images are wanted, in the order in which they first come.
        images: folder with the image files.
        out: .npy file to write, <float32>[images, 1280], the mean over the cells of the last layer.
        cells: write each cell, <float16>[images, 49, 1280], for attention over them.
        batch_size: images computed at once.
    """
    captioned = load_captions(captions)
    splits = (captioned.train, captioned.validation, captioned.test)
    files = {row: Path(images) / name for split in splits for row, name in zip(split.rows, split.images, strict=True)}
    missing = [file for file in files.values() if not file.is_file()]
    if missing:
        raise FileNotFoundError(f"{captions} names {len(missing)} images that are not there, such as {missing[0]}.")
    network = keras.applications.MobileNetV2(include_top=False, pooling=None if cells else "avg")
    found = None
    order = list(files)
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        loaded = [keras.utils.load_img(files[row], target_size=(224, 224)) for row in rows]
        pixels = np.stack([keras.utils.img_to_array(image) for image in loaded])
        answers = network.predict_on_batch(keras.applications.mobilenet_v2.preprocess_input(pixels))
        if cells:
            answers = answers.reshape(len(rows), -1, answers.shape[-1])
        if found is None:
            found = np.zeros((max(files) + 1, *answers.shape[1:]), "float16" if cells else "float32")
        found[rows] = answers
    with atomic_file(out, "wb") as file:
        np.save(file, found)
    print(f"{out}: {len(order):,} images, {' cells of '.join(map(str, found.shape[1:]))} features each")


def words(captions):
    """Captions lower-cased, without signs: words between spaces."""
    tidied = [text.decode() for text in tidy(tf.constant(captions)).numpy()]
    return [" ".join(word for word in text.split() if any(map(str.isalnum, word))) for text in tidied]


def describer(generator, max_length, width=None, length_penalty=0.0):
    """The graph from features <float>[batch, ...] to the ids of a caption each; greedy without a width."""

    @tf.function(autograph=False)
    def best(source):
        beginning = tf.fill([tf.shape(source)[0], 1], START)
        if width is None:
            return greedy(generator, beginning, source, max_length=max_length).ids
        options = {"width": width, "length_penalty": length_penalty}
        return beam_search(generator, beginning, source, max_length=max_length, **options).ids[:, 0]

    return best


def describe(best, symbols, features, batch_size=100):
    """Captions of features, a list of str."""
    written = []
    for start in range(0, len(features), batch_size):
        written += symbols.decode(best(tf.constant(features[start : start + batch_size])).numpy())
    return written


if __name__ == "__main__":
    app = App(help_format="plaintext", version_flags=[])
    app.default(main)
    app.command(features)
    try:
        app()
    except (ValueError, OSError, ImportError, FloatingPointError) as error:  # each says what to change
        sys.exit(f"error: {error}")
