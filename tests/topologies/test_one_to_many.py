import keras
import numpy as np
import pytest
from helpers import needs_tensorflow, one_backend, random_inputs, run_model_test, save_and_load

from rnn_zoo.layers import Labels, NextToken, OneHot, Recurrent, Tokens, Vectors
from rnn_zoo.topologies import Writer, one_to_many

PREVIOUS = np.array([[2, 4, 5, 3], [2, 5, 0, 0], [0, 0, 0, 0]], "int32")
TARGETS = np.array([[4, 5, 3, 3], [5, 3, 0, 0], [0, 0, 0, 0]], "int32")


def test_a_language_model():
    writer = one_to_many(OneHot(6), Recurrent("lstm", 4), NextToken(6), dropout=0.2)
    predicted = run_model_test(writer.training, PREVIOUS, (3, 4, 6), targets=TARGETS)
    assert np.isfinite(predicted).all()
    predicted = writer.training.predict(PREVIOUS, verbose=0)
    # From a seed of several steps, those of two rows of unlike length side by side.
    scores, _ = writer.generator.start(PREVIOUS)
    np.testing.assert_allclose(scores[:2], [predicted[0, 3], predicted[1, 1]], atol=1e-5)
    assert np.isfinite(keras.ops.convert_to_numpy(scores)).all()


@needs_tensorflow
def test_from_an_image():
    """Any layers may make the source, here a convolution; the cells of its picture can be looked at."""
    image = keras.Input((6, 6, 1), name="image")
    cells = keras.layers.Reshape((4, 2))(keras.layers.Conv2D(2, 3, 3)(image))
    writer = one_to_many(Tokens(6, 3), Recurrent("gru", 4), NextToken(6), source=cells, attention="additive")
    inputs = [random_inputs((3, 6, 6, 1)), PREVIOUS]
    writer = Writer(save_and_load(writer.training))
    scores, _ = writer.generator.start(PREVIOUS[:, :1], inputs[0])
    np.testing.assert_allclose(scores[:2], writer.training.predict(inputs, verbose=0)[:2, 0], atol=1e-5)


def vector_and_image():
    image = keras.layers.Flatten()(keras.Input((2, 2), name="image"))
    return keras.layers.Concatenate()([keras.Input((3,), name="source"), image])


@one_backend
@pytest.mark.parametrize(
    "make_source",
    [
        lambda: keras.Input((3,), name="source"),
        lambda: keras.layers.Identity(name="source")(keras.Input((3,), name="vector")),  # as models had it before
        vector_and_image,
    ],
    ids=["input", "layer", "several"],
)
def test_a_source_is_found_whatever_its_name(make_source):
    training = one_to_many(OneHot(6), Recurrent("gru", 4), NextToken(6), source=make_source()).training
    read = [random_inputs((3, *given.shape[1:])) for given in training.inputs[:-1]]
    generator = Writer(save_and_load(training)).generator
    scores, _ = generator.start(PREVIOUS[:, :1], read if len(read) > 1 else read[0])
    np.testing.assert_allclose(scores[:2], training([*read, PREVIOUS])[:2, 0], atol=1e-5)
    for place, part in enumerate(read):  # each counts
        other = [*read[:place], part + 1, *read[place + 1 :]]
        assert not np.allclose(generator.start(PREVIOUS[:, :1], other if len(other) > 1 else other[0])[0], scores)


@one_backend
def test_several_keys_at_a_step():
    """Vectors in, labels out: the keys of a piano."""
    steps = (random_inputs((2, 5, 3)) > 0).astype("float32")
    writer = one_to_many(Vectors(3, mask_value=-1.0), Recurrent("gru", 4), Labels(3))
    predicted = writer.training.predict(steps, verbose=0)
    assert (predicted > 0).all() and (predicted < 1).all()
    chances, state = writer.generator.start(steps[:, :4])
    chances, _ = writer.generator.step(steps[:, 4], state)
    np.testing.assert_allclose(chances, predicted[:, 4], atol=1e-5)


def test_a_plain_head_leaves_it_uncompiled():
    assert not one_to_many(Tokens(6, 3), Recurrent("gru", 4), keras.layers.Dense(6)).training.compiled
    with pytest.raises(ValueError, match=r"`front` must have a `make_input`.*Embedding has none"):
        one_to_many(keras.layers.Embedding(6, 3), Recurrent("gru", 4), NextToken(6))
