"""Image captions: a network that describes images, given the features that an image network computes.

    python recipes/image_captions.py features --captions captions.tsv --images my_images --out features.npy
    python recipes/image_captions.py --data captions.tsv --features features.npy --pictures my_images
    python recipes/image_captions.py --data flickr8k --features flickr8k/mobilenetv2_pool.uint8.npy.gz --scale 0.0235294

results/image_captions.csv holds the scores of each model, with the command that made it.
"""

from pathlib import Path

from rnn_zoo.checks import not_negative, one_of, positive_integer
from rnn_zoo.generation.bleu import import_sacrebleu
from rnn_zoo.generation.export import save_writer
from rnn_zoo.run import Run, recipe, run_command
from rnn_zoo.tasks.captioning.data import load_captions, read_features
from rnn_zoo.tasks.captioning.encoding import check_features, encode_captions
from rnn_zoo.tasks.captioning.features import features
from rnn_zoo.tasks.captioning.gallery import caption_page, check_pictures
from rnn_zoo.tasks.captioning.models import ATTENTIONS, caption_model
from rnn_zoo.tasks.captioning.report import report_captions


@recipe("image_captions", after_training=("pictures", "width", "length_penalty", "neighbours"))
def main(
    run: Run,
    data: str,
    features: str,
    *,
    clean: bool = False,
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
):
    """Trains a network that describes images, compares it with the captions of similar images and exports it.

    Captions are lower-cased and lose their punctuation, as in published results. The run's folder then holds the
    history, the curves, the report, a page of pictures with their captions and, in `export`, the model: a SavedModel
    from features to captions. The same command resumes a stopped run.

    Args:
        data: a .tsv file (also .gz) with the columns image and caption, and optionally split and row; or a folder with
            such a captions.tsv.
        features: .npy or .npy.gz file, <number>[rows, features], one vector per image, or <number>[rows, cells,
            features], one vector per cell of an image; the command `features` makes one.
        scale: factor by which the features are multiplied.
        pictures: folder or .tar with the images, for the page; by default the page has no pictures.
        dim: size of the embeddings, and of the projected features of a cell.
        attention: over the cells, "multiplicative" or "additive"; one vector per image is an input of every step.
            "none": the vector initialises the recurrence.
        dropout: fraction dropped from the features, from the embeddings and before the last layer.
        min_count: occurrences in the training captions below which a word is unknown.
        max_length: largest number of words in a caption; longer captions are left out of the training.
        cut: truncate longer captions instead.
        batch_size: captions per step.
        width: of the beam search.
        length_penalty: of the beam search, see `rnn_zoo.decoding.beam_search`.
        neighbours: number of similar images from whose captions the stronger baseline chooses.
    """
    one_of("attention", attention, ATTENTIONS)
    for name, value in (("width", width), ("neighbours", neighbours), ("max_length", max_length)):
        positive_integer(name, value)
    not_negative("length_penalty", length_penalty)
    check_pictures(pictures)
    import_sacrebleu()  # fails before training if it is not installed
    captioned = load_captions(data, clean=clean)
    arrays = read_features(features, scale)
    print(captioned)
    check_features(arrays, captioned, attention, features)
    encoded = encode_captions(captioned, arrays, min_count=min_count)
    symbols = encoded.symbols

    sizes = {"cell": cell, "units": units, "dim": dim, "attention": attention, "dropout": dropout}
    writer = caption_model(symbols.size, encoded.of_images("train"), **sizes, seed=run.seed)
    batches = encoded.batches("train", batch_size, max_length, cut=cut, shuffle=True, seed=run.seed)
    validation_batches = encoded.batches("validation", batch_size, max_length, cut=cut)
    config = {"data": Path(data).name, "features": Path(features).name}
    config |= {"captions": captioned.digest, "symbols": symbols.digest}
    stopping = {"patience": 3, "monitor": "val_perplexity"}
    history = run.fit(writer.training, batches, validation_batches, config=config, **stopping)
    symbols.save(run.out / "symbols.json")

    report = report_captions(run, writer, encoded, history.seconds, data=Path(data).name)
    caption_page(report, pictures, run.out / "captions.html", title=f"Captions of {captioned.source}")
    limits = "Needs the features of the same image network; limited to the kind of image that it was trained on."
    card = run.card(captioned, f"{len(captioned.train):,} images", limits)
    decoding = {"max_length": max_length, "width": width, "length_penalty": length_penalty}
    folder = save_writer(writer, symbols, run.export_folder, **decoding, card=card, metrics=report)
    print(f"Pictures and captions: {run.out}/captions.html")
    print(f"Describe images: rnn-zoo predict {folder} --file features.npy")


if __name__ == "__main__":
    run_command(main, features)
