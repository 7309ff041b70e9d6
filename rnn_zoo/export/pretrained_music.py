"""PretrainedMusic: opens an exported network that writes music, and has it play on."""

import functools
import json
from pathlib import Path

import numpy as np

from rnn_zoo.checks import positive_integer
from rnn_zoo.decoding.sample import check_drawing
from rnn_zoo.export.exported import Exported


class PretrainedMusic(Exported):
    """An exported network that writes music, run from its SavedModel; nothing is read before it is asked for.

    Args:
        folder: an exported folder, as `rnn_zoo.export.save_music` writes it.
    Raises:
        ValueError: the folder lacks a file of an export, or is of another kind.
    """

    kind = "music"
    draws = ("temperature", "seed")

    @functools.cached_property
    def settings(self):
        """dict: the content of music.json, keys and steps."""
        return json.loads((self.folder / "music.json").read_text(encoding="utf-8"))

    def play(self, keys, steps=None, seed=0, temperature=1.0):
        """Writes the steps that follow a beginning.

        Args:
            keys: <float>[time, count], 1 where a key sounds, at least one step.
            steps: int > 0, how many to write; None: as exported.
            seed, temperature: see `rnn_zoo.decoding.sample_keys`.
        Returns:
            <float32>[steps, count]
        Raises:
            ValueError: an argument is out of its range, or the export knows of no temperature.
        """
        check_drawing(temperature, seed=seed)
        import tensorflow as tf

        steps = positive_integer("steps", self.settings["steps"] if steps is None else steps)
        given = {"keys": tf.constant(np.asarray(keys)[None], tf.float32)}
        given |= {"steps": tf.constant(steps), "seed": tf.constant(seed)}
        if temperature == 1:
            return self._saved_model.signatures["serve"](**given)["keys"].numpy()[0]
        draw = self._saved_model.signatures.get("sample")
        if draw is None:
            raise ValueError(
                f"{self.folder} was exported by an earlier version, without a temperature: export it again."
            )
        return draw(**given, temperature=tf.constant(temperature, tf.float32))["keys"].numpy()[0]

    def chord(self, text):
        """MIDI numbers with spaces between them -> <float32>[1, count]; ValueError that says what is no key."""
        lowest, count = self.settings["lowest"], self.settings["count"]
        keys = np.zeros((1, count), "float32")
        for word in text.split():
            if not word.isdigit() or not lowest <= int(word) < lowest + count:
                raise ValueError(
                    f"{word!r} is no key: give MIDI numbers from {lowest} to {lowest + count - 1}, as '60 64'."
                )
            keys[0, int(word) - lowest] = 1
        if not keys.any():
            raise ValueError("the chord is empty: give MIDI numbers with spaces between them, as '48 55 64 72'.")
        return keys

    def show(self, texts, console, *, batch_size=64, format="table", **drawing):
        """Prints, for each chord given as MIDI numbers, the steps that follow it, as numbers too."""
        lowest = self.settings["lowest"]
        played = [self.play(self.chord(text), **drawing) for text in texts]
        answers = [[(np.flatnonzero(step) + lowest).tolist() for step in steps] for steps in played]
        if format == "json":
            rows = [{"text": text, "steps": steps} for text, steps in zip(texts, answers, strict=True)]
            console.out(json.dumps(rows), highlight=False)
            return
        for text, steps in zip(texts, answers, strict=True):
            console.out("\n".join([text, *(" ".join(map(str, step)) for step in steps)]), highlight=False)

    def answer_file(self, path, out=None, *, text_column="text", batch_size=64, overwrite=False, **drawing):
        """Goes on from a .mid file and writes both as another; the options of texts have no meaning here."""
        from rnn_zoo.datasets.chorales import roll
        from rnn_zoo.datasets.midi import read_midi, write_midi

        path, seconds = Path(path), self.settings["seconds"]
        out = path.with_name(f"{path.stem}.predictions.mid") if out is None else Path(out)
        if out.exists() and (not overwrite or out.samefile(path)):
            raise FileExistsError(f"{out} already exists; name another `out`, or pass `overwrite` to replace it.")
        given = roll(read_midi(path, seconds), str(path))
        piece = np.concatenate([given, self.play(given, **drawing)])
        write_midi(out, piece, lowest=self.settings["lowest"], seconds=seconds)
        return f"{out}: {len(given)} steps given, {self.settings['steps']} written."
