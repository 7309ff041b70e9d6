"""Pages of networks that write music, exported or live: which keys come next, and which of those given made them."""

from pathlib import Path

import keras
import numpy as np

from rnn_zoo.inspection import charts
from rnn_zoo.inspection.subject import Picture, Subject, answer_of, head_of
from rnn_zoo.layers import Chords, Labels
from rnn_zoo.layers.decoder import Decoder

_LIKELY = 10
_DRAWS = 200  # sets of keys drawn for each step where keys depend on each other


def is_live(model, given):
    decoder = head_of(model, Decoder)
    return decoder is not None and isinstance(decoder.head, (Labels, Chords))


def opened(exported):
    lowest, count = exported.settings["lowest"], exported.settings["count"]
    return {"labels": [str(lowest + key) for key in range(count)]}


def subject(model, given, look):
    """A network from keys <float>[batch, time, count] to those of the next step, and keys: <float>[time, count], MIDI
    numbers of one chord, or of an exported network a .mid file."""
    keys, asked = _keys(given, look)
    part, cut = look.cut(len(keys))
    notes = [f"Steps {cut}"] if cut else []
    keys = keys[part]
    labels, head = look.label(keys.shape[1]), head_of(model, Decoder).head
    # Every piece begins with silence: the first step is foretold from it.
    inputs = np.concatenate([np.zeros_like(keys[:1]), keys])
    names = ["silence", *(str(part.start + step + 1) for step in range(len(keys)))]
    chances, chord = _foretold(head, answer_of(model, inputs))
    order = np.argsort(-chances[-1], kind="stable")[:_LIKELY]
    sounding = " ".join(labels[key] for key in np.flatnonzero(chord)) or "silence"
    targets = np.concatenate([keys, chord[None]]).astype("float32")
    if isinstance(head, Chords):
        notes.append(
            f"Its keys depend on each other: the probability of one is its share in {_DRAWS} chords drawn. "
            "Contributions are of the keys that sounded to the log-probability of the chord drawn most often next."
        )
        told = {"explained": f"next: {sounding}", "unit": "nats", "index": (len(inputs) - 1,)}
        told |= {"model": _log_probability(model, head, targets), "loss": _cost, "drawn": model}
    else:
        notes.append("Contributions are of the keys that sounded to the probability of the likeliest to sound next.")
        told = {"model": model, "index": look.index or (len(inputs) - 1, int(order[0]))}
    title = "Keys given (dots) on how probable they were"
    alt = f"Piano roll of {len(keys)} steps and the one after: next the likeliest keys are " + ", ".join(
        f"{labels[key]} ({chances[-1, key]:.0%})" for key in order[:4]
    )
    return Subject(
        name=look.named(model),
        inputs=inputs,
        steps=names,
        answers=[(f"key {labels[key]} sounds next", float(chances[-1, key])) for key in order],
        targets=targets[None],
        card=look.card,
        notes=notes,
        given=asked,
        answer=f"next: {sounding}",
        columns=labels,
        shown=[Picture(title, lambda: charts.draw_roll(keys, chances, labels, names[1:], title), alt + ".")],
        start="silence",
        way="up",
        texts=False,
        **told,
    )


def _foretold(head, predicted):
    """(the probability of every key at every step <float>[time, count], the chord that comes next <bool>[count])."""
    if isinstance(head, Labels):
        return predicted, predicted[-1] >= 0.5
    uniform = np.random.default_rng(0).random((len(predicted) * _DRAWS, head.keys)).astype("float32")
    drawn = keras.ops.convert_to_numpy(head.draw(np.repeat(predicted, _DRAWS, axis=0), uniform))
    drawn = drawn.reshape(len(predicted), _DRAWS, head.keys)
    chords, counts = np.unique(drawn[-1], axis=0, return_counts=True)
    return drawn.mean(axis=1), chords[counts.argmax()] > 0


def _log_probability(model, head, targets):
    """The model with the log-probability of the keys that come at each step in place of its prediction."""
    cost = keras.layers.Lambda(lambda predicted: -head.nats(predicted, targets), name="log_probability")
    cost.supports_masking = True
    return keras.Model(model.input, cost(model.output), name=model.name)


def _cost(targets, log_probabilities):
    return -keras.ops.mean(log_probabilities)


def _keys(given, look):
    """(<float32>[time, count], what was asked)."""
    if not isinstance(given, str):
        keys = np.asarray(given, "float32")
        if keys.ndim != 2 or not len(keys):
            raise ValueError(f"`given` must be keys <float>[time, count], one step at least, got {keys.shape}.")
        return keys, f"{len(keys)} steps"
    if look.exported is None:
        raise ValueError("`given` must be keys <float>[time, count], 1 where one sounds, for a live network of music.")
    if Path(given).suffix.lower() in (".mid", ".midi"):
        from rnn_zoo.datasets.chorales import roll
        from rnn_zoo.datasets.midi import read_midi

        keys = roll(read_midi(Path(given), look.exported.settings["seconds"]), given)
        return keys, f"{given}: {len(keys)} steps"
    return look.exported.chord(given), given
