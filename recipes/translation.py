"""Translation: an encoder-decoder with attention that translates sentences.

    python recipes/translation.py                                # 20,000 pairs in the package, English to French
    python recipes/translation.py --data tatoeba_hindi           # 2,915 pairs in the package, English to Hindi
    python recipes/translation.py --data multi30k --source en --target de --variant lc.norm.tok --tokenised
    python recipes/translation.py --data my_pairs.tsv            # a sentence, a tab, its translation

results/translation.csv holds the scores of each model, with the command that made it.
"""

from pathlib import Path

from rnn_zoo.checks import not_negative, one_of, positive_integer
from rnn_zoo.generation.bleu import import_sacrebleu
from rnn_zoo.generation.export import save_writer
from rnn_zoo.run import Run, recipe, run_command
from rnn_zoo.tasks.translation.data import load_pairs
from rnn_zoo.tasks.translation.encoding import encode_pairs
from rnn_zoo.tasks.translation.models import ATTENTIONS, translation_model
from rnn_zoo.tasks.translation.report import report_translations
from rnn_zoo.text import PairBatches


@recipe("translation", after_training=("raw_variant", "width", "length_penalty"))
def main(
    run: Run,
    data: str = "tatoeba",
    *,
    source: str = "en",
    target: str = "de",
    variant: str = "",
    tokenised: bool = False,
    clean: bool = False,
    raw_variant: str = "",
    cell: str = "gru",
    units: int = 256,
    dim: int = 256,
    attention: str = "multiplicative",
    dropout: float = 0.4,
    sampling: float = 0.0,
    min_count: int = 2,
    max_length: int = 60,
    cut: bool = False,
    batch_size: int = 64,
    epochs: int = 8,
    learning_rate: float = 2e-3,
    weight_average: float = 0.99,
    width: int = 5,
    length_penalty: float = 1.0,
):
    """Trains an encoder-decoder with attention, compares it with a dictionary and exports it.

    The run's folder then holds the history, the curves, the report with translations and, in `export`, the model: a
    SavedModel that translates raw sentences. The same command resumes a stopped run.

    Args:
        data: "tatoeba" (French), "tatoeba_hindi", a .tsv file, or a folder with a file for each split and language,
            such as Multi30k's.
        source: ending of the files in the source language, in a folder.
        target: ending of the files in the target language.
        variant: part of the file names, if a folder has several files per split and language.
        tokenised: the files are tokenised and lower-cased: spaces separate words.
        raw_variant: variant of the untokenised files, for the detokenised score.
        units: size of the state; the encoder has this size in each direction.
        dim: embedding size.
        attention: "multiplicative", "additive" or "none".
        dropout: fraction of the features dropped from the embeddings and before the last layer.
        sampling: fraction of the decoder's inputs that are its own predictions at the end of the training (scheduled
            sampling); it rises from 0 over the first half.
        min_count: occurrences in the training sentences below which a word is unknown.
        max_length: largest number of words in a sentence; pairs with longer ones are left out of the training.
        cut: truncate longer sentences instead.
        width: of the beam search.
        length_penalty: of the beam search, see `rnn_zoo.decoding.beam_search`.
    """
    one_of("attention", attention, ATTENTIONS)
    positive_integer("width", width)
    positive_integer("max_length", max_length)
    not_negative("length_penalty", length_penalty)
    import_sacrebleu()  # fails before training if it is not installed
    pairs = load_pairs(data, source, target, variant=variant, clean=clean)
    raw = load_pairs(data, source, target, variant=raw_variant, clean=clean) if raw_variant else pairs
    print(pairs)
    encoded = encode_pairs(pairs, tokenised=tokenised, min_count=min_count)
    source_symbols, symbols = encoded.source_symbols, encoded.target_symbols
    batches = encoded.training_batches(batch_size, max_length, cut=cut, seed=run.seed)

    options = {"cell": cell, "units": units, "dim": dim, "attention": attention, "dropout": dropout}
    options |= {"sampling": sampling, "sampling_steps": epochs * len(batches) // 2}
    writer = translation_model(source_symbols.size, symbols.size, **options, seed=run.seed)
    config = {"data": Path(data).name, "pairs": pairs.digest, "symbols": [source_symbols.digest, symbols.digest]}
    validation_batches = PairBatches(*encoded.ids["validation"], batch_size)
    stopping = {"patience": 3, "monitor": "val_perplexity"}
    history = run.fit(writer.training, batches, validation_batches, config=config, **stopping)
    source_symbols.save(run.out / "source_symbols.json")
    symbols.save(run.out / "symbols.json")

    name = f"{Path(data).name} {source}-{target}" if Path(data).is_dir() else data
    report = report_translations(run, writer, encoded, raw, history.seconds, data=name)
    limits = "Limited to the vocabulary and the kind of sentence of its training data; ignores case."
    card = run.card(pairs, f"{len(batches.targets):,} pairs", limits)
    decoding = {"max_length": max_length, "width": width, "length_penalty": length_penalty}
    description = {"source_symbols": source_symbols, "card": card, "metrics": report}
    folder = save_writer(writer, symbols, run.export_folder, **decoding, **description)
    run.ask(folder, getattr(pairs, run.split).sources[:1])


if __name__ == "__main__":
    run_command(main)
