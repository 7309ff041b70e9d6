"""Scores of tags: of names as conlleval counts them, and of single words."""

import numpy as np
from nervaluate import Evaluator
from sklearn.metrics import precision_recall_fscore_support

from rnn_zoo.text.tag_scheme import spans_of

_KEYS = ("precision", "recall", "f1")


def tag_scores(gold, predicted, scheme):
    """Scores predicted tags against the true ones.

        precision = right names / predicted names,  recall = right names / true names,  F1 = 2 p r / (p + r)

    A name is right where its first word, its last and its type are; tags that the scheme forbids are read as conlleval
    reads them.

    Args:
        gold, predicted: list of lists of str, the tags of each sentence; some may be empty.
        scheme: "BIO", "BIOES", "IOB1", or "plain", which has no names: then F1 is of each tag.

    Returns:
        dict that JSON can hold: `words`, `accuracy` (the share of words with the right tag), `per_type`
        {type or tag: {precision, recall, f1, support}}; with names `precision`, `recall`, `f1` over all of them and
        their number `names`, else `macro_f1` over the tags that are there.

    Raises:
        ValueError: the sentences differ in number or in length, or hold no word.

    Reference: Tjong Kim Sang and De Meulder 2003, section 2.3.
    """
    gold, predicted = list(gold), list(predicted)
    lengths = [[len(tags) for tags in part] for part in (gold, predicted)]
    if lengths[0] != lengths[1]:
        wrong = next((n for n, pair in enumerate(zip(*lengths, strict=False)) if pair[0] != pair[1]), "their number")
        raise ValueError(f"`predicted` must hold a tag for each tag of `gold`; the sentences differ at {wrong}.")
    flat_gold, flat_predicted = ([tag for tags in part for tag in tags] for part in (gold, predicted))
    if not flat_gold:
        raise ValueError("`gold` must hold one word at least, got none.")
    right = np.array([one == other for one, other in zip(flat_gold, flat_predicted, strict=True)])
    scores = {"words": len(flat_gold), "accuracy": float(right.mean())}
    if scheme == "plain":
        tags = sorted(set(flat_gold))
        columns = precision_recall_fscore_support(flat_gold, flat_predicted, labels=tags, zero_division=0.0)
        per_type = {
            tag: {**{key: float(one) for key, one in zip(_KEYS, row, strict=False)}, "support": int(row[-1])}
            for tag, row in zip(tags, zip(*columns, strict=True), strict=True)
        }
        return {**scores, "macro_f1": float(np.mean(columns[2])), "per_type": per_type}
    spans = [[_as_dicts(spans_of(tags, scheme)) for tags in part] for part in (gold, predicted)]
    types = sorted({span["label"] for part in spans for sentence in part for span in sentence})
    if not types:
        return {**scores, **dict.fromkeys(_KEYS, 0.0), "names": 0, "per_type": {}}
    found = Evaluator(*spans, tags=types, loader="dict").evaluate()
    per_type = {kind: _numbers(found["entities"][kind]["strict"], "support") for kind in types}
    return {**scores, **_numbers(found["overall"]["strict"], "names"), "per_type": per_type}


def _as_dicts(spans):
    return [{"label": kind, "start": start, "end": end - 1} for start, end, kind in spans]


def _numbers(result, support):
    return {**{key: float(getattr(result, key)) for key in _KEYS}, support: int(result.possible)}
