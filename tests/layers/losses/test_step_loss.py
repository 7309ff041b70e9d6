import keras
import numpy as np
import pytest
from helpers import needs_tensorflow

from rnn_zoo import Labels, NextToken, Recurrent, Tokens, Vectors, one_to_many
from rnn_zoo.layers import Chords, StepLoss

RANDOM = np.random.default_rng(0)
STEPS = RANDOM.integers(0, 2, (2, 5, 3)).astype("float32")
PREVIOUS = np.concatenate([np.zeros((2, 1, 3), "float32"), STEPS[:, :-1]], axis=1)


@needs_tensorflow
def test_padding_has_no_loss_and_every_weight_learns():
    writer = one_to_many(Vectors(3, mask_value=-1.0), Recurrent("gru", 4), Chords(3, 8), seed=1)
    inputs = [keras.Input((None, 3)), keras.Input((None, 3))]
    model = keras.Model(inputs, StepLoss(writer.generator.decoder)(inputs))
    loss = keras.ops.convert_to_numpy(model([PREVIOUS, STEPS]))
    padded = PREVIOUS.copy()
    padded[0, 3:] = -1.0
    shorter = keras.ops.convert_to_numpy(model([padded, STEPS]))
    np.testing.assert_allclose(shorter[0, :3], loss[0, :3], rtol=1e-5)
    assert (shorter[0, 3:] == 0).all() and (loss > 0).all()
    before = [keras.ops.convert_to_numpy(variable) for variable in writer.training.trainable_variables]
    model.compile("adam", loss=lambda target, output: output)
    model.train_on_batch([PREVIOUS, STEPS], np.zeros((2, 5)))
    for variable, old in zip(writer.training.trainable_variables, before, strict=True):
        assert np.any(keras.ops.convert_to_numpy(variable) != old), variable.path


def test_independent_keys_have_the_binary_cross_entropy():
    writer = one_to_many(Vectors(3, mask_value=-1.0), Recurrent("gru", 4), Labels(3), seed=1)
    loss = keras.ops.convert_to_numpy(StepLoss(writer.generator.decoder)([PREVIOUS, STEPS]))
    probability = keras.ops.convert_to_numpy(writer.training(PREVIOUS))
    expected = -(STEPS * np.log(probability) + (1 - STEPS) * np.log(1 - probability)).sum(axis=-1)
    np.testing.assert_allclose(loss, expected, rtol=1e-4)


def test_the_head_must_predict_keys():
    writer = one_to_many(Tokens(5, 3), Recurrent("gru", 4), NextToken(5))
    with pytest.raises(ValueError, match="with a head that predicts keys"):
        StepLoss(writer.generator.decoder)
