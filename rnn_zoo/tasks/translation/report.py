"""The report of a translation network: BLEU beside a dictionary, and translations as examples."""

from typing import Any

import tensorflow as tf

from rnn_zoo.generation.bleu import bleu
from rnn_zoo.generation.decode import beam_and_greedy, decode_tokens
from rnn_zoo.generation.report import random_rows, report_splits, system, timed
from rnn_zoo.run import Run
from rnn_zoo.tasks.translation.baselines import Dictionary
from rnn_zoo.tasks.translation.data import Pairs
from rnn_zoo.tasks.translation.encoding import EncodedPairs, detokenise
from rnn_zoo.topologies.writer import Writer

_EXAMPLES = 8


def report_translations(
    run: Run, writer: Writer, encoded: EncodedPairs, raw: Pairs, train_seconds: float, *, data: str
) -> dict[str, Any]:
    """Compares beam search and greedy decoding with word-by-word translation, by BLEU.

    Args:
        run: has the options `cell`, `attention`, `width` and `length_penalty`.
        writer: the network.
        encoded: the pairs that it was trained on and is evaluated on.
        raw: the same pairs as people write them, the references of the detokenised score.
        train_seconds: wall-clock seconds of the training.
        data: name of the data in the result rows.
    Returns:
        the content of `metrics.json`.
    """
    source_symbols, symbols = encoded.source_symbols, encoded.target_symbols
    sizes = source_symbols.size, symbols.size
    dictionary, dictionary_seconds = timed(Dictionary, *encoded.ids["train"], *sizes)
    name = f"{run.options['cell']}_{run.options['attention']}"
    decoders = beam_and_greedy(
        name,
        writer.generator,
        lambda source: 2 * tf.shape(source)[1] + 10,
        width=run.options["width"],
        length_penalty=run.options["length_penalty"],
        input_signature=[tf.TensorSpec([None, None], tf.int32)],
    )
    size = writer.training.count_params()

    def evaluate(split):
        sources, (texts, references) = encoded.ids[split][0], encoded.texts[split]
        outputs = {key: decode_tokens(decode, symbols, sources) for key, decode in decoders.items()}
        translations = symbols.decode(dictionary.translate(sources[row]) for row in range(len(sources)))

        def scores(written):
            return {
                "bleu": bleu(written, references, tokenised=True),
                "detokenised_bleu": bleu(detokenise(written), getattr(raw, split).targets),
            }

        systems = {key: system(scores(written), size, train_seconds) for key, written in outputs.items()}
        systems["baseline:dictionary"] = system(scores(translations), dictionary.parameters, dictionary_seconds)
        examples = [
            {"given": texts[row], "written": outputs[name][row], "expected": references[row]}
            for row in random_rows(len(references), _EXAMPLES, run.seed)
        ]
        return systems, examples

    return report_splits(run, evaluate, data=data)
