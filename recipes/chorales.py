"""Chorales: a network that continues a chord, all voices at once, and writes a MIDI file.

    python recipes/chorales.py --data jsb-chorales-quarter.json.gz
    python recipes/chorales.py --data my_midi_files/

results/chorales.csv holds the score of each model, with the command that made it.
"""

from pathlib import Path

from rnn_zoo.checks import positive_integer, positive_number
from rnn_zoo.evaluation import scores_rows
from rnn_zoo.run import Run, recipe, run_command
from rnn_zoo.tasks.music.batches import PADDING, Pieces
from rnn_zoo.tasks.music.continuation import write_continuation
from rnn_zoo.tasks.music.data import LOWEST, load_music
from rnn_zoo.tasks.music.export import save_music
from rnn_zoo.tasks.music.midi import import_mido
from rnn_zoo.tasks.music.models import chord_writer, loss_model
from rnn_zoo.tasks.music.report import report_beside_baselines


# `step_seconds` affects only pieces from MIDI files, and their digest is part of the configuration.
@recipe("chorales", after_training=("step_seconds", "steps"))
def main(
    run: Run,
    data: str,
    *,
    clean: bool = False,
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
):
    """Trains a network on pieces of music, compares it with repeating a chord, samples a piece and exports the network.

    The run's folder then holds the history, the curves, the report, a piece sampled from the first chord of a test
    piece as MIDI file and picture and, in `export`, the model. The same command resumes a stopped run.

    Args:
        data: a .json file (also .gz) with pieces under "train", "valid" and "test", such as the JSB chorales, or a
            folder with .mid files.
        hidden: width of the layer through which the keys of a chord depend on the keys below; 0: independent keys.
        dropout: fraction of the features dropped before the last layer and, in deeper networks, between the layers.
        transpose: largest number of semitones by which a piece is transposed in training; random in every epoch.
        batch_size: pieces per step.
        step_seconds: length of a step in MIDI files.
        steps: steps to sample.
    """
    positive_integer("steps", steps)
    positive_number("step_seconds", step_seconds)
    if transpose < 0 or hidden < 0:
        raise ValueError(f"`transpose` and `hidden` must be integers >= 0, got {transpose} and {hidden}.")
    import_mido()  # fails before training if it is not installed
    music = load_music(data, seconds=step_seconds, clean=clean)
    print(music)

    writer = chord_writer(cell, units, depth, hidden=hidden, dropout=dropout, seed=run.seed)
    network = loss_model(writer)
    batches = Pieces(music.train, batch_size, transpose=transpose, seed=run.seed)
    validation_batches = Pieces(music.validation, batch_size)
    name = Path(data).name
    # The gradient is clipped at 10 because the loss is the sum over a whole chord.
    config = {"data": name, "pieces": music.digest}
    history = run.fit(network, batches, validation_batches, config=config, clip_norm=10.0)

    beginning = getattr(music, run.split)[0][:1]
    example = write_continuation(writer, beginning, steps, run.out, seconds=step_seconds, seed=run.seed)
    for split in run.splits:
        examples = [example] if split == run.split else ()
        report = report_beside_baselines(run, split, network, music, history.seconds, examples)
        run.record(scores_rows, report, name)

    limits = "Limited to the style of its training pieces; does not model how a piece ends."
    card = run.card(music, f"{len(music.train):,} pieces", limits)
    form = {"lowest": LOWEST, "seconds": step_seconds, "steps": steps, "padding": PADDING}
    folder = save_music(writer, run.export_folder, **form, card=card, metrics=report)
    print(f"Sampled from the first chord of a {run.split} piece: {run.out}/written.mid, {run.out}/written.png")
    print(f'Ask it yourself: rnn-zoo predict {folder} "{example["given"]}", or --file piece.mid')


if __name__ == "__main__":
    run_command(main)
