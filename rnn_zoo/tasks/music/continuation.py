"""Continues a piece with a trained network, and writes the result as MIDI and as a picture."""

from pathlib import Path

import numpy as np
import tensorflow as tf

from rnn_zoo.decoding import prepend_silence, sample_keys
from rnn_zoo.tasks.music.data import LOWEST, as_midi_numbers
from rnn_zoo.tasks.music.midi import write_midi
from rnn_zoo.tasks.music.picture import draw_continuation
from rnn_zoo.topologies import Writer


def write_continuation(
    writer: Writer, beginning: np.ndarray, steps: int, folder: str | Path, *, seconds: float, seed: int
) -> dict[str, str]:
    """Continues a beginning and writes the piece to `written.mid` and `written.png` in a folder.

    Args:
        writer: the network.
        beginning: <float32>[given, keys], at least one step.
        steps: > 0, steps to sample.
        folder: the folder.
        seconds: > 0, the length of a step.
        seed: of the sampling.
    Returns:
        the MIDI numbers "given" and "written", as text.
    """
    piece = np.concatenate([beginning, continue_piece(writer, beginning, steps, seed)])
    write_midi(Path(folder) / "written.mid", piece, lowest=LOWEST, seconds=seconds)
    draw_continuation(piece, Path(folder) / "written.png", given=len(beginning), seconds=seconds)
    return {"given": as_midi_numbers(beginning), "written": as_midi_numbers(piece[len(beginning) :])}


def continue_piece(writer: Writer, beginning: np.ndarray, steps: int, seed: int) -> np.ndarray:
    """Samples the steps <float32>[steps, keys] that follow a beginning <float32>[given, keys]."""
    sample = tf.function(sample_keys, autograph=False)
    return sample(writer.generator, prepend_silence(beginning[None]), max_length=steps, seed=seed)[0].numpy()
