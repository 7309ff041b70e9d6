"""Trains word vectors on unlabelled text, with gensim."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from rnn_zoo.checks import positive_integer
from rnn_zoo.files import atomic_file
from rnn_zoo.files.cleaning import Cleaning
from rnn_zoo.files.tables import text_lines
from rnn_zoo.text.spelling import normalize_word
from rnn_zoo.text.word_split import split_words

_CHUNK = 1_024  # lines split at a time


def train_vectors(
    texts: str | Path | Sequence[str],
    to: str | Path,
    *,
    dim: int = 100,
    epochs: int = 5,
    min_count: int = 2,
    window: int = 5,
    seed: int = 0,
) -> int:
    """Trains skip-gram vectors on texts and writes them as word2vec text.

    Words are split by `split_words` and normalised as in `Spelling`, so that `word_vectors.load` finds them.

    Args:
        texts: list of texts; or the path of a UTF-8 file with a sentence or a paragraph per line; .gz is unpacked.
        to: file to write, atomically.
        dim: width of a vector, > 0.
        epochs: passes over the text, > 0.
        min_count: words that occur less often get no vector, > 0.
        window: words on either side that are predicted, > 0.
        seed: seed of the training, on one core, so that equal text gives equal vectors.
    Returns:
        the number of words with a vector.
    Raises:
        ImportError: gensim is not installed.
        FileNotFoundError: there is no such file.
        ValueError: an argument is out of its range, or no word occurs `min_count` times.
    Reference: Mikolov et al. 2013, "Distributed representations of words and phrases and their compositionality".
    """
    for name, value in (("dim", dim), ("epochs", epochs), ("min_count", min_count), ("window", window)):
        positive_integer(name, value)
    lines = texts if isinstance(texts, list) else None
    if lines is None and not Path(str(texts)).is_file():
        raise FileNotFoundError(f"there is no file {texts}, which should hold unlabelled text.")
    try:
        from gensim.models import Word2Vec
    except ImportError as error:
        raise ImportError('Word vectors need gensim: pip install "rnn-zoo[vectors]".') from error
    if lines is None:
        lines = [line.rstrip("\r\n") for line in text_lines(Path(str(texts)), Cleaning())]
    sentences = list(_sentences(lines))
    options = {"vector_size": dim, "window": window, "min_count": min_count, "seed": seed, "epochs": epochs}
    try:
        vectors = Word2Vec(sentences, sg=1, workers=1, **options).wv
    except RuntimeError as error:  # gensim's error for an empty vocabulary
        where = "`texts` hold" if isinstance(texts, list) else f"{texts} holds"
        raise ValueError(f"{where} no word that occurs {min_count} times; give more text.") from error
    with atomic_file(to) as file:
        file.write(f"{len(vectors)} {dim}\n")
        file.writelines(
            f"{word} {' '.join(f'{value:.5g}' for value in vectors[word])}\n" for word in vectors.index_to_key
        )
    return len(vectors)


def _sentences(lines: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(lines), _CHUNK):
        for words in split_words(lines[start : start + _CHUNK])[0].to_list():
            yield [normalize_word(word.decode("utf-8")) for word in words]
