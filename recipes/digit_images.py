"""Handwritten digits: the whole image at once, or the same image read row by row.

    python recipes/digit_images.py                                      # scikit-learn's digits, a minute
    python recipes/digit_images.py --model digit_rows
    python recipes/digit_images.py --data my_folder --size 32           # a folder of images for each class
    python recipes/digit_images.py --data my.npz                        # arrays `images` and `labels`

What each model reaches stands in results/digit_images.csv, with the command that made it.
"""

import json
import shlex
import sys
import types
from pathlib import Path

import keras
import numpy as np
from cyclopts import App

from rnn_zoo import create_model, datasets, evaluation, export, training
from rnn_zoo.checks import one_of, positive_integer, positive_number
from rnn_zoo.evaluation import results as result_files
from rnn_zoo.export.folder import refuse_foreign_folder
from rnn_zoo.files import atomic_file
from rnn_zoo.zoo import list_models


def main(
    data: str = "digits",
    *,
    model: str = "digit_images",
    size: int | None = None,
    color: bool = False,
    copies: int = 8,
    units: int | None = None,
    batch_size: int = 64,
    epochs: int = 20,
    learning_rate: float = 3e-3,
    patience: int = 0,
    weight_average: float = 0.99,
    split: str = "test",
    seed: int = 0,
    precision: str = "float32",
    out: str = "runs/digit_images",
    results: str | None = None,
):
    """Trains a recurrent network on images, compares it with logistic regression and exports it.

    The run's folder then holds the history, the curves, the report, the test images with the answers and, in `export`,
    the model: a SavedModel that takes images. The same command goes on where it was stopped.

    Args:
        data: "digits" (with scikit-learn), a folder that holds a folder of images for each class, or an .npz file with
            `images` and `labels`; a fifth becomes the test split.
        model: name of the network; `rnn-zoo list "digit*"` shows them, `rnn-zoo info NAME` their layers.
        size: pixels along an edge to which image files are resized; where they have one size already, leave it out.
        color: read image files in colour.
        copies: changed copies of each training image, turned, moved and stretched a little; 0 for none.
        units: size of the state; as the model says where left out.
        batch_size: images a step.
        epochs: passes over the training images at most.
        learning_rate: of Adam; falls to 0 along a cosine over all epochs.
        patience: epochs without a better validation loss after which training stops; 0 trains all epochs.
        weight_average: decay a step of the exponential average of the weights, which is what is kept; 0 for none.
        split: what the report is about: "test", or "validation" while settings are still being chosen, the test part
            then not being looked at.
        seed: of every random draw of the training, and of the splits of your own data.
        precision: "float32", "mixed_bfloat16" or "mixed_float16".
        out: folder of the run.
        results: CSV file to add the numbers on the test images to.
    """
    one_of("model", model, list_models("digit*"))
    positive_integer("epochs", epochs)
    positive_number("learning_rate", learning_rate)
    # Told of now, not after the training.
    evaluation.judged(split)
    if results and Path(results).exists():
        result_files.read(results)
    refuse_foreign_folder("out", f"{out}/export")
    training.prepare(seed, precision)
    images = datasets.load_images(data, size=size, color=color, seed=seed)
    print(images)

    options = {} if units is None else {"units": units}
    network = create_model(model, shape=images.shape, classes=len(images.labels), seed=seed, **options)
    seen = datasets.vary(images.train, copies, seed=seed) if copies else images.train
    lessons = training.ArrayBatches(seen.images, seen.labels, batch_size=batch_size, seed=seed)
    history = training.fit(
        network,
        lessons,
        (images.validation.images, images.validation.labels),
        out=out,
        epochs=epochs,
        patience=patience,
        seed=seed,
        learning_rate=keras.optimizers.schedules.CosineDecay(learning_rate, epochs * len(lessons)),
        weight_average=weight_average or None,
        # All that decides what is trained: `out` of another run is refused by it.
        config={
            "data": data,
            "size": size,
            "color": color,
            "labels": images.labels,
            "images": images.digest,
            "copies": copies,
            "model": model,
            "units": units,
            "batch_size": batch_size,
        },
    )
    with atomic_file(f"{out}/labels.json") as file:
        json.dump(images.labels, file, ensure_ascii=False)

    def predict(given):
        return network.predict(np.stack(given), verbose=0)

    # The baseline learns from the validation images too: beside them it would look better than it is.
    asked = getattr(images, split)
    report = evaluation.report(
        model,
        predict,
        types.SimpleNamespace(texts=list(asked.images), labels=asked.labels),
        baselines=[evaluation.pixel_logistic_regression(images.train, images.validation)] if split == "test" else (),
        names=images.labels,
        parameters=network.count_params(),
        train_seconds=history.seconds,
        pairs=(),
        split=split,
        out=out,
    )
    answers = predict(asked.images)
    title = f"{model} on {len(asked):,} {split} images"
    evaluation.draw_images(asked.images, asked.labels, answers, images.labels, f"{out}/answers.png", title=title)
    print(f"Written: {out}/answers.png, {split} images with the answers, the mistakes first")
    command = shlex.join(["python", "recipes/digit_images.py", *sys.argv[1:]])
    if results:
        rows = result_files.rows(report, recipe="digit_images", data=data, seed=seed, command=command)
        result_files.append(results, rows)

    folder = export.save_images(
        network,
        images.labels,
        f"{out}/export",
        card={
            "name": model,
            "data": f"{images.source}; {len(images.train):,} images for training",
            "licence": images.licence,
            "command": command,
            "seed": seed,
            "limits": "Knows images like those it was trained on, of this size, as bright and as well centred.",
        },
        metrics=report,
    )
    for image, label, answer in zip(
        asked.images, asked.labels, export.load(folder).predict(asked.images[:3]), strict=False
    ):
        print(drawn(image))
        print(f"is {images.labels[label]}; answered {answer.label}, {answer.score:.0%}")
    print(f"Ask it yourself: rnn-zoo predict {folder} picture.png")


def drawn(image, edge=24):
    """An image as characters, the darker the more; of a large one at most `edge` pixels along each edge."""
    every = -(-max(image.shape[:2]) // edge)
    image = image[::every, ::every]
    shades = np.clip(image.mean(axis=-1) / 256 * 5, 0, 4).astype(int)
    return "\n".join("".join(" .:*#"[shade] * 2 for shade in row) for row in shades)


if __name__ == "__main__":
    app = App(help_format="plaintext", version_flags=[])
    app.default(main)
    try:
        app()
    except (ValueError, OSError, ImportError, FloatingPointError) as error:  # each says what to change
        sys.exit(f"error: {error}")
