import keras
import numpy as np
import pytest
from helpers import needs_tensorflow, one_backend, run_layer_test, run_model_test, save_and_load
from keras import ops

from rnn_zoo.layers import Classes, NGrams, Recurrent, Tokens
from rnn_zoo.topologies import many_to_one

IDS = np.array([[2, 3, 4, 5], [4, 2, 3, 0], [2, 0, 0, 0], [0, 0, 0, 0]], "int32")
TEXTS = [[2, 3, 4, 5], [4, 2, 3], [2], []]


def numpy(tensor):
    return ops.convert_to_numpy(tensor)


def adapted(**options):
    front = NGrams(6, 3, sizes=[4, 4], min_count=1, **options)
    front.build((None, None))
    front.adapt(TEXTS)
    return front


def test_layer_contract():
    options = {"vocabulary_size": 6, "dim": 3, "sizes": [4, 4], "ngram_dropout": 0.3, "word_dropout": 0.2, "seed": 1}
    # Without `adapt` no output uses the n-gram embeddings.
    unused = ("embeddings",)
    run_layer_test(
        NGrams,
        {**options, "dropout": 0.1},
        input_data=IDS,
        expected_output_shape=(4, 4, 3),
        not_in_config=("vectors",),
        no_gradient=unused,
    )


def test_is_tokens_before_adapt():
    front, tokens = NGrams(6, 3, sizes=[4]), Tokens(6, 3)
    front.build((None, None)), tokens.build((None, None))
    tokens.set_weights(front.embedding.get_weights())
    np.testing.assert_array_equal(numpy(front(IDS)), numpy(tokens(IDS)))
    np.testing.assert_array_equal(numpy(front.compute_mask(IDS)), IDS != 0)


def test_adds_the_embeddings_of_known_n_grams():
    front = adapted()
    words, pairs, triples = (numpy(layer.embeddings) for layer in (front.embedding, *front.ngram_embeddings))
    expected = words[IDS]
    # In order of their keys: 23, 34, 42, 45; then 23|4, 34|5, 42|3.
    for row, step, pair in [(0, 1, 1), (0, 2, 2), (0, 3, 4), (1, 1, 3), (1, 2, 1)]:
        expected[row, step] += pairs[pair]
    for row, step, triple in [(0, 2, 1), (0, 3, 2), (1, 2, 3)]:
        expected[row, step] += triples[triple]
    np.testing.assert_allclose(numpy(front(IDS)), expected, atol=1e-6)
    np.testing.assert_allclose(numpy(front(np.pad(IDS, [(0, 0), (0, 3)])))[:, :4], expected, atol=1e-6)


def test_adapt_before_the_first_call():
    front = NGrams(6, 3, sizes=[4], min_count=1)
    front.adapt(TEXTS, labels=None)
    front(IDS)
    assert numpy(front.index(IDS)[0]).any()


@one_backend
def test_ngram_dropout_drops_n_grams_in_training_only():
    front = adapted(ngram_dropout=0.5, seed=1)
    ids = np.tile(IDS[:1], (200, 1))
    np.testing.assert_array_equal(numpy(front(ids))[0], numpy(front(ids, training=False))[1])
    whole, trained = numpy(front(ids))[:, 1], numpy(front(ids, training=True))[:, 1]
    dropped = np.abs(trained - numpy(front.embedding(ids))[:, 1]).max(axis=1) < 1e-6
    kept = np.abs(trained - whole).max(axis=1) < 1e-6
    assert (dropped | kept).all()
    assert 0.35 < dropped.mean() < 0.65
    # Steps without an n-gram do not change.
    np.testing.assert_allclose(numpy(front(ids, training=True))[:, 0], numpy(front.embedding(ids))[:, 0])


@one_backend
@pytest.mark.parametrize("adapt_first", [False, True])
def test_model_contract_before_and_after_adapt(adapt_first):
    front = NGrams(6, 3, sizes=[4, 4], min_count=1, seed=1)
    model = many_to_one(front, Recurrent("gru", 2), Classes(2), pooling="max")
    before = model.predict(IDS, verbose=0)
    if adapt_first:
        front.adapt(TEXTS)
        assert not np.allclose(model.predict(IDS, verbose=0), before), "predict still reads the old tables"
    run_model_test(model, IDS, (4, 2))
    loaded = save_and_load(model).get_layer(front.name)
    for table, same in zip(front.index.tables, loaded.index.tables, strict=True):
        np.testing.assert_array_equal(numpy(table), numpy(same))
    assert (numpy(front.index.tables[0])[0] < 100) == adapt_first


@pytest.mark.filterwarnings("ignore:Layer .* does not have a `quantize`")
@needs_tensorflow
def test_quantized_models_load():
    front = adapted()
    model = many_to_one(front, Recurrent("gru", 2), Classes(2), pooling="max")
    for embedding in (front.embedding, *front.ngram_embeddings):
        embedding.quantize("int8")
    np.testing.assert_allclose(save_and_load(model).predict(IDS, verbose=0), model.predict(IDS, verbose=0), atol=1e-6)


def test_mixed_precision_reads_the_same_n_grams():
    keras.config.set_dtype_policy("mixed_bfloat16")
    front = adapted()
    assert keras.backend.standardize_dtype(front(IDS).dtype) == "bfloat16"
    assert numpy(front.index(IDS)[0]).tolist()[0] == [0, 1, 2, 4]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ngram_dropout": 1.0}, "`ngram_dropout`"),
        ({"sizes": [0]}, "`sizes`"),
        ({"min_count": 0}, "`min_count`"),
        ({"vocabulary_size": 1}, "`vocabulary_size` must be at least 2"),
    ],
)
def test_errors_name_the_argument(options, message):
    with pytest.raises(ValueError, match=message):
        NGrams(**{"vocabulary_size": 6, "dim": 3, **options})
