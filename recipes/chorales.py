"""Chorales: a network that goes on from a chord, all voices at a time, and writes a MIDI file.

    python recipes/chorales.py --data jsb-chorales-quarter.json.gz
    python recipes/chorales.py --data my_midi_files/

What each model reaches stands in results/chorales.csv, with the command that made it.
"""

import shlex
import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from cyclopts import App
from matplotlib.figure import Figure

from rnn_zoo import Labels, Recurrent, Vectors, evaluation, export, one_to_many, training
from rnn_zoo.checks import positive_integer, positive_number
from rnn_zoo.datasets.chorales import KEYS, LOWEST, load_music
from rnn_zoo.datasets.midi import import_mido, write_midi
from rnn_zoo.decoding import after_silence, sample_keys
from rnn_zoo.evaluation import results as result_files
from rnn_zoo.export.folder import refuse_foreign_folder
from rnn_zoo.files import atomic_file
from rnn_zoo.layers import Chords, StepNats

PADDING = -1.0


def main(
    data: str,
    *,
    cell: str = "gru",
    units: int = 200,
    depth: int = 1,
    hidden: int = 48,
    dropout: float = 0.3,
    transpose: int = 5,
    batch_size: int = 8,
    epochs: int = 80,
    learning_rate: float = 3e-3,
    weight_average: float = 0.995,
    patience: int = 20,
    step_seconds: float = 0.5,
    steps: int = 64,
    split: str = "test",
    seed: int = 0,
    out: str = "runs/chorales",
    results: str | None = None,
):
    """Trains a network on pieces of music, compares it with repeating a chord, has it write one and exports it.

    The run's folder then holds the history, the curves, the report, a MIDI file and a picture of what it wrote from the
    first chord of a test piece and, in `export`, the model. The same command goes on where it was stopped.

    Args:
        data: a .json file (also .gz) with pieces under "train", "valid" and "test", such as the JSB chorales, or a
            folder with .mid files.
        cell: "vanilla", "lstm", "gru", "min_gru" or "min_lstm".
        units: the size of the state.
        depth: layers of the recurrence.
        hidden: width of what each key knows of those below it in the same chord; 0: keys sound by their own chance.
        dropout: share of the features dropped before the last layer and, of deeper networks, between the layers.
        transpose: semitones by which a piece is moved up or down in training at most, drawn anew in every epoch.
        batch_size: pieces a step.
        epochs: passes over the pieces at most.
        learning_rate: of Adam; falls to 0 along a cosine over all epochs.
        weight_average: decay a step of the exponential average of the weights, which is what is kept; 0 for none.
        patience: epochs without a better validation loss after which training stops.
        step_seconds: the length of a step, in MIDI files read and written.
        steps: how many the network writes.
        split: what the report is about: "test", or "validation" while settings are still being chosen, the test part
            then not being looked at.
        seed: of every random draw.
        out: folder of the run.
        results: CSV file to add the numbers to.
    """
    for name, value in (("batch_size", batch_size), ("epochs", epochs), ("steps", steps)):
        positive_integer(name, value)
    positive_number("step_seconds", step_seconds)
    if transpose < 0 or hidden < 0:
        raise ValueError(f"`transpose` and `hidden` must be integers >= 0, got {transpose} and {hidden}.")
    judged = evaluation.judged(split)
    if results and Path(results).exists():
        result_files.read(results)
    refuse_foreign_folder("out", f"{out}/export")
    import_mido()  # if it is missing, told of now
    training.prepare(seed)
    music = load_music(data, seconds=step_seconds)
    print(music)
    writer = one_to_many(
        Vectors(KEYS, mask_value=PADDING),
        Recurrent(cell, units, depth, dropout=dropout if depth > 1 else 0.0, seed=seed),
        Chords(KEYS, hidden) if hidden else Labels(KEYS),
        dropout=dropout,
        seed=seed,
        name="chorales",
    )
    batches = Pieces(music.train, batch_size, transpose=transpose, seed=seed)
    lesson = nats_model(StepNats(writer.generator.decoder))
    history = training.fit(
        lesson,
        batches,
        Pieces(music.validation, batch_size),
        out=out,
        epochs=epochs,
        seed=seed,
        patience=patience,
        clip_norm=10.0,  # the loss is that of a whole chord
        learning_rate=keras.optimizers.schedules.CosineDecay(learning_rate, epochs * len(batches)),
        weight_average=weight_average or None,
        config={
            "data": Path(data).name,
            "pieces": music.digest,
            "cell": cell,
            "units": units,
            "depth": depth,
            "hidden": hidden,
            "dropout": dropout,
            "transpose": transpose,
            "batch_size": batch_size,
        },
    )

    beginning = getattr(music, split)[0][:1]
    piece = np.concatenate([beginning, played(writer.generator, beginning, steps, seed)])
    write_midi(f"{out}/written.mid", piece, lowest=LOWEST, seconds=step_seconds)
    draw(piece, f"{out}/written.png", step_seconds)
    example = {"given": chords(piece[:1]), "written": chords(piece[1:])}
    command = shlex.join(["python", "recipes/chorales.py", *sys.argv[1:]])
    for part in judged:
        pieces = getattr(music, part)
        systems = {
            f"chorales_{cell}" + " chords" * bool(hidden): {
                "scores": {"nats_per_step": foretold(lesson, pieces)},
                "parameters": writer.training.count_params(),
                "train_seconds": history.seconds,
            },
            "baseline:repeat_last_chord": baseline(pieces, repeat_last_chord(music.train), 2 * KEYS),
            "baseline:same_chance": baseline(pieces, same_chance(music.train), KEYS),
        }
        report = evaluation.writing_report(
            systems,
            split=part,
            lower_is_better=["nats_per_step"],
            examples=[example] if part == split else (),
            out=out,
        )
        if results:
            rows = evaluation.writing_rows(report, recipe="chorales", data=Path(data).name, seed=seed, command=command)
            result_files.append(results, rows)

    folder = export.save_music(
        writer,
        f"{out}/export",
        lowest=LOWEST,
        seconds=step_seconds,
        steps=steps,
        padding=PADDING,
        card={
            "name": "chorales",
            "data": f"{music.source}; {len(music.train):,} pieces for training",
            "licence": music.licence,
            "command": command,
            "seed": seed,
            "limits": "Knows the style of its pieces, not how to end one.",
        },
        metrics=report,
    )
    print(f"Written from the first chord of a {split} piece: {out}/written.mid, {out}/written.png")
    print(f'Have it play: rnn-zoo predict {folder} "{example["given"]}", or --file piece.mid')


