"""Next word: a language model of words that completes typed text.

    python recipes/next_word.py                                         # Tiny Shakespeare, in the package
    python recipes/next_word.py --data ptb --tokenised --seed-text "the food is"
    python recipes/next_word.py --data my.txt --seed-text "Dear customer,"

results/next_word.csv holds the score of each model, with the command that made it.
"""

from pathlib import Path

from rnn_zoo.checks import one_of, positive_integer
from rnn_zoo.files.long_text import load_text
from rnn_zoo.generation.export import save_writer
from rnn_zoo.run import Run, recipe, run_command
from rnn_zoo.tasks.text_generation.data import encode_words
from rnn_zoo.tasks.text_generation.models import stream_loss_model, word_model
from rnn_zoo.tasks.text_generation.report import report_words
from rnn_zoo.text import Streams
from rnn_zoo.text.symbols import END


@recipe("next_word", after_training=("seed_text", "width", "max_length"))
def main(
    run: Run,
    data: str = "tinyshakespeare",
    *,
    clean: bool = False,
    tokenised: bool = False,
    min_count: int = 2,
    cell: str = "lstm",
    units: int = 300,
    depth: int = 1,
    dim: int = 256,
    input_dropout: float = 0.2,
    dropout: float = 0.3,
    length: int = 35,
    batch_size: int = 32,
    often: int = 600,
    share: int = 12,
    epochs: int = 8,
    learning_rate: float = 3e-3,
    weight_average: float = 0.998,
    seed_text: str = "The king is",
    width: int = 8,
    max_length: int = 5,
    quantize: bool = False,
):
    """Trains a language model of words, compares it with n-grams and exports it.

    The text is read as parallel streams, in chunks; each chunk starts from the last states of the one before. A line is
    a sentence, and its end is a symbol to predict. The run's folder then holds the history, the curves, the report with
    completions and, in `export`, the model: a SavedModel that ranks the continuations of any text. The same command
    resumes a stopped run.

    Args:
        data: "tinyshakespeare"; a .txt file (also .txt.gz), split 90 / 5 / 5 by position; or a folder with
            ptb.train.txt, ptb.valid.txt and ptb.test.txt (also .gz).
        tokenised: the text is tokenised and lower-cased: spaces separate words, and `<unk>` is an unknown word.
        min_count: occurrences in the training text below which a word is unknown.
        dim: size of the embeddings, which are also the weights of the softmax.
        input_dropout: fraction of the input features of each layer to drop, the same ones at all steps of a chunk.
        dropout: fraction of the features to drop before the last layer, the same ones at all steps of a chunk.
        length: words per chunk, over which the gradient flows back.
        batch_size: parallel streams.
        often: number of most frequent words that are part of the softmax in every training step.
        share: one in `share` of the rarer words is part of it too, drawn anew in each step; 1 for all of them.
        epochs: passes over the text at most.
        seed_text: beginning that the examples of the report continue.
        width: beam width of the search for continuations, and the number of continuations shown.
        max_length: largest number of words in a continuation.
    """
    positive_integer("width", width)
    positive_integer("max_length", max_length)
    one_of("cell", cell, ["vanilla", "lstm", "gru", "min_gru", "min_lstm"])
    text = load_text(data, clean=clean)
    symbols, ids = encode_words(text, tokenised=tokenised, min_count=min_count)
    symbols.check_beginning(seed_text, "seed_text")
    if unknown := symbols.unknown(seed_text):
        print(f"Unknown words in {seed_text!r}: {', '.join(unknown)}")
    print(f"{text.name}: {' / '.join(f'{len(row) - 1:,}' for row in ids.values())} words; {symbols.size:,} are known")

    sizes = {"cell": cell, "units": units, "depth": depth, "dim": dim}
    writer = word_model(symbols.size, **sizes, input_dropout=input_dropout, dropout=dropout, seed=run.seed)
    model = stream_loss_model(writer, batch_size, often, share, run.seed)
    batches = Streams(ids["train"], batch_size, length, seed=run.seed)
    validation_batches = Streams(ids["validation"], batch_size, length)
    config = {"data": Path(data).name, "text": text.digest, "symbols": symbols.digest}
    history = run.fit(model, batches, validation_batches, config=config)
    symbols.save(run.out / "symbols.json")
    if quantize:
        writer.training.quantize("int8", filters="embedding")

    report = report_words(run, writer, symbols, ids, history.seconds, data=Path(data).name)
    limits = "Limited to the vocabulary and the kind of text of its training data; ignores case."
    card = run.card(text, f"{len(ids['train']) - 1:,} words", limits)
    decoding = {"first": END, "max_length": max_length, "width": width}
    folder = save_writer(writer, symbols, run.export_folder, **decoding, card=card, metrics=report)
    run.ask(folder, [seed_text])


if __name__ == "__main__":
    run_command(main)
