"""token_nats: what the next tokens cost, over all tokens or over the frequent and a share of the rare."""

import math

import keras
from keras import ops


def token_nats(scores_of, vectors, bias, targets, *, often=None, share=1, seed=None):
    """The nats that it costs to foretell each token: the cross-entropy with the softmax of its score.

        L = log Z - s_t,    Z = sum over all v of exp s_v,    s_v = g E_v + b_v

    With `share` > 1, and ids in the order of frequency, Z is estimated: the tokens below `often` count once each; of
    the rare ones every `share`-th, from a place drawn for each call, counts `share` times; and the right token once.
    The estimate of Z has no bias, and little noise, as the frequent tokens hold most of Z; the products are a fraction.

    Args:
        scores_of: <float>[rows, dim], g.
        vectors: <float>[vocabulary_size, dim], E.
        bias: <float>[vocabulary_size], b.
        targets: <int>[rows], the tokens that came, t.
        often: int in [0, vocabulary_size), the tokens that always count, those of the lowest ids.
        share: int > 0, see above; 1 (default): all count.
        seed: `keras.random.SeedGenerator` of the places.

    Returns:
        <float>[rows].

    Reference: Bengio and Senécal 2003, "Quick training of probabilistic neural nets by importance sampling"; Botev et
        al. 2017, "Complementary sum sampling" (that the frequent are summed and the others drawn).
    """
    if share == 1:
        return _cross_entropy(targets, ops.matmul(scores_of, ops.transpose(vectors)) + bias)
    rare = vectors.shape[0] - often
    groups = -(-rare // share)
    padding = groups * share - rare
    place = keras.random.randint((), 0, share, dtype="int32", seed=seed)
    drawn = ops.take(ops.reshape(ops.pad(vectors[often:], [[0, padding], [0, 0]]), (groups, share, -1)), place, axis=1)
    # The zeros with which the rare are filled up to whole groups are no tokens.
    drawn_bias = ops.pad(bias[often:], [[0, padding]], constant_values=-1e9)
    drawn_bias = ops.take(ops.reshape(drawn_bias, (groups, share)), place, axis=1) + math.log(share)
    drawn_ids = often + place + share * ops.arange(groups, dtype="int32")

    counted = ops.concatenate([vectors[:often], drawn])
    scores = ops.matmul(scores_of, ops.transpose(counted)) + ops.concatenate([bias[:often], drawn_bias])
    right = ops.sum(scores_of * ops.take(vectors, targets, axis=0), axis=-1) + ops.take(bias, targets)
    # A rare token that is right stands in a column of its own, and not in that of the drawn too.
    is_rare = targets >= often
    ids = ops.concatenate([ops.full((often,), -1, dtype="int32"), drawn_ids])
    scores = ops.where(targets[:, None] == ids, -1e9, scores)
    scores = ops.concatenate([scores, ops.where(is_rare, right, -1e9)[:, None]], axis=1)
    return _cross_entropy(ops.where(is_rare, often + groups, targets), scores)


def _cross_entropy(targets, scores):
    # One operation of the backend, which makes the gradient in the same pass.
    return keras.ops.sparse_categorical_crossentropy(targets, scores, from_logits=True)
