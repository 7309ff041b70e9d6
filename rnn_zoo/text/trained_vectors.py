"""Word vectors trained on one's own unlabelled text, by gensim."""

import gzip
from pathlib import Path

from rnn_zoo.checks import positive_integer
from rnn_zoo.files import atomic_file
from rnn_zoo.text.spelling import plain
from rnn_zoo.text.word_split import split_words

_CHUNK = 1_024  # lines split at a time


def train_vectors(texts, to, *, dim=100, epochs=5, min_count=2, window=5, seed=0):
    """Trains skip-gram vectors on texts and writes them as word2vec text.

    Words are split as `split_words` does and folded as `Spelling` does, so that `word_vectors.load` finds them.

    Args:
        texts: list of str; or the path of a UTF-8 file with a sentence or a paragraph a line; .gz is unpacked.
        to: file to write, atomically.
        dim: int > 0, the width of a vector.
        epochs: int > 0, passes over the text.
        min_count: int > 0, words seen less often get no vector.
        window: int > 0, words on either side that are predicted.
        seed: int; one core, so that equal text gives equal vectors.
    Returns:
        int, the number of words that got a vector.
    Raises:
        ImportError: gensim is not installed.
        FileNotFoundError: there is no such file.
        ValueError: an argument is out of its range, or no word is there `min_count` times.
    Reference: Mikolov et al. 2013, "Distributed representations of words and phrases and their compositionality".
    """
    for name, value in (("dim", dim), ("epochs", epochs), ("min_count", min_count), ("window", window)):
        positive_integer(name, value)
    given = isinstance(texts, list)
    if not given and not Path(texts).is_file():
        raise FileNotFoundError(f"there is no file {texts}, which should hold unlabelled text.")
    try:
        from gensim.models import Word2Vec
    except ImportError as error:
        raise ImportError('Word vectors need gensim: pip install "rnn-zoo[vectors]".') from error
    sentences = list(_sentences(texts if given else _lines(Path(texts))))
    options = {"vector_size": dim, "window": window, "min_count": min_count, "seed": seed, "epochs": epochs}
    try:
        vectors = Word2Vec(sentences, sg=1, workers=1, **options).wv
    except RuntimeError as error:  # gensim's word for an empty vocabulary
        where = "`texts` hold" if given else f"{texts} holds"
        raise ValueError(f"{where} no word that is there {min_count} times; give more text.") from error
    with atomic_file(to) as file:
        file.write(f"{len(vectors)} {dim}\n")
        file.writelines(f"{word} {' '.join(f'{one:.5g}' for one in vectors[word])}\n" for word in vectors.index_to_key)
    return len(vectors)


def _lines(path):
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8", newline="\n") as file:
        return [line.rstrip("\n") for line in file]


def _sentences(lines):
    for start in range(0, len(lines), _CHUNK):
        for words in split_words(lines[start : start + _CHUNK])[0].to_list():
            yield [plain(word.decode("utf-8")) for word in words]
