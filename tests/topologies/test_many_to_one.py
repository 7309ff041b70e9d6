import keras
import numpy as np
import pytest
from helpers import needs_tensorflow, one_backend, random_inputs, run_model_test, save_and_load

from rnn_zoo import training
from rnn_zoo.layers import (
    Classes,
    InstanceNorm,
    Labels,
    NGramEvidence,
    NGrams,
    OneHot,
    Quantiles,
    Recurrent,
    Segmented,
    Tokens,
    Values,
    Vectors,
)
from rnn_zoo.topologies import many_to_one

IDS = np.array([[2, 3, 4, 5], [4, 3, 2, 0], [2, 0, 0, 0], [0, 0, 0, 0]], "int32")


@pytest.mark.parametrize(
    ("front", "recurrence", "head", "options"),
    [
        (Tokens(6, 3), Recurrent("lstm", 4, bidirectional=True), Classes(3), {"pooling": "last"}),
        (OneHot(6), Recurrent("vanilla", 4, depth=2), Labels(3), {"pooling": ("max", "mean"), "dropout": 0.2}),
        (Tokens(6, 3), Recurrent("gru", 4, bidirectional=True, merge="sum"), Values(3), {"pooling": "attention"}),
        (Tokens(6, 3), Recurrent("gru", 4), Classes(3), {"pooling": "max", "name": "named"}),
    ],
    ids=["classes", "labels", "values", "named"],
)
def test_promises_of_a_model(front, recurrence, head, options):
    model = many_to_one(front, recurrence, head, **options)
    assert model.compiled
    assert model.name == options.get("name", model.name)
    run_model_test(model, IDS, (4, 3))


@one_backend
def test_vectors_with_a_mask_value():
    inputs = random_inputs((2, 5, 3))
    inputs[1, 2:] = 0
    model = many_to_one(Vectors(3, mask_value=0.0), Recurrent("gru", 4), Values(2))
    run_model_test(model, inputs, (2, 2))
    np.testing.assert_allclose(model(inputs, training=False)[1:], model(inputs[1:, :2], training=False), atol=1e-6)


@one_backend
def test_more_padding_changes_no_prediction():
    pooling = ("last", "max", "mean", "attention")
    model = many_to_one(Tokens(6, 3), Recurrent("lstm", 4, depth=2, bidirectional=True), Classes(2), pooling=pooling)
    padded = np.pad(IDS, [(0, 0), (0, 6)])
    np.testing.assert_allclose(model.predict(padded, verbose=0), model(IDS, training=False), atol=1e-6)


def test_last_reads_each_direction_where_it_ends():
    recurrence = Recurrent("gru", 4, bidirectional=True)
    front, head = Tokens(6, 3), Values(2)
    model = many_to_one(front, recurrence, head)
    ends = Recurrent("gru", 4, bidirectional=True, return_sequences=False)
    ends.build((None, None, 3))
    ends.set_weights(recurrence.get_weights())
    np.testing.assert_allclose(model.predict(IDS, verbose=0), head(ends(front(IDS))), atol=1e-6)


@pytest.mark.parametrize("pooling", ["last", "max", "mean"])
def test_it_reads_the_order_of_the_steps(pooling):
    model = many_to_one(Tokens(6, 3), Recurrent("gru", 4), Values(1), pooling=pooling)
    one, other = keras.ops.convert_to_numpy(model(np.array([[2, 3, 4], [4, 3, 2]], "int32"), training=False))
    assert not np.allclose(one, other)


def with_evidence(head):
    evidence = NGramEvidence(3, 6, sizes=[4, 4], min_count=1)
    return evidence, many_to_one(Tokens(6, 3), Recurrent("gru", 4), head, evidence=evidence)


@one_backend
@pytest.mark.parametrize("head", [Classes, Values])
def test_evidence_counts_half_once_trained(head):
    evidence, model = with_evidence(head(3))
    untouched = keras.ops.convert_to_numpy(model(IDS, training=True))
    evidence.adapt([[2, 3], [3, 2], [4]], [0, 1, 2])
    scores = keras.ops.convert_to_numpy(evidence(IDS))
    assert np.abs(scores).max() > 0.1
    np.testing.assert_allclose(keras.ops.convert_to_numpy(model(IDS, training=True)), untouched, atol=1e-6)
    expected = (untouched + scores) / 2
    if head is Classes:  # the geometric mean of two distributions
        expected = np.sqrt(untouched * np.exp(scores))
        expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(model.predict(IDS, verbose=0), expected, atol=1e-5)


@one_backend
@pytest.mark.parametrize("adapted", [False, True])
def test_promises_of_a_model_with_evidence(adapted):
    evidence, model = with_evidence(Classes(3))
    if adapted:
        evidence.adapt([[2, 3], [3, 2], [4]], [0, 1, 2])
    run_model_test(model, IDS, (4, 3))
    np.testing.assert_allclose(
        model(np.pad(IDS, [(0, 0), (0, 3)]), training=False), model(IDS, training=False), atol=1e-6
    )


