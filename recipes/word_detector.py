"""Word detection: a network that reads letter by letter and detects when the word "bravo" has just passed.

    python recipes/word_detector.py                                    # generated letters, two minutes
    python recipes/word_detector.py --word python
    python recipes/word_detector.py --word king --data my.txt          # the word in your own text
    python recipes/word_detector.py --listen                           # then type; the network reads every letter

results/word_detector.csv holds its scores, with the command that made them.
"""

from rnn_zoo import CELLS, create_model
from rnn_zoo.checks import one_of
from rnn_zoo.run import Run, recipe, run_command
from rnn_zoo.tasks.stream_labelling.batches import stream_batches
from rnn_zoo.tasks.stream_labelling.data import load_word_stream
from rnn_zoo.tasks.stream_labelling.export import save_steps
from rnn_zoo.tasks.stream_labelling.listening import demonstrate
from rnn_zoo.tasks.stream_labelling.report import detection_rows, report_beside_baselines
from rnn_zoo.text import Symbols


@recipe("word_detector", after_training=("listen",))
def main(
    run: Run,
    word: str = "bravo",
    *,
    data: str = "generated",
    cell: str = "gru",
    units: int = 32,
    length: int = 60,
    streams: int = 2_000,
    batch_size: int = 50,
    epochs: int = 30,
    learning_rate: float = 1e-2,
    patience: int = 5,
    listen: bool = False,
):
    """Trains a recurrent network to detect when a word has just passed, compares it with a rule and exports it.

    The run's folder then holds the history, the curves, the report and, in `export`, the model: a SavedModel that
    labels the characters of whole texts, or of a stream step by step. The same command resumes a stopped run.

    Args:
        word: the word to detect, at least two characters; case matters.
        data: "generated", or a text file that contains the word, .txt or .txt.gz.
        length: characters per training stream.
        streams: number of training streams to generate; a quarter as many for validation, and for test.
        batch_size: streams per step.
        seed: seed of the training; the generated streams are always the same.
        listen: after the training, label standard input, line by line, until it ends.
    """
    one_of("cell", cell, sorted(CELLS))
    stream = load_word_stream(word, data, length=length, streams=streams)
    print(stream)

    symbols = Symbols.fit(stream.train.texts, "characters")
    network = create_model("word_detector", vocabulary_size=symbols.size, cell=cell, units=units, seed=run.seed)
    batches = stream_batches(stream.train, symbols, batch_size, seed=run.seed)
    validation_batches = stream_batches(stream.validation, symbols, batch_size, shuffle=False)
    config = {"streams": stream.digest, "symbols": symbols.digest}
    history = run.fit(network, batches, validation_batches, config=config)

    report = report_beside_baselines(run, network, symbols, stream, history.seconds)
    run.record(detection_rows, report, f"{data} {word!r}")
    limits = f"Detects {word!r} among the characters of its training streams; all others are one unknown symbol."
    card = {**run.card(stream, "", limits), "data": str(stream)}
    labels = [f"{word} has just passed"]
    folder = save_steps(network, symbols, labels, run.export_folder, card=card, metrics=report)
    demonstrate(network, symbols, word, listen)
    print(f'Ask it yourself: rnn-zoo predict {folder} "{word[:-1]}{word}"')


if __name__ == "__main__":
    run_command(main)
