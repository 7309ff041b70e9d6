import keras
import numpy as np

from rnn_zoo.layers.losses.token_loss import token_loss

SIZE, DIM, OFTEN, SHARE = 14, 3, 4, 3
RANDOM = np.random.default_rng(0)
OUTPUTS, VECTORS = RANDOM.normal(size=(SIZE, DIM)).astype("float32"), RANDOM.normal(size=(SIZE, DIM)).astype("float32")
BIAS = RANDOM.normal(size=SIZE).astype("float32")
TARGETS = np.arange(SIZE, dtype="int32")
SCORES = OUTPUTS @ VECTORS.T + BIAS


def test_all_tokens_give_the_cross_entropy():
    loss = keras.ops.convert_to_numpy(token_loss(OUTPUTS, VECTORS, BIAS, TARGETS))
    np.testing.assert_allclose(loss, np.log(np.exp(SCORES).sum(axis=1)) - np.diag(SCORES), rtol=1e-5)


def test_sampling_estimates_the_partition_function():
    """By hand for each offset: the mean of the estimates is the sum over all tokens."""
    others = np.exp(SCORES) * (1 - np.eye(SIZE))
    by_offset = {}
    for offset in range(SHARE):
        sampled = np.arange(OFTEN + offset, SIZE, SHARE)
        by_offset[offset] = (
            others[:, :OFTEN].sum(axis=1) + SHARE * others[:, sampled].sum(axis=1) + np.exp(np.diag(SCORES))
        )
    np.testing.assert_allclose(np.mean(list(by_offset.values()), axis=0), np.exp(SCORES).sum(axis=1), rtol=1e-5)

    seed, found = keras.random.SeedGenerator(1), set()
    for _ in range(12):
        loss = token_loss(
            *map(keras.ops.convert_to_tensor, (OUTPUTS, VECTORS, BIAS, TARGETS)), often=OFTEN, share=SHARE, seed=seed
        )
        sums = np.exp(keras.ops.convert_to_numpy(loss) + np.diag(SCORES))
        (offset,) = [offset for offset, expected in by_offset.items() if np.allclose(sums, expected, rtol=1e-4)]
        found.add(offset)
    assert found == set(range(SHARE))
