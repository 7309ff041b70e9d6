"""bleu: n-gram overlap of generated texts with references, by sacrebleu."""

from collections.abc import Sequence
from typing import Any


def import_sacrebleu() -> Any:
    """The module sacrebleu. ImportError with the fix where it is not installed."""
    try:
        import sacrebleu
    except ImportError as error:
        raise ImportError('BLEU needs sacrebleu: pip install "rnn-zoo[writing]"') from error
    return sacrebleu


def bleu(written: Sequence[str], references: Sequence[str | Sequence[str]], *, tokenised: bool = False) -> float:
    """BLEU of a corpus, 0 to 100.

    Args:
        written: the generated texts.
        references: one reference, or a list of references, for each text.
        tokenised: compare the words between spaces unchanged (sacrebleu's `tokenize="none"`), as published results on
            tokenised data sets do. Default False: sacrebleu tokenises both ("13a") and ignores case.
    Raises:
        ValueError: there is not one reference (or list of them) per text. ImportError: sacrebleu is not installed.
    Reference: Papineni et al. 2002; Post 2018, "A call for clarity in reporting BLEU scores".
    """
    sacrebleu = import_sacrebleu()
    if len(written) != len(references) or not written:
        raise ValueError(f"`references` must be one each of {len(written)} texts, got {len(references)}.")
    many = [[one] if isinstance(one, str) else list(one) for one in references]
    most = max(map(len, many))
    streams = [[each[place] if place < len(each) else None for each in many] for place in range(most)]
    options: dict[str, Any] = {"tokenize": "none", "force": True} if tokenised else {"lowercase": True}
    return float(sacrebleu.corpus_bleu(list(written), streams, **options).score)
