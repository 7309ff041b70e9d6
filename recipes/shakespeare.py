"""Shakespeare: a language model of characters that generates plays.

    python recipes/shakespeare.py                                # Tiny Shakespeare, in the package
    python recipes/shakespeare.py --data my.txt --seed-text "Once upon a time"

results/shakespeare.csv holds the score of each model, with the command that made it.
"""

from rnn_zoo.checks import not_negative
from rnn_zoo.files.long_text import load_text
from rnn_zoo.generation.export import save_writer
from rnn_zoo.run import Run, recipe, run_command
from rnn_zoo.tasks.text_generation.data import encode_characters
from rnn_zoo.tasks.text_generation.models import character_model
from rnn_zoo.tasks.text_generation.report import report_characters
from rnn_zoo.text import Windows


@recipe("shakespeare", after_training=("seed_text", "temperature"))
def main(
    run: Run,
    data: str = "tinyshakespeare",
    *,
    clean: bool = False,
    cell: str = "lstm",
    units: int = 512,
    depth: int = 1,
    dim: int = 64,
    dropout: float = 0.4,
    length: int = 128,
    batch_size: int = 32,
    epochs: int = 24,
    learning_rate: float = 3e-3,
    weight_average: float = 0.99,
    seed_text: str = "ROMEO:",
    temperature: float = 0.8,
):
    """Trains a language model of characters, compares it with n-grams and exports it.

    The run's folder then holds the history, the curves, the report with a sampled text and, in `export`, the model: a
    SavedModel that continues any text. The same command resumes a stopped run.

    Args:
        data: "tinyshakespeare", or a .txt file (also .txt.gz), split 90 / 5 / 5 by position.
        dim: embedding size.
        dropout: fraction of the features dropped before the last layer and, in deeper networks, between the layers.
        length: characters per window, over which the gradient flows back.
        batch_size: windows per step.
        epochs: passes over the text at most.
        seed_text: beginning that the example of the report continues.
        temperature: of the sampling; lower is more conservative, higher more varied, 0 takes the most likely character.
    """
    not_negative("temperature", temperature)
    text = load_text(data, clean=clean)
    print(text)
    symbols, ids = encode_characters(text)
    symbols.check_beginning(seed_text, "seed_text")

    sizes = {"cell": cell, "units": units, "depth": depth, "dim": dim}
    writer = character_model(symbols.size, **sizes, dropout=dropout, seed=run.seed)
    batches = Windows(ids["train"], length, batch_size, shuffle=True, seed=run.seed)
    validation_batches = Windows(ids["validation"], min(1_000, len(ids["validation"]) - 1), batch_size)
    config = {"text": text.digest, "symbols": symbols.digest}
    history = run.fit(writer.training, batches, validation_batches, config=config)
    symbols.save(run.out / "symbols.json")

    report = report_characters(run, writer, symbols, ids, history.seconds)
    limits = "Generates text that looks like its training text, without meaning."
    card = run.card(text, f"{len(text.train):,} characters", limits)
    decoding = {"first": None, "end": None, "max_length": 400, "temperature": temperature, "seed": run.seed}
    folder = save_writer(writer, symbols, run.export_folder, **decoding, card=card, metrics=report)
    run.ask(folder, [seed_text])


if __name__ == "__main__":
    run_command(main)