class Pieces(keras.utils.PyDataset):
    """Pieces padded to the longest: what was played before each step and the step, zeros, and which steps count.

    The mean that Keras logs is over the padding too, whose loss is 0: smaller than the nats per step of the report.

    Args:
        pieces: list of <float32>[steps, keys].
        batch_size: int > 0, pieces a batch; the last is filled up with empty ones.
        transpose: int >= 0, semitones a piece is moved by at most, another number in every epoch.
        seed: int, of the order and the moves, with `epoch`; None: the pieces as they are.
    """

    def __init__(self, pieces, batch_size, *, transpose=0, seed=None):
        super().__init__()
        self.pieces, self.batch_size, self.transpose, self.seed = pieces, batch_size, transpose, seed
        self.longest = max(map(len, pieces))
        self.epoch = 0

    @property
    def epoch(self):
        return self._epoch

    @epoch.setter
    def epoch(self, epoch):
        self._epoch, count = epoch, len(self.pieces)
        self._order, self._moves = np.arange(count), np.zeros(count, int)
        if self.seed is not None:
            generator = np.random.default_rng([self.seed, epoch])
            self._order = generator.permutation(count)
            self._moves = generator.integers(-self.transpose, self.transpose + 1, count)

    def on_epoch_end(self):
        self.epoch += 1

    def __len__(self):
        return -(-len(self.pieces) // self.batch_size)

    def __getitem__(self, index):
        rows = self._order[index * self.batch_size : (index + 1) * self.batch_size]
        shape = (self.batch_size, self.longest, KEYS)
        previous, targets = np.full(shape, PADDING, "float32"), np.zeros(shape, "float32")
        counts = np.zeros(shape[:2], "float32")
        for place, row in enumerate(rows):
            piece = moved(self.pieces[row], self._moves[row])
            previous[place, 0], previous[place, 1 : len(piece)] = 0, piece[:-1]
            targets[place, : len(piece)] = piece
            counts[place, : len(piece)] = 1
        return (previous, targets), np.zeros_like(counts), counts


def moved(piece, semitones):
    """A piece some semitones higher; as it is where a key would leave the piano."""
    turned = np.roll(piece, semitones, axis=1)
    lost = turned[:, :semitones] if semitones > 0 else turned[:, semitones:] if semitones else turned[:, :0]
    return piece if lost.any() else turned


def nats_model(layer):
    """The model whose output is its loss, the nats of each step."""
    inputs = [keras.Input((None, KEYS), name=name) for name in ("previous", "steps")]
    model = keras.Model(inputs, layer(inputs))
    model.compile("adam", loss=as_it_is)
    return model


@keras.saving.register_keras_serializable(package="rnn_zoo")
def as_it_is(target, output):
    """The network's output is its loss."""
    return output


def foretold(model, pieces):
    """Negative log-likelihood a step in nats, all before it known, every step of every piece counting the same."""
    total = 0.0
    for piece in pieces:
        previous = np.concatenate([np.zeros_like(piece[:1]), piece[:-1]])
        total += float(np.sum(model([previous[None], piece[None]], training=False), dtype="float64"))
    return total / sum(map(len, pieces))


def nats(pieces, predict):
    """The same, of a function from a piece to the chance of each key by itself."""
    total = 0.0
    for piece in pieces:
        chance = np.clip(predict(piece).astype("float64"), 1e-7, 1 - 1e-7)
        total -= (piece * np.log(chance) + (1 - piece) * np.log(1 - chance)).sum()
    return float(total) / sum(map(len, pieces))


def baseline(pieces, predict, parameters):
    """The entry of a baseline in the report."""
    return {"scores": {"nats_per_step": nats(pieces, predict)}, "parameters": parameters, "train_seconds": None}


def played(generator, beginning, steps, seed):
    """The steps <float32>[steps, keys] that a network plays after others."""
    draw = tf.function(sample_keys, autograph=False)
    return draw(generator, after_silence(beginning[None]), max_length=steps, seed=seed)[0].numpy()


def chords(steps):
    """Steps as MIDI numbers, "48 55 64 | 50 57"."""
    return " | ".join(" ".join(str(key + LOWEST) for key in np.flatnonzero(step)) for step in steps)


def same_chance(train):
    """Each key by its share of the steps of the training pieces, whatever came before."""
    steps = np.concatenate(train)
    chance = (steps.sum(axis=0) + 1) / (len(steps) + 2)
    return lambda piece: np.tile(chance, (len(piece), 1))


def repeat_last_chord(train):
    """Each key by how often, in the training pieces, it sounds after it did and after it did not."""
    before, after = (np.concatenate([piece[cut] for piece in train]) for cut in (slice(None, -1), slice(1, None)))
    stays = ((before * after).sum(axis=0) + 1) / (before.sum(axis=0) + 2)
    comes = (((1 - before) * after).sum(axis=0) + 1) / ((1 - before).sum(axis=0) + 2)

    def predict(piece):
        previous = np.concatenate([np.zeros_like(piece[:1]), piece[:-1]])
        return np.where(previous > 0, stays, comes)

    return predict


def draw(piece, path, step_seconds):
    """A piano roll as PNG."""
    figure = Figure(figsize=(9, 4), layout="constrained")
    axes = figure.subplots()
    sounding = np.flatnonzero(piece.any(axis=0))
    low, high = sounding.min() - 2, sounding.max() + 3
    extent = (0, len(piece) * step_seconds, low + LOWEST - 0.5, high + LOWEST - 0.5)
    axes.imshow(piece[:, low:high].T, aspect="auto", origin="lower", cmap="Greys", extent=extent, interpolation="none")
    axes.axvline(step_seconds, color="tab:red", linewidth=1, label="given | written")
    axes.set_xlabel("time (seconds)")
    axes.set_ylabel("key (MIDI number)")
    axes.legend(loc="upper right")
    with atomic_file(path, "wb") as file:
        figure.savefig(file, format="png", dpi=120)


if __name__ == "__main__":
    app = App(help_format="plaintext", version_flags=[])
    app.default(main)
    try:
        app()
    except (ValueError, OSError, ImportError, FloatingPointError) as error:  # each says what to change
        sys.exit(f"error: {error}")
