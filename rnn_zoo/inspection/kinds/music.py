"""Pages of networks that write music, exported or live: which keys come next, and which of those given made them."""

from pathlib import Path

import numpy as np

from rnn_zoo.inspection import charts
from rnn_zoo.inspection.subject import Picture, Subject, answer_of, head_of
from rnn_zoo.layers import Labels
from rnn_zoo.layers.decoder import Decoder

_LIKELY = 10


def is_live(model, given):
    decoder = head_of(model, Decoder)
    return decoder is not None and isinstance(decoder.head, Labels)


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
    labels = look.label(keys.shape[1])
    # Every piece begins with silence: the first step is foretold from it.
    inputs = np.concatenate([np.zeros_like(keys[:1]), keys])
    names = ["silence", *(str(part.start + step + 1) for step in range(len(keys)))]
    chances = answer_of(model, inputs)
    order = np.argsort(-chances[-1], kind="stable")[:_LIKELY]
    sounding = " ".join(labels[key] for key in np.flatnonzero(chances[-1] >= 0.5)) or "silence"
    notes.append("Contributions are of the keys that sounded to the probability of the likeliest to sound next.")
    title = "Keys given (dots) on how probable they were"
    alt = f"Piano roll of {len(keys)} steps and the one after: next the likeliest keys are " + ", ".join(
        f"{labels[key]} ({chances[-1, key]:.0%})" for key in order[:4]
    )
    return Subject(
        name=look.named(model),
        model=model,
        inputs=inputs,
        steps=names,
        answers=[(f"key {labels[key]} sounds next", float(chances[-1, key])) for key in order],
        index=look.index or (len(inputs) - 1, int(order[0])),
        targets=np.concatenate([keys, chances[-1:] >= 0.5]).astype("float32")[None],
        card=look.card,
        notes=notes,
        given=asked,
        answer=f"next: {sounding}",
        columns=labels,
        shown=[Picture(title, lambda: charts.draw_roll(keys, chances, labels, names[1:], title), alt + ".")],
        start="silence",
        way="up",
        texts=False,
    )


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
