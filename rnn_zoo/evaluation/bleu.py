"""bleu: how much of what was written stands in the references, by sacrebleu."""


def bleu(written, references, *, tokenised=False):
    """BLEU of a corpus, 0 to 100.

    Args:
        written: list of str.
        references: list of str, or of lists of str, several for each.
        tokenised: bool, compares the words between spaces as they are (sacrebleu's `tokenize="none"`), as the published
            rows of tokenised data sets do. False: sacrebleu tokenises both itself ("13a"), case does not count.
    Returns:
        float
    Raises:
        ValueError: not one reference (or list of them) each. ImportError: sacrebleu is not installed.
    Reference: Papineni et al. 2002; Post 2018, "A call for clarity in reporting BLEU scores".
    """
    try:
        import sacrebleu
    except ImportError as error:
        raise ImportError('BLEU needs sacrebleu: pip install "rnn-zoo[writing]"') from error
    if len(written) != len(references) or not written:
        raise ValueError(f"`references` must be one each of {len(written)} texts, got {len(references)}.")
    many = [[one] if isinstance(one, str) else list(one) for one in references]
    most = max(map(len, many))
    streams = [[each[place] if place < len(each) else None for each in many] for place in range(most)]
    options = {"tokenize": "none", "force": True} if tokenised else {"lowercase": True}
    return float(sacrebleu.corpus_bleu(list(written), streams, **options).score)
