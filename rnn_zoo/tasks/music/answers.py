"""PretrainedMusic: opens an exported network that writes music and lets it continue a piece."""

import functools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from rnn_zoo.checks import positive_integer
from rnn_zoo.decoding.sample import check_sampling
from rnn_zoo.export.exported import Exported
from rnn_zoo.export.output import output_file
from rnn_zoo.files.reading import read_json
from rnn_zoo.types import Tensor


class PretrainedMusic(Exported):
    """An exported network that writes music, run from its SavedModel; files are read when first used.

    Args:
        folder: an exported folder, see `rnn_zoo.tasks.music.export.save_music`.
    Raises:
        ValueError: the folder lacks a file of an export, or is of another kind.
    """

    kind = "music"
    serves = ("keys", "steps")
    sampling_options = ("temperature", "seed")

    @functools.cached_property
    def settings(self) -> dict[str, Any]:
        """The content of music.json: keys and steps."""
        return read_json(self.folder / "music.json", {"lowest": int, "count": int, "steps": int})

    def play(self, keys: Tensor, steps: int | None = None, seed: int = 0, temperature: float = 1.0) -> np.ndarray:
        """Samples the steps that follow a beginning.

        Args:
            keys: <float>[time, count], 1 where a key sounds, at least one step.
            steps: > 0, steps to sample. Default None: as exported.
            seed, temperature: see `rnn_zoo.decoding.sample_keys`.
        Returns:
            <float32>[steps, count]
        Raises:
            ValueError: an argument is out of its range, or the export has no temperature.
        """
        check_sampling(temperature, seed=seed)
        import tensorflow as tf

        steps = positive_integer("steps", self.settings["steps"] if steps is None else steps)
        inputs = {"keys": tf.constant(np.asarray(keys)[None], tf.float32)}
        inputs |= {"steps": tf.constant(steps), "seed": tf.constant(seed)}
        if temperature == 1:
            return self._saved_model.signatures["serve"](**inputs)["keys"].numpy()[0]
        sample = self._saved_model.signatures.get("sample")
        if sample is None:
            raise ValueError(
                f"{self.folder} was exported by an earlier version, without a temperature: export it again."
            )
        return sample(**inputs, temperature=tf.constant(temperature, tf.float32))["keys"].numpy()[0]

    def chord(self, text: str) -> np.ndarray:
        """Converts MIDI numbers separated by spaces to <float32>[1, count]; ValueError names a wrong number."""
        lowest, count = self.settings["lowest"], self.settings["count"]
        keys = np.zeros((1, count), "float32")
        for word in text.split():
            if not word.isdigit() or not lowest <= int(word) < lowest + count:
                raise ValueError(
                    f"{word!r} is not a key: give MIDI numbers from {lowest} to {lowest + count - 1}, as '60 64'."
                )
            keys[0, int(word) - lowest] = 1
        if not keys.any():
            raise ValueError("the chord is empty: give MIDI numbers separated by spaces, as '48 55 64 72'.")
        return keys

    def show(
        self, texts: Sequence[str], console: Console, *, batch_size: int = 64, format: str = "table", **drawing: Any
    ) -> None:
        """Prints the steps that follow each chord; chords and steps are MIDI numbers."""
        lowest = self.settings["lowest"]
        played = [self.play(self.chord(text), **drawing) for text in texts]
        answers = [[(np.flatnonzero(step) + lowest).tolist() for step in steps] for steps in played]
        if format == "json":
            rows = [{"text": text, "steps": steps} for text, steps in zip(texts, answers, strict=True)]
            console.out(json.dumps(rows), highlight=False)
            return
        for text, steps in zip(texts, answers, strict=True):
            console.out("\n".join([text, *(" ".join(map(str, step)) for step in steps)]), highlight=False)

    def answer_file(
        self,
        path: str | Path,
        out: str | Path | None = None,
        *,
        text_column: str = "text",
        batch_size: int = 64,
        overwrite: bool = False,
        clean: bool = False,
        **drawing: Any,
    ) -> str:
        """Continues a .mid file and writes both as another .mid file; `text_column` and `batch_size` are not used."""
        from rnn_zoo.tasks.music.data import piano_roll
        from rnn_zoo.tasks.music.midi import read_midi, write_midi

        self.refuse_clean(clean)
        path, seconds = Path(path), self.settings["seconds"]
        out = output_file(path, out, overwrite, ".predictions.mid")
        given = piano_roll(read_midi(path, seconds), str(path))
        piece = np.concatenate([given, self.play(given, **drawing)])
        write_midi(out, piece, lowest=self.settings["lowest"], seconds=seconds)
        return f"{out}: {len(given)} steps given, {self.settings['steps']} written."
