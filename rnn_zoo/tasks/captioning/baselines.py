"""neighbour_captions: captions of similar images, the baseline of captioning."""

from collections.abc import Sequence

import numpy as np

from rnn_zoo.checks import positive_integer


def neighbour_captions(
    known: np.ndarray, captions: Sequence[Sequence[str]], images: np.ndarray, neighbours: int = 1
) -> list[str]:
    """Of all captions of the most similar known images, the one most similar to the others.

        caption = argmax over c of sum over c' of cos(tfidf(c), tfidf(c')),    c, c' captions of the nearest images

    Args:
        known: <float>[known, ...], features of the known images.
        captions: the captions of each known image.
        images: <float>[images, ...], features of the images to describe.
        neighbours: > 0, number of nearest images, by the cosine between features.
    Returns:
        one caption per image.
    Reference: Devlin et al. 2015, "Exploring nearest neighbor approaches for image captioning" (by BLEU, CIDEr).
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    count = min(positive_integer("neighbours", neighbours), len(known))
    texts = [text for each in captions for text in each]
    ends = np.cumsum([0, *map(len, captions)])
    vectors = TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"\S+", dtype=np.float32).fit_transform(texts)
    similarity = _directions(images) @ _directions(known).T
    nearest = np.argpartition(-similarity, count - 1, axis=1)[:, :count]
    found = []
    for neighbourhood in nearest:
        rows = np.concatenate([np.arange(ends[image], ends[image + 1]) for image in neighbourhood])
        near = vectors[rows]
        consensus = np.asarray(near @ np.asarray(near.sum(axis=0)).T).ravel()
        found.append(texts[rows[consensus.argmax()]])
    return found


def _directions(features):
    flat = np.reshape(features, (len(features), -1)).astype("float32")
    return flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-12)
