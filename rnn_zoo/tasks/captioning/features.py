"""features: image features by MobileNetV2, the second command of the recipe."""

from pathlib import Path

import keras
import numpy as np

from rnn_zoo.files import atomic_file
from rnn_zoo.tasks.captioning.data import load_captions


def features(captions: str, images: str, *, out: str, cells: bool = False, batch_size: int = 32) -> None:
    """Computes the features of each image with MobileNetV2, whose weights Keras downloads.

    Args:
        captions: the .tsv file that names the images; rows follow the order of first mention.
        images: folder with the image files.
        out: .npy file to write, <float32>[images, 1280], the mean over the cells of the last layer.
        cells: write each cell, <float16>[images, 49, 1280], for attention over them.
        batch_size: images per batch.
    """
    captioned = load_captions(captions)
    splits = (captioned.train, captioned.validation, captioned.test)
    files = {row: Path(images) / name for split in splits for row, name in zip(split.rows, split.images, strict=True)}
    missing = [file for file in files.values() if not file.is_file()]
    if missing:
        raise FileNotFoundError(f"{captions} names {len(missing)} images that are not there, such as {missing[0]}.")
    network = keras.applications.MobileNetV2(include_top=False, pooling=None if cells else "avg")
    found: np.ndarray | None = None
    order = list(files)
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        loaded = [keras.utils.load_img(files[row], target_size=(224, 224)) for row in rows]
        pixels = np.stack([keras.utils.img_to_array(image) for image in loaded])
        outputs = network.predict_on_batch(keras.applications.mobilenet_v2.preprocess_input(pixels))
        if cells:
            outputs = outputs.reshape(len(rows), -1, outputs.shape[-1])
        if found is None:
            found = np.zeros((max(files) + 1, *outputs.shape[1:]), "float16" if cells else "float32")
        found[rows] = outputs
    assert found is not None  # every split has an image
    with atomic_file(out, "wb") as file:
        np.save(file, found)
    print(f"{out}: {len(order):,} images, {' cells of '.join(map(str, found.shape[1:]))} features each")
