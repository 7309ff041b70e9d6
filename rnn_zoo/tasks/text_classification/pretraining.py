"""Learning from unlabelled texts: pre-training as a language model, and self-training on the answers of a teacher."""

import hashlib
from pathlib import Path
from typing import Any

import keras
import numpy as np

from rnn_zoo.layers import Front, LanguageModelLoss, Recurrent, Segmented
from rnn_zoo.layers.losses.identity import compile_with_own_loss
from rnn_zoo.tasks.text_classification.answers import Pretrained
from rnn_zoo.tasks.text_classification.dataset import TextDataset, TextSplit


def language_model(network: Any, vocabulary_size: int, samples: int, seed: int) -> Any:
    """The language model that shares front and recurrence with a classifier; its output is its loss.

    Args:
        network: keras.Model, the classifier.
        vocabulary_size: int > 0.
        samples: int > 0, words drawn a step, among which the right one must be found.
        seed: int, of the draws.
    Returns:
        keras.Model, compiled.
    """
    front = next(layer for layer in network.layers if isinstance(layer, Front))
    recurrence = next(layer for layer in network.layers if isinstance(layer, Segmented | Recurrent))
    words = LanguageModelLoss(
        vocabulary_size,
        front.dim,
        backward_features=recurrence.backward_features,  # type: ignore[arg-type] # None is refused
        seen=2,  # a step of `NGrams` knows the word before it
        samples=samples,
        seed=seed,
    )
    model = keras.Model(network.input, words(recurrence(front(network.input)), network.input))
    return compile_with_own_loss(model)


def weights_in(folder: str, model: str) -> Path:
    """The file of the weights that recipes/imdb_language_model.py left for a model.

    Raises:
        ValueError: the folder holds no such weights; names those that it holds.
    """
    path = Path(folder)
    found = sorted(file.name.removesuffix(".weights.h5") for file in path.glob("*.weights.h5"))
    if model not in found or not (path / "vocabulary.txt").is_file():
        raise ValueError(
            f"`pretrained` must be the folder of a finished run of recipes/imdb_language_model.py --model {model}, got "
            f"{folder!r}, which holds {'weights of ' + ', '.join(found) if found else 'no weights'}."
        )
    return path / f"{model}.weights.h5"


def load_start(network: Any, weights: Path, classes: int) -> str:
    """Starts a network from pre-trained weights; returns their digest.

    Raises:
        ValueError: the weights are those of another network.
    """
    try:
        network.load_weights(weights)
    except Exception as error:  # of Keras and h5py, some lines long
        raise ValueError(
            f"`pretrained`: {weights} does not fit a network of {classes} classes; pre-train on this very `data`."
        ) from error
    return digest(network.get_weights())


def teach(data: TextDataset, teacher: str) -> tuple[TextSplit, TextSplit]:
    """Training and validation texts with distributions as labels, the unlabelled texts with the teacher's answers.

    Args:
        data: labelled and unlabelled texts.
        teacher: exported folder, or the name of one.
    Returns:
        (training, validation), labels as <float32>[texts, classes].
    Raises:
        ValueError: the teacher is no classifier of texts, answers with other labels, or there is no unlabelled text.
    """
    try:
        model = Pretrained.named(teacher)
    except (ValueError, FileNotFoundError) as error:
        raise ValueError(f"`teacher` must be an exported classifier of texts: {error}") from error
    if tuple(model.labels) != tuple(data.labels):
        raise ValueError(
            f"`teacher` must answer with the labels of the data, {', '.join(data.labels)}, in this order; {teacher} "
            f"answers with {', '.join(model.labels)}. Give a model trained on such data."
        )
    if not data.unlabelled:
        raise ValueError(f"`teacher` needs unlabelled texts, and {data.name!r} has none; leave it out.")
    certain = np.eye(len(data.labels), dtype="float32")
    answers = model.probabilities(data.unlabelled)
    labels = np.concatenate([certain[data.train.labels], answers])
    train = TextSplit([*data.train.texts, *data.unlabelled], labels)
    return train, TextSplit(data.validation.texts, certain[data.validation.labels])


def digest(arrays: Any) -> str:
    """SHA-256 of numbers, by which a run knows whether it would learn the same again."""
    return hashlib.sha256(b"".join(np.asarray(array).tobytes() for array in arrays)).hexdigest()
