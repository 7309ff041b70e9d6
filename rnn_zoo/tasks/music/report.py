"""The report of a network that writes music: loss per step beside baselines, and an example of its music."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from rnn_zoo.evaluation import scores_report
from rnn_zoo.run import Run
from rnn_zoo.tasks.music.baselines import Baseline, key_frequencies, repeat_last_chord
from rnn_zoo.tasks.music.data import KEYS, Music
from rnn_zoo.types import Model


def report_beside_baselines(
    run: Run,
    split: str,
    model: Model,
    music: Music,
    train_seconds: float,
    examples: Iterable[Mapping[str, str]] = (),
) -> dict[str, Any]:
    """Compares a network with repeating the last chord and with the frequencies of the keys.

    Args:
        run: has the options `cell` and `hidden`, and the folder that the report goes to.
        split: the part of the data, "validation" or "test".
        model: see `models.loss_model`.
        music: the pieces.
        train_seconds: wall-clock seconds of the training.
        examples: see `scores_report`.
    Returns:
        the content of `metrics.json`.
    """
    pieces = getattr(music, split)
    name = f"chorales_{run.options['cell']}" + " chords" * bool(run.options["hidden"])
    systems = {
        name: {
            "scores": {"nats_per_step": loss_per_step(model, pieces)},
            "parameters": model.count_params(),
            "train_seconds": train_seconds,
        },
        "baseline:repeat_last_chord": _baseline(pieces, repeat_last_chord(music.train), 2 * KEYS),
        "baseline:same_chance": _baseline(pieces, key_frequencies(music.train), KEYS),
    }
    return scores_report(systems, split=split, lower_is_better=["nats_per_step"], examples=examples, out=run.out)


def loss_per_step(model: Model, pieces: Sequence[np.ndarray]) -> float:
    """Negative log-likelihood per step (nats) under a `loss_model`, the mean over all steps of all pieces."""
    total = 0.0
    for piece in pieces:
        previous = np.concatenate([np.zeros_like(piece[:1]), piece[:-1]])
        total += float(np.sum(model([previous[None], piece[None]], training=False), dtype="float64"))
    return total / sum(map(len, pieces))


def independent_loss_per_step(pieces: Sequence[np.ndarray], predict: Baseline) -> float:
    """Negative log-likelihood per step (nats) under a function from a piece to the probability of each key."""
    total = 0.0
    for piece in pieces:
        probability = np.clip(predict(piece).astype("float64"), 1e-7, 1 - 1e-7)
        total -= (piece * np.log(probability) + (1 - piece) * np.log(1 - probability)).sum()
    return float(total) / sum(map(len, pieces))


def _baseline(pieces: Sequence[np.ndarray], predict: Baseline, parameters: int) -> dict[str, Any]:
    scores = {"nats_per_step": independent_loss_per_step(pieces, predict)}
    return {"scores": scores, "parameters": parameters, "train_seconds": None}