@one_backend
def test_evidence_is_float32_under_mixed_precision():
    keras.config.set_dtype_policy("mixed_bfloat16")
    evidence, model = with_evidence(Classes(3))
    evidence.adapt([[2, 3], [3, 2], [4]], [0, 1, 2])
    assert evidence.compute_dtype == "float32"
    assert model.output.dtype == "float32"
    run_model_test(model, IDS, (4, 3), rtol=1e-2, atol=1e-2)


@needs_tensorflow
@pytest.mark.parametrize("adapted", [False, True])
def test_a_saved_model_has_the_n_grams_and_the_evidence(tmp_path, adapted):
    import tensorflow as tf

    evidence, front = NGramEvidence(3, 6, sizes=[4, 4], min_count=1), NGrams(6, 3, sizes=[4], min_count=1)
    model = many_to_one(front, Segmented(Recurrent("gru", 4), 2), Classes(3), pooling="max", evidence=evidence)
    if adapted:
        training.adapt(model, [[2, 3], [3, 2], [4]], [0, 1, 2])
    expected = model.predict(IDS, verbose=0)
    # Loaded from `.keras` first, as an export does.
    save_and_load(model).export(tmp_path / "saved", verbose=False)
    served = tf.saved_model.load(str(tmp_path / "saved"))
    np.testing.assert_allclose(served.serve(IDS), expected, atol=1e-6)
    # One token, and an odd number of them.
    for time in (1, 3):
        np.testing.assert_allclose(served.serve(IDS[:1, :time]), model(IDS[:1, :time], training=False), atol=1e-6)


@one_backend
def test_any_layer_stands_for_front_recurrence_and_head():
    model = many_to_one(
        keras.layers.Embedding(6, 3, mask_zero=True),
        keras.layers.LSTM(4, return_sequences=True),
        keras.layers.Dense(2),
        inputs=keras.Input((None,), dtype="int32"),
    )
    assert not model.compiled
    run_model_test(model, IDS, (4, 2))


@one_backend
def test_prediction_is_float32_under_mixed_precision():
    keras.config.set_dtype_policy("mixed_bfloat16")
    model = many_to_one(Tokens(6, 3), Recurrent("lstm", 4, bidirectional=True), Classes(2), pooling=("max", "mean"))
    assert model.get_layer("pooling").compute_dtype == "bfloat16"
    assert model.output.dtype == "float32"
    run_model_test(model, IDS, (4, 2), rtol=1e-2, atol=1e-2)


def test_it_learns_the_order_of_two_words():
    """Which comes first: no pooling of the words alone can tell."""
    keras.utils.set_random_seed(1)
    ids = np.array([[2, 3, 0], [3, 2, 0], [4, 2, 3], [4, 3, 2]] * 8, "int32")
    model = many_to_one(Tokens(5, 8), Recurrent("gru", 8), Classes(2), optimizer=keras.optimizers.Adam(0.05))
    model.optimizer.build(model.trainable_variables)  # or Keras traces the step twice
    model.fit(ids, np.array([0, 1, 0, 1] * 8), epochs=15, verbose=0)
    assert model.evaluate(ids, np.array([0, 1, 0, 1] * 8), verbose=0, return_dict=True)["accuracy"] == 1


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ({"recurrence": Recurrent("gru", 4, return_sequences=False)}, {}, "return_sequences=True"),
        ({"recurrence": keras.layers.LSTM(4)}, {}, "return_sequences=True"),
        ({"recurrence": Recurrent("gru", 4, return_state=True)}, {}, "return_state=False"),
        ({"front": keras.layers.Embedding(6, 3)}, {}, "`inputs` must be given.*Embedding"),
        ({}, {"dropout": 1.5}, "`dropout`"),
        ({}, {"pooling": "middle"}, "`pooling` must be one of"),
        ({"recurrence": Recurrent("gru", 4, bidirectional=True, merge="sum")}, {}, "merge='sum'"),
        ({}, {"evidence": NGramEvidence(3, 6)}, "`evidence` must have 2 numbers, the `count` of the head, got 3"),
        (
            {"head": keras.layers.Dense(2)},
            {"evidence": NGramEvidence(2, 6)},
            "`evidence` must be None, because Dense takes no evidence",
        ),
    ],
)
def test_errors_name_the_argument_and_the_fix(arguments, options, message):
    parts = {"front": Tokens(6, 3), "recurrence": Recurrent("gru", 4), "head": Classes(2), **arguments}
    with pytest.raises(ValueError, match=message):
        many_to_one(*parts.values(), **options)


@one_backend
def test_what_a_front_took_out_comes_back_after_the_head():
    model = many_to_one(InstanceNorm(2, "last"), Recurrent("gru", 3, implementation="general"), Quantiles((4, 2)))
    inputs = random_inputs((2, 5, 2))
    moved = keras.ops.convert_to_numpy(model(inputs + 7) - model(inputs))
    np.testing.assert_allclose(moved, np.full((2, 4, 2, 3), 7), atol=1e-4)
