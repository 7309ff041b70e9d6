"""neighbour_captions: the baseline of every model that describes images."""

import numpy as np

from rnn_zoo.checks import positive_integer


def neighbour_captions(known, captions, asked, neighbours=1):
    """A caption that the most similar of known images have: of all theirs, the one most like the others.

        caption = argmax over c of sum over c' of cos(tfidf(c), tfidf(c')),    c, c' captions of the nearest images

    Args:
        known: <float>[images, ...], features.
        captions: list of lists of str, those of each known image.
        asked: <float>[images, ...], features.
        neighbours: int > 0, images looked at, by the cosine between their features.
    Returns:
        list of str.
    Reference: Devlin et al. 2015, "Exploring nearest neighbor approaches for image captioning" (by BLEU, CIDEr).
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    count = min(positive_integer("neighbours", neighbours), len(known))
    texts = [text for each in captions for text in each]
    ends = np.cumsum([0, *map(len, captions)])
    vectors = TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"\S+", dtype=np.float32).fit_transform(texts)
    likeness = _directions(asked) @ _directions(known).T
    nearest = np.argpartition(-likeness, count - 1, axis=1)[:, :count]
    found = []
    for images in nearest:
        rows = np.concatenate([np.arange(ends[image], ends[image + 1]) for image in images])
        near = vectors[rows]
        likeness_to_all = np.asarray(near @ np.asarray(near.sum(axis=0)).T).ravel()
        found.append(texts[rows[likeness_to_all.argmax()]])
    return found


def _directions(features):
    flat = np.reshape(features, (len(features), -1)).astype("float32")
    return flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-12)
