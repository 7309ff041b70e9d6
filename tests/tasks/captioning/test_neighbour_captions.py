import numpy as np

from rnn_zoo.tasks.captioning.baselines import neighbour_captions

KNOWN = np.array([[1.0, 0.0], [0.9, 0.1], [0.0, 1.0]])
CAPTIONS = [
    ["a big dog runs", "a dog runs", "a dog runs fast", "green"],
    ["the dog runs fast", "a dog runs fast"],
    ["a red car"],
]


def test_one_neighbour_gives_its_most_usual_caption():
    assert neighbour_captions(KNOWN, CAPTIONS, np.array([[5.0, 0.1], [0.0, 3.0]])) == ["a dog runs", "a red car"]


def test_several_neighbours_agree():
    (caption,) = neighbour_captions(KNOWN, CAPTIONS, np.array([[1.0, 0.0]]), neighbours=2)
    assert caption in ("a dog runs", "a dog runs fast")
    assert len(neighbour_captions(KNOWN, CAPTIONS, KNOWN, neighbours=9)) == 3
