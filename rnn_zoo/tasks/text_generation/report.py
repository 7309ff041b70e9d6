"""The reports of language models: loss per character or perplexity per word, beside n-grams."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from rnn_zoo.generation.report import report_splits, system
from rnn_zoo.run import Run
from rnn_zoo.tasks.text_generation.baselines import ngram_models
from rnn_zoo.tasks.text_generation.continuations import rank_continuations, sample_continuation
from rnn_zoo.tasks.text_generation.models import stream_loss_model
from rnn_zoo.text import Streams, Symbols
from rnn_zoo.topologies.writer import Writer
from rnn_zoo.types import Model

CHARACTER_ORDERS = (5, 6)
WORD_ORDERS = (3, 4)


def report_characters(
    run: Run, writer: Writer, symbols: Symbols, ids: Mapping[str, np.ndarray], train_seconds: float
) -> dict[str, Any]:
    """Compares a language model of characters with n-grams, by the loss per character (nats).

    Args:
        run: has the options `data`, `cell`, `seed_text` and `temperature`.
        writer: the language model.
        symbols: its characters.
        ids: split -> <int32>[characters].
        train_seconds: wall-clock seconds of the training.
    Returns:
        the content of `metrics.json`.
    """
    options, network = run.options, writer.training
    sampling = {"temperature": options["temperature"], "seed": run.seed}
    written = sample_continuation(writer.generator, symbols, options["seed_text"], **sampling)
    ngrams = ngram_models(ids["train"], CHARACTER_ORDERS, symbols.size)

    def evaluate(split):
        scores = {"nats_per_character": loss_per_token(network, ids[split])}
        systems = {f"char_{options['cell']}": system(scores, network.count_params(), train_seconds)}
        for order, (model, seconds) in ngrams.items():
            scores = {"nats_per_character": float(-model.log_probabilities(ids[split]).mean())}
            systems[f"baseline:{order}_gram"] = system(scores, model.parameters, seconds)
        examples = [{"given": options["seed_text"], "written": written}] if split == run.split else []
        return systems, examples

    return report_splits(run, evaluate, data=options["data"], lower_is_better=["nats_per_character"])


def report_words(
    run: Run, writer: Writer, symbols: Symbols, ids: Mapping[str, np.ndarray], train_seconds: float, *, data: str
) -> dict[str, Any]:
    """Compares a language model of words with n-grams and with a mixture of both, by perplexity.

    Args:
        run: has the options `cell`, `seed_text`, `width` and `max_length`.
        writer: the language model.
        symbols: its words.
        ids: split -> <int32>[words].
        train_seconds: wall-clock seconds of the training.
        data: name of the data in the result rows.
    Returns:
        the content of `metrics.json`.
    """
    options, name = run.options, f"word_{run.options['cell']}"
    model, size = stream_loss_model(writer, rows=1), writer.training.count_params()
    network = {split: stream_log_probabilities(model, ids[split]) for split in run.splits}
    ngrams = ngram_models(ids["train"], WORD_ORDERS, symbols.size)
    highest, counting_seconds = ngrams[WORD_ORDERS[-1]]
    weight = best_weight(network["validation"], highest.log_probabilities(ids["validation"]))

    def evaluate(split):
        predictions = {order: model.log_probabilities(ids[split]) for order, (model, _) in ngrams.items()}
        mixture = mix(network[split], predictions[WORD_ORDERS[-1]], weight)
        systems = {
            name: _system(network[split], size, train_seconds),
            f"{name} + {WORD_ORDERS[-1]}_gram": _system(
                mixture, size + highest.parameters, train_seconds + counting_seconds
            ),
        }
        for order, (model, seconds) in ngrams.items():
            systems[f"baseline:{order}_gram"] = _system(predictions[order], model.parameters, seconds)
        return systems, completions() if split == run.split else []

    def completions():
        search = {"width": options["width"], "max_length": options["max_length"]}
        return [
            {"given": options["seed_text"], "written": text, "probability": f"{probability:.2%}"}
            for text, probability in rank_continuations(writer.generator, symbols, options["seed_text"], **search)
        ]

    report = report_splits(run, evaluate, data=data, lower_is_better=["perplexity"])
    print(f"Weight of the network in the mixture, chosen on the validation part: {weight:.2f}")
    return report


def loss_per_token(network: Model, ids: np.ndarray) -> float:
    """Mean loss (nats) of each id after the first, given all before it."""
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return float(loss(ids[None, 1:], network.predict(ids[None, :-1], verbose=0)))


def stream_log_probabilities(model: Model, ids: np.ndarray, length: int = 500) -> np.ndarray:
    """Log-probability (nats) of each id after the first, given all before it: <float32>[tokens - 1].

    Args:
        model: a `stream_loss_model` of one row.
        ids: <int32>[tokens].
        length: > 0, ids per chunk.
    """
    chunks = Streams(ids, 1, length)
    return -np.concatenate([model.predict_on_batch(list(chunks[place][0]))[0] for place in range(len(chunks))])


def mix(network: np.ndarray, ngrams: np.ndarray, weight: float) -> np.ndarray:
    """Log-probabilities of a mixture of two models; `weight` is that of the network."""
    with np.errstate(divide="ignore"):  # a weight of 0
        return np.logaddexp(np.log(weight) + network, np.log(1 - weight) + ngrams)


def best_weight(network: np.ndarray, ngrams: np.ndarray) -> float:
    """The weight of the network, in steps of 0.01, that gives the mixture of lowest perplexity."""
    weights = np.linspace(0, 1, 101)
    return float(weights[np.argmin([perplexity(mix(network, ngrams, weight)) for weight in weights])])


def perplexity(log_probabilities: np.ndarray) -> float:
    """The exponential of the mean loss per word (nats)."""
    return float(np.exp(-np.mean(log_probabilities, dtype="float64")))


def _system(log_probabilities, parameters, seconds):
    return system({"perplexity": perplexity(log_probabilities)}, parameters, seconds)
