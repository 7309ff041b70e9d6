"""token_loss: softmax cross-entropy over all tokens, or over the frequent ones and a sample of the rare."""

import math
from typing import Any

import keras
from keras import ops

from rnn_zoo.types import Tensor


def token_loss(
    scores_of: Tensor,
    vectors: Tensor,
    bias: Tensor,
    targets: Tensor,
    *,
    often: int | None = None,
    share: int = 1,
    seed: Any = None,
) -> Tensor:
    """Loss per token (nats): softmax cross-entropy of the target tokens.

        L = log Z - s_t,    Z = sum over all v of exp s_v,    s_v = g E_v + b_v

    With `share` > 1, and ids ordered by frequency, Z is estimated: each token below `often` counts once; of the rare
    ones every `share`-th, from an offset sampled for each call, counts `share` times; the target counts once. The
    estimate is unbiased, has little noise, because frequent tokens make up most of Z, and costs a fraction of the time.

    Args:
        scores_of: <float>[rows, dim], g, the outputs of the network.
        vectors: <float>[vocabulary_size, dim], E, the token embeddings.
        bias: <float>[vocabulary_size], b.
        targets: <int>[rows], t, the target tokens.
        often: int in [0, vocabulary_size), number of frequent tokens, which always count: those with the lowest ids.
        share: int > 0, see above; 1: all tokens count.
        seed: `keras.random.SeedGenerator` of the offsets.

    Returns:
        <float>[rows].

    Reference: Bengio and Senécal 2003, "Quick training of probabilistic neural nets by importance sampling"; Botev et
        al. 2017, "Complementary sum sampling" (frequent tokens summed, others sampled).
    """
    if share == 1:
        return _cross_entropy(targets, ops.matmul(scores_of, ops.transpose(vectors)) + bias)
    often = often or 0
    rare = vectors.shape[0] - often
    groups = -(-rare // share)
    padding = groups * share - rare
    offset = keras.random.randint((), 0, share, dtype="int32", seed=seed)
    sampled = ops.take(
        ops.reshape(ops.pad(vectors[often:], [[0, padding], [0, 0]]), (groups, share, -1)), offset, axis=1
    )
    # The padding of the last group is not a token.
    sampled_bias = ops.pad(bias[often:], [[0, padding]], constant_values=-1e9)
    sampled_bias = ops.take(ops.reshape(sampled_bias, (groups, share)), offset, axis=1) + math.log(share)
    sampled_ids = often + offset + share * ops.arange(groups, dtype="int32")

    counted = ops.concatenate([vectors[:often], sampled])
    scores = ops.matmul(scores_of, ops.transpose(counted)) + ops.concatenate([bias[:often], sampled_bias])
    target_scores = ops.sum(scores_of * ops.take(vectors, targets, axis=0), axis=-1) + ops.take(bias, targets)
    # A rare target has a column of its own; its column among the sampled tokens is masked.
    is_rare = targets >= often
    ids = ops.concatenate([ops.full((often,), -1, dtype="int32"), sampled_ids])
    scores = ops.where(targets[:, None] == ids, -1e9, scores)
    scores = ops.concatenate([scores, ops.where(is_rare, target_scores, -1e9)[:, None]], axis=1)
    return _cross_entropy(ops.where(is_rare, often + groups, targets), scores)


def _cross_entropy(targets, scores):
    # One fused operation of the backend, which computes the gradient in the same pass.
    return keras.ops.sparse_categorical_crossentropy(targets, scores, from_logits=True)
