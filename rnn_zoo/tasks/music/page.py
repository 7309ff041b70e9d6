"""The inspection page of a network that writes music: the next keys, and the contributions of the keys before."""

from pathlib import Path
from typing import Any

import keras
import numpy as np

from rnn_zoo.inspection.pictures import charts
from rnn_zoo.inspection.subject import Picture, Subject, answer_of, head_of
from rnn_zoo.layers import Chords, Labels
from rnn_zoo.layers.seq2seq.decoder import Decoder
from rnn_zoo.types import Model, Tensor

_SHOWN = 10
_SAMPLES = 200  # sets of keys sampled at each step where keys depend on each other


def is_live(model: Model, given: Any) -> bool:
    """Whether this page shows a live model and its input."""
    decoder = head_of(model, Decoder)
    return decoder is not None and isinstance(decoder.head, Labels | Chords)


def opened(exported: Any) -> dict[str, Any]:
    """What an exported model brings to its page."""
    lowest, count = exported.settings["lowest"], exported.settings["count"]
    return {"labels": [str(lowest + key) for key in range(count)]}


def subject(model: Model, given: Any, look: Any) -> Subject:
    """The page's subject: a network, keys <float>[batch, time, count] to those of the next step, and keys.

    The keys are <float>[time, count]; for an exported network also the MIDI numbers of one chord or a .mid file.
    """
    keys, shown = _keys(given, look)
    part, cut = look.cut(len(keys))
    notes = [f"Steps {cut}"] if cut else []
    keys = keys[part]
    labels, head = look.label(keys.shape[1]), head_of(model, Decoder).head
    # Every piece begins with silence, from which the first step is predicted.
    inputs = np.concatenate([np.zeros_like(keys[:1]), keys])
    names = ["silence", *(str(part.start + step + 1) for step in range(len(keys)))]
    probabilities, chord = _predicted(head, answer_of(model, inputs))
    order = np.argsort(-probabilities[-1], kind="stable")[:_SHOWN]
    sounding = " ".join(labels[key] for key in np.flatnonzero(chord)) or "silence"
    targets = np.concatenate([keys, chord[None]]).astype("float32")
    if isinstance(head, Chords):
        notes.append(
            f"The keys of a chord depend on each other: the probability of a key is its frequency in {_SAMPLES} "
            "sampled chords. Contributions are those of the keys before to the log-probability of the most frequent "
            "next chord."
        )
        explained: dict[str, Any] = {"explained": f"next: {sounding}", "unit": "nats", "index": (len(inputs) - 1,)}
        explained |= {"model": _log_probability(model, head, targets), "loss": _negative_mean, "drawn": model}
    else:
        notes.append("Contributions are those of the keys before to the probability of the most likely next key.")
        explained = {"model": model, "index": look.index or (len(inputs) - 1, int(order[0]))}
    title = "Given keys (dots) and their predicted probabilities"
    alt = f"Piano roll of {len(keys)} steps and the next one; its most likely keys are " + ", ".join(
        f"{labels[key]} ({probabilities[-1, key]:.0%})" for key in order[:4]
    )
    return Subject(
        name=look.named(model),
        inputs=inputs,
        steps=names,
        answers=[(f"key {labels[key]} sounds next", float(probabilities[-1, key])) for key in order],
        targets=targets[None],
        card=look.card,
        notes=notes,
        given=shown,
        answer=f"next: {sounding}",
        columns=labels,
        shown=[Picture(title, lambda: charts.draw_roll(keys, probabilities, labels, names[1:], title), alt + ".")],
        baseline_name="silence",
        columns_direction="up",
        texts=False,
        **explained,
    )


def _predicted(head: Model, outputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The probability of every key at every step <float>[time, count], and the next chord <bool>[count]."""
    if isinstance(head, Labels):
        return outputs, outputs[-1] >= 0.5
    uniform = np.random.default_rng(0).random((len(outputs) * _SAMPLES, head.keys)).astype("float32")
    sampled = keras.ops.convert_to_numpy(head.sample(np.repeat(outputs, _SAMPLES, axis=0), uniform))
    sampled = sampled.reshape(len(outputs), _SAMPLES, head.keys)
    chords, counts = np.unique(sampled[-1], axis=0, return_counts=True)
    return sampled.mean(axis=1), chords[counts.argmax()] > 0


def _log_probability(model: Model, head: Model, targets: np.ndarray) -> Model:
    """The model with the log-probability of the target keys of each step as its output."""
    layer = keras.layers.Lambda(lambda outputs: -head.negative_log_likelihood(outputs, targets), name="log_probability")
    layer.supports_masking = True
    return keras.Model(model.input, layer(model.output), name=model.name)


def _negative_mean(targets: Tensor, log_probabilities: Tensor) -> Tensor:
    return -keras.ops.mean(log_probabilities)


def _keys(given: Any, look: Any) -> tuple[np.ndarray, str]:
    """The keys <float32>[time, count], and the input as text."""
    if not isinstance(given, str):
        keys = np.asarray(given, "float32")
        if keys.ndim != 2 or not len(keys):
            raise ValueError(f"`given` must be keys <float>[time, count], at least one step, got {keys.shape}.")
        return keys, f"{len(keys)} steps"
    if look.exported is None:
        raise ValueError(
            "`given` must be keys <float>[time, count], 1 where a key sounds, for a live network that writes music."
        )
    if Path(given).suffix.lower() in (".mid", ".midi"):
        from rnn_zoo.tasks.music.data import piano_roll
        from rnn_zoo.tasks.music.midi import read_midi

        keys = piano_roll(read_midi(Path(given), look.exported.settings["seconds"]), given)
        return keys, f"{given}: {len(keys)} steps"
    return look.exported.chord(given), given
