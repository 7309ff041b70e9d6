"""Pre-trained word vectors from word2vec and GloVe files."""

import gzip
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from rnn_zoo.files.reading import plain_file, reading
from rnn_zoo.text.vocabulary import Vocabulary


def load(path: str | Path, vocabulary: Vocabulary, dim: int | None = None, seed: int = 0) -> np.ndarray:
    """Loads vectors for the words of a vocabulary; prints how many of them the file has.

    Reads word2vec text and binary files and GloVe text, each also as .gz; the format is detected from the content. A
    word is looked up unchanged, then as "Word", then as "WORD", since the vocabulary is in lower case and some files
    are not. Words that the file lacks get normal noise with the mean and standard deviation of the others; padding gets
    zeros.

    Args:
        path: the file.
        vocabulary: the words.
        dim: dimension that the file must have; None accepts any.
        seed: seed of the noise.
    Returns:
        <float32>[vocabulary.size, dim]
    Raises:
        ImportError: gensim is not installed.
        FileNotFoundError: there is no such file.
        ValueError: the file has another format, another dimension, or none of the words.
    """
    vectors = _read(Path(path))
    if dim is not None and dim != vectors.vector_size:
        raise ValueError(f"`dim` is {dim}, but {path} holds vectors of {vectors.vector_size}: pass that, or None.")
    matrix = np.zeros((vocabulary.size, vectors.vector_size), "float32")
    known = np.zeros(vocabulary.size, bool)
    for index, word in enumerate(vocabulary.words[2:], start=2):
        spelling = next((form for form in _letter_cases(word) if form in vectors.key_to_index), None)
        if spelling is not None:
            matrix[index] = vectors[spelling]
            known[index] = True
    words = vocabulary.size - 2
    print(f"word vectors: {path} has {known.sum():,} of {words:,} words ({known.sum() / words:.1%})")
    if not known.any():
        raise ValueError(f"{path} has none of the {words:,} words of the vocabulary: is it in another language?")
    found = matrix[known]
    missing = ~known
    missing[0] = False
    noise = np.random.default_rng(seed).standard_normal((missing.sum(), vectors.vector_size), "float32")
    matrix[missing] = found.mean(axis=0) + noise * found.std(axis=0)
    return matrix


def known(path: str | Path, words: Iterable[str]) -> list[str]:
    """The words that a file has vectors for, sorted, so that a vocabulary can include them.

    Words are looked up as by `load`, which also describes the errors.
    """
    has = _read(Path(path)).key_to_index
    return sorted(word for word in set(words) if any(form in has for form in _letter_cases(word.lower())))


def _letter_cases(word: str) -> tuple[str, str, str]:
    return word, word.capitalize(), word.upper()


def _read(path: Path) -> Any:
    try:
        from gensim.models import KeyedVectors
    except ImportError as error:
        raise ImportError('Word vectors need gensim: pip install "rnn-zoo[vectors]".') from error
    plain_file(path, "word vectors")
    with reading(path, "a word2vec or GloVe file", "Download it again."):
        has_header, binary = _sniff(path)
        vectors = KeyedVectors.load_word2vec_format(str(path), binary=binary, no_header=not has_header)
    if not vectors.vectors.size or not np.isfinite(vectors.vectors).all():
        size = " x ".join(map(str, vectors.vectors.shape))
        raise ValueError(f"{path} must hold vectors of finite numbers, got {size} numbers, some NaN or infinite.")
    return vectors


def _sniff(path: Path) -> tuple[bool, bool]:
    """(has the header line "words dimension", is binary)."""
    opener: Any = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rb") as file:
        first = file.readline(100_000).split()
        second = file.readline(100_000)
    header = len(first) == 2 and first[0].isdigit() and first[1].isdigit()
    if not header:
        if len(first) < 2:
            raise ValueError("its first line holds no vector.")
        return False, False
    return True, not _is_text(second, int(first[1]))


def _is_text(line: bytes, dim: int) -> bool:
    try:
        return len([float(number) for number in line.decode("utf-8").split()[-dim:]]) == dim
    except ValueError:
        return False
