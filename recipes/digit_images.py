"""Handwritten digits: the whole image at once, or the same image row by row.

    python recipes/digit_images.py                                      # scikit-learn's digits, a minute
    python recipes/digit_images.py --model digit_rows
    python recipes/digit_images.py --data my_folder --size 32           # one folder of images per class
    python recipes/digit_images.py --data my.npz                        # arrays `images` and `labels`

results/digit_images.csv holds the scores of each model, with the command that made them.
"""

from rnn_zoo import create_model, list_models
from rnn_zoo.checks import one_of
from rnn_zoo.evaluation import classification_rows
from rnn_zoo.run import Run, recipe, run_command
from rnn_zoo.tasks.image_classification.augmentation import augment
from rnn_zoo.tasks.image_classification.data import load_images
from rnn_zoo.tasks.image_classification.export import complete_run, save_images
from rnn_zoo.tasks.image_classification.report import report_beside_baselines, show_answers
from rnn_zoo.training import ArrayBatches


@recipe("digit_images")
def main(
    run: Run,
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
):
    """Trains a recurrent network on images, compares it with logistic regression and exports it.

    The run's folder then holds the history, the curves, the report, the test images with their predictions and, in
    `export`, the model: a SavedModel that answers images. The same command resumes a stopped run.

    Args:
        data: "digits" (from scikit-learn), a folder with one folder of images per class, or an .npz file with `images`
            and `labels`; a fifth becomes the test split.
        model: name of the network; `rnn-zoo list "digit*"` lists them, `rnn-zoo info NAME` shows their layers.
        size: pixels per edge to resize image files to; by default their own size, which must be the same for all.
        color: read image files in colour.
        copies: augmented copies of each training image, slightly rotated, shifted and scaled; 0 for none.
        units: size of the state; by default the model's own.
        batch_size: images per step.
        seed: seed of the training, and of the splits of your own data.
    """
    one_of("model", model, list_models("digit*"))
    if copies < 0:
        raise ValueError(f"`copies` must be an integer >= 0, got {copies}.")
    images = load_images(data, size=size, color=color, seed=run.seed)
    print(images)

    options = {} if units is None else {"units": units}
    network = create_model(model, shape=images.shape, classes=len(images.labels), seed=run.seed, **options)
    train = augment(images.train, copies, seed=run.seed) if copies else images.train
    batches = ArrayBatches(train.images, train.labels, batch_size=batch_size, seed=run.seed)
    validation = (images.validation.images, images.validation.labels)
    history = run.fit(network, batches, validation, config={"labels": images.labels, "images": images.digest})
    complete_run(run.out, images.labels)

    report = report_beside_baselines(run, network, images, history.seconds)
    run.record(classification_rows, report, data)
    limits = "Limited to images like its training images: of the same size, brightness and centring."
    card = run.card(images, f"{len(images.train):,} images", limits)
    folder = save_images(network, images.labels, run.export_folder, card=card, metrics=report)
    show_answers(folder, getattr(images, run.split), images.labels)


if __name__ == "__main__":
    run_command(main)
