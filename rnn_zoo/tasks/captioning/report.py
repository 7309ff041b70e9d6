"""The report of a captioning network: BLEU beside the captions of similar images, and a page of pictures."""

from typing import Any

from rnn_zoo.generation.bleu import bleu
from rnn_zoo.generation.decode import beam_and_greedy, decode_vectors
from rnn_zoo.generation.report import random_rows, report_splits, system, timed
from rnn_zoo.run import Run
from rnn_zoo.tasks.captioning.baselines import neighbour_captions
from rnn_zoo.tasks.captioning.encoding import EncodedCaptions
from rnn_zoo.topologies.writer import Writer

_EXAMPLES = 40


def report_captions(
    run: Run, writer: Writer, encoded: EncodedCaptions, train_seconds: float, *, data: str
) -> dict[str, Any]:
    """Compares beam search and greedy decoding with the captions of similar images, by BLEU.

    Args:
        run: has the options `cell`, `max_length`, `width`, `length_penalty` and `neighbours`.
        writer: the network.
        encoded: the images and captions that it was trained on and is evaluated on.
        train_seconds: wall-clock seconds of the training.
        data: name of the data in the result rows.
    Returns:
        the content of `metrics.json`.
    """
    options = run.options
    of_cells = " cells" * (encoded.features.ndim == 3)  # other features of the same images, for the baselines too
    name = f"caption_{options['cell']}{of_cells}"
    search = {"width": options["width"], "length_penalty": options["length_penalty"]}
    decoders = beam_and_greedy(name, writer.generator, options["max_length"], **search)
    baselines = {"nearest_image": 1, f"consensus_of_{options['neighbours']}": options["neighbours"]}
    size, known = writer.training.count_params(), encoded.of_images("train")

    def evaluate(split):
        images, references = encoded.of_images(split), encoded.captions[split]

        def scores(captions):
            return {"bleu": bleu(captions, references, tokenised=True)}

        written = {key: decode_vectors(decode, encoded.symbols, images) for key, decode in decoders.items()}
        systems = {key: system(scores(captions), size, train_seconds) for key, captions in written.items()}
        for key, count in baselines.items():
            captions, seconds = timed(neighbour_captions, known, encoded.captions["train"], images, count)
            systems[f"baseline:{key}{of_cells}"] = system(scores(captions), None, seconds)
        examples = [
            {
                "given": encoded.images[split][row],
                "written": written[name][row],
                "expected": " / ".join(references[row]),
            }
            for row in random_rows(len(images), _EXAMPLES, run.seed)
        ]
        return systems, examples

    return report_splits(run, evaluate, data=data)
