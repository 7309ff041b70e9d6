import numpy as np
import pytest
from helpers import run_layer_test
from keras import ops

from rnn_zoo.layers import Tokens

IDS = np.array([[2, 3, 4, 1], [5, 2, 0, 0], [0, 0, 0, 0]], "int32")


def test_layer_contract():
    run_layer_test(
        Tokens,
        {"vocabulary_size": 6, "dim": 3, "word_dropout": 0.2, "dropout": 0.2, "seed": 1},
        input_data=IDS,
        expected_output_shape=(3, 4, 3),
        not_in_config=["vectors"],
    )


def test_padding_is_masked():
    np.testing.assert_array_equal(Tokens(6, 3).compute_mask(ops.convert_to_tensor(IDS)), IDS != 0)
    assert Tokens(6, 3)(IDS)._keras_mask is not None


def test_input_has_any_length():
    symbolic = Tokens(6, 3).make_input()
    assert symbolic.shape == (None, None)
    assert symbolic.dtype == "int32"


def test_word_dropout_replaces_tokens_but_not_padding():
    tokens = Tokens(50, 2, word_dropout=0.5, vectors=np.arange(100).reshape(50, 2), seed=3)
    ids = np.tile(np.arange(50, dtype="int32"), (40, 1))
    seen = ops.convert_to_numpy(tokens(ids, training=True))[..., 0] // 2
    replaced = seen != ids
    assert (seen[replaced] == 1).all()
    assert not replaced[:, 0].any()
    assert 0.45 < replaced[:, 2:].mean() < 0.55
    np.testing.assert_array_equal(ops.convert_to_numpy(tokens(ids, training=False))[..., 0] // 2, ids)


def test_dropout_drops_the_same_features_at_every_step():
    tokens = Tokens(6, 40, dropout=0.5, vectors=np.ones((6, 40)), seed=3)
    outputs = ops.convert_to_numpy(tokens(IDS, training=True))
    np.testing.assert_array_equal(outputs, outputs[:, :1].repeat(4, axis=1))
    assert 0.3 < (outputs == 0).mean() < 0.7


def test_vectors_are_the_initial_embeddings():
    vectors = np.random.default_rng(0).normal(size=(6, 3)).astype("float32")
    np.testing.assert_array_equal(Tokens(6, 3, vectors=vectors)(IDS), vectors[IDS])


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"vocabulary_size": 0}, "`vocabulary_size` must be a positive integer, got 0"),
        ({"vocabulary_size": 1}, "`vocabulary_size` must be at least 2"),
        ({"dim": 2.5}, "`dim` must be a positive integer, got 2.5"),
        ({"word_dropout": 1}, "`word_dropout`"),
        ({"dropout": "half"}, "`dropout`"),
        ({"vectors": np.zeros((3, 6))}, r"`vectors` must have shape \(6, 3\), got \(3, 6\)"),
    ],
)
def test_errors_name_the_argument(kwargs, message):
    with pytest.raises(ValueError, match=message):
        Tokens(**{"vocabulary_size": 6, "dim": 3, **kwargs})
