"""Verdict: sentences that say whether a classifier beats its baselines and whether it reads word order."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.stats import binomtest

from rnn_zoo.types import Tensor


def verdict(labels: Tensor, answers: Mapping[str, Tensor], systems: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Compares the first system with the most accurate of the others.

    The exact McNemar test says whether a difference in accuracy could be chance: of the examples that only one of the
    two gets right, each would get half by chance.

    Args:
        labels: <int>[examples].
        answers: {name: <float>[examples, classes]}, the model first.
        systems: {name: scores as in `metrics.json`}, in the same order.

    Returns:
        sentences: the comparison, the log loss, the order test.

    Reference: McNemar 1947, "Note on the sampling error of the difference between correlated proportions".
    """
    model, *others = systems
    sentences = []
    if others:
        rival = max(others, key=lambda name: systems[name]["accuracy"])
        sentences.append(_comparison(labels, answers, systems, model, rival))
        best = min(others, key=lambda name: systems[name]["log_loss"])
        ours, theirs = systems[model]["log_loss"], systems[best]["log_loss"]
        how = "better than" if ours < theirs else "worse than" if ours > theirs else "as good as"
        sentences.append(
            f"Its probabilities are {how} the best baseline's: log loss {ours:.4f} against {theirs:.4f} ({best})."
        )
    else:
        sentences.append(f"No baseline was run: the accuracy of {model} has nothing to be compared with.")
    if systems[model]["order"]:
        sentences.append(_order(model, systems))
    return sentences


def _comparison(labels: Tensor, answers: Any, systems: Any, model: str, rival: str) -> str:
    right, rival_right = (answers[name].argmax(axis=1) == labels for name in (model, rival))
    only_model, only_rival = int(np.sum(right & ~rival_right)), int(np.sum(rival_right & ~right))
    scores = f"{systems[model]['accuracy']:.2%} against {systems[rival]['accuracy']:.2%}"
    if only_model == only_rival:
        return f"{model} and {rival}, the best baseline, are equally accurate: {scores}."
    chance = binomtest(only_model, only_model + only_rival).pvalue
    points = 100 * abs(only_model - only_rival) / len(labels)
    won = only_model > only_rival
    gap = f"{points:.2f} points, {abs(only_model - only_rival):,} examples of {len(labels):,}"
    probability = "p < 0.001" if chance < 0.001 else f"p = {chance:.2g}"
    if chance > 0.05:
        side = "ahead of" if won else "behind"
        return (
            f"{model} is not shown to differ from the best baseline, {rival}: {scores}, {gap} {side} it, "
            f"which could be chance ({probability})."
        )
    verb = "beats" if won else "LOSES to"
    end = "" if won else " On this data the baseline is the better model."
    return f"{model} {verb} the best baseline, {rival}: {scores}, by {gap} ({probability}).{end}"


def _order(model: str, systems: Any) -> str:
    order = systems[model]["order"]
    apart, pairs = round(order["different"] * order["pairs"]), order["pairs"]
    if not apart:
        return f"{model} gives both orders of all {pairs} pairs the same answer: it does not read word order."
    text = f"It distinguishes {apart} of {pairs} word-order pairs"
    if "ordered_right" in order:
        count = order["sentiment_pairs"]
        right, wrong = (round(order[key] * count) for key in ("ordered_right", "ordered_wrong"))
        chance = binomtest(right, right + wrong, alternative="greater").pvalue if right + wrong else 1.0
        text += f" and ranks {right} of {count} sentiment pairs correctly ({wrong} the wrong way round)"
        if chance > 0.05:
            text += ", which could be chance" if right > wrong else ", no better than chance"
    blind = [name for name in systems if name != model and systems[name]["order"]["largest_difference"] == 0]
    seeing = [name for name in systems if name != model and name not in blind]
    if blind:
        text += f"; {', '.join(blind)} {'distinguishes' if len(blind) == 1 else 'distinguish'} none"
    if seeing:
        counts = [f"{name} distinguishes {round(systems[name]['order']['different'] * pairs)}" for name in seeing]
        text += f"; {', '.join(counts)} by neighbouring words"
    return text + "."
