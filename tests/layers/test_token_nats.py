import keras
import numpy as np

from rnn_zoo.layers.token_nats import token_nats

SIZE, DIM, OFTEN, SHARE = 14, 3, 4, 3
RANDOM = np.random.default_rng(0)
GUESSES, VECTORS = RANDOM.normal(size=(SIZE, DIM)).astype("float32"), RANDOM.normal(size=(SIZE, DIM)).astype("float32")
BIAS = RANDOM.normal(size=SIZE).astype("float32")
TARGETS = np.arange(SIZE, dtype="int32")
SCORES = GUESSES @ VECTORS.T + BIAS


def test_over_all_tokens_it_is_the_cross_entropy():
    nats = keras.ops.convert_to_numpy(token_nats(GUESSES, VECTORS, BIAS, TARGETS))
    np.testing.assert_allclose(nats, np.log(np.exp(SCORES).sum(axis=1)) - np.diag(SCORES), rtol=1e-5)


def test_drawing_estimates_the_sum_of_what_is_not_right():
    """By hand for each place that can be drawn: the mean of the estimates is the sum over all tokens."""
    others = np.exp(SCORES) * (1 - np.eye(SIZE))
    by_place = {}
    for place in range(SHARE):
        drawn = np.arange(OFTEN + place, SIZE, SHARE)
        by_place[place] = others[:, :OFTEN].sum(axis=1) + SHARE * others[:, drawn].sum(axis=1) + np.exp(np.diag(SCORES))
    np.testing.assert_allclose(np.mean(list(by_place.values()), axis=0), np.exp(SCORES).sum(axis=1), rtol=1e-5)

    seed, found = keras.random.SeedGenerator(1), set()
    for _ in range(12):
        nats = token_nats(GUESSES, VECTORS, BIAS, TARGETS, often=OFTEN, share=SHARE, seed=seed)
        sums = np.exp(keras.ops.convert_to_numpy(nats) + np.diag(SCORES))
        (place,) = [place for place, expected in by_place.items() if np.allclose(sums, expected, rtol=1e-4)]
        found.add(place)
    assert found == set(range(SHARE))
