import keras
import numpy as np
import pytest
from helpers import needs_tensorflow

from rnn_zoo import NextToken, Recurrent, Tokens, one_to_many
from rnn_zoo.layers import StreamLoss

SIZE, ROWS = 11, 2
RANDOM = np.random.default_rng(0)
IDS = RANDOM.integers(1, SIZE, (ROWS, 9)).astype("int32")
NEW, CONTINUES = np.zeros((ROWS, 1), "float32"), np.ones((ROWS, 1), "float32")


@pytest.fixture(scope="module")
def writer():
    recurrence = Recurrent("lstm", 4, seed=1)
    return one_to_many(Tokens(SIZE, 3, seed=1), recurrence, NextToken(SIZE, tied=True), seed=1)


def loss_of(layer, ids, continues, **options):
    return keras.ops.convert_to_numpy(layer([ids[:, :-1], ids[:, 1:], continues], **options))


def expected(writer, ids):
    scores = writer.training(ids[:, :-1], training=False)
    return keras.ops.convert_to_numpy(keras.losses.sparse_categorical_crossentropy(ids[:, 1:], scores, True))


def test_chunks_equal_the_whole_text(writer):
    layer = StreamLoss(writer.generator.decoder, ROWS)
    whole = loss_of(layer, IDS, NEW)
    np.testing.assert_allclose(whole, expected(writer, IDS), atol=1e-5)
    chunks = [loss_of(layer, IDS[:, :5], NEW), loss_of(layer, IDS[:, 4:], CONTINUES)]
    np.testing.assert_allclose(np.concatenate(chunks, axis=1), whole, atol=1e-5)
    np.testing.assert_allclose(loss_of(layer, IDS, NEW), whole, atol=1e-5)  # a new text resets the states


@needs_tensorflow
def test_a_training_step_updates_the_weights(writer):
    decoder = writer.generator.decoder
    layer = StreamLoss(decoder, ROWS, often=4, share=3, seed=1)
    inputs = [keras.Input(batch_shape=(ROWS, None), dtype="int32") for _ in range(2)]
    inputs.append(keras.Input(batch_shape=(ROWS, 1)))
    model = keras.Model(inputs, layer(inputs))
    assert len(model.trainable_variables) == len(decoder.trainable_variables)
    before = [keras.ops.convert_to_numpy(variable) for variable in decoder.trainable_variables]
    model.compile("adam", loss=lambda target, output: output)
    model.train_on_batch([IDS[:, :-1], IDS[:, 1:], NEW], np.zeros((ROWS, 8)))
    for variable, old in zip(decoder.trainable_variables, before, strict=True):
        assert np.any(keras.ops.convert_to_numpy(variable) != old), variable.path
        variable.assign(old)


@needs_tensorflow
def test_a_saved_model_predicts_the_same(writer, tmp_path):
    inputs = [keras.Input(batch_shape=(ROWS, None), dtype="int32") for _ in range(2)]
    inputs.append(keras.Input(batch_shape=(ROWS, 1)))
    model = keras.Model(inputs, StreamLoss(writer.generator.decoder, ROWS, often=4, share=3, seed=1)(inputs))
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    given = [IDS[:, :-1], IDS[:, 1:], NEW]
    np.testing.assert_allclose(again(given), model(given), atol=1e-6)


@pytest.mark.parametrize("often", [-1, SIZE, True])
def test_bad_arguments(writer, often):
    with pytest.raises(ValueError, match=r"`often` must be an integer in \[0, 11\)"):
        StreamLoss(writer.generator.decoder, ROWS, often=often)


def test_the_head_must_be_tied():
    writer = one_to_many(Tokens(SIZE, 3), Recurrent("gru", 4), NextToken(SIZE))
    with pytest.raises(ValueError, match="with a tied head"):
        StreamLoss(writer.generator.decoder, ROWS)
