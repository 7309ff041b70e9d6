"""Word vectors that others trained, as the initial matrix of a front."""

import gzip
from pathlib import Path

import numpy as np


def load(path, vocabulary, dim=None, seed=0):
    """Vectors for the words of a vocabulary; prints how many of them the file has.

    Reads word2vec text and binary files and GloVe text, each also as .gz; the content tells which, not the name. A
    word is looked up as it is, then as "Word", then as "WORD", since the vocabulary is in lower case and some files
    are not. Words the file lacks get normal noise with the mean and deviation of those it has; padding gets zeros.

    Args:
        path: the file.
        vocabulary: Vocabulary.
        dim: int, the dimension the file must have; None takes what it has.
        seed: int, of the noise.
    Returns:
        <float32>[vocabulary.size, dim]
    Raises:
        ImportError: gensim is not installed.
        FileNotFoundError: there is no such file.
        ValueError: it is not such a file, has another dimension, or none of the words.
    """
    vectors = _read(Path(path))
    if dim is not None and dim != vectors.vector_size:
        raise ValueError(f"`dim` is {dim}, but {path} holds vectors of {vectors.vector_size}: pass that, or None.")
    matrix = np.zeros((vocabulary.size, vectors.vector_size), "float32")
    known = np.zeros(vocabulary.size, bool)
    for index, word in enumerate(vocabulary.words[2:], start=2):
        spelling = next((one for one in _spellings(word) if one in vectors.key_to_index), None)
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


def known(path, words):
    """Which of some words a file has, so that a vocabulary can hold them: iterable of str -> sorted list of str.

    A word is looked for as `load` looks for that of a vocabulary. Errors as of `load`.
    """
    has = _read(Path(path)).key_to_index
    return sorted(word for word in set(words) if any(one in has for one in _spellings(word.lower())))


def _spellings(word):
    return word, word.capitalize(), word.upper()


def _read(path):
    try:
        from gensim.models import KeyedVectors
    except ImportError as error:
        raise ImportError('Word vectors need gensim: pip install "rnn-zoo[vectors]".') from error
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}, which should hold word vectors.")
    try:
        has_header, binary = _sniff(path)
        return KeyedVectors.load_word2vec_format(str(path), binary=binary, no_header=not has_header)
    except (ValueError, EOFError, OSError) as error:
        raise ValueError(f"{path} is not a word2vec or GloVe file: {error}") from error


def _sniff(path):
    """(starts with the line "words dimension", is binary)."""
    with (gzip.open if path.suffix == ".gz" else open)(path, "rb") as file:
        first = file.readline(100_000).split()
        second = file.readline(100_000)
    header = len(first) == 2 and first[0].isdigit() and first[1].isdigit()
    if not header:
        if len(first) < 2:
            raise ValueError("its first line holds no vector.")
        return False, False
    return True, not _is_text(second, int(first[1]))


def _is_text(line, dim):
    try:
        return len([float(number) for number in line.decode("utf-8").split()[-dim:]]) == dim
    except ValueError:
        return False
