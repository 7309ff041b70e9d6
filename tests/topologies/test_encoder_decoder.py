import keras
import numpy as np
import pytest
from helpers import needs_tensorflow, one_backend, run_model_test, save_and_load

from rnn_zoo.layers import Characters, NextToken, OneHot, Recurrent, Tokens
from rnn_zoo.topologies import Writer, encoder_decoder

SOURCE = np.array([[4, 5, 6, 2, 3], [5, 2, 0, 0, 0], [0, 0, 0, 0, 0]], "int32")
PREVIOUS = np.array([[2, 4, 5, 3], [2, 5, 0, 0], [2, 0, 0, 0]], "int32")
TARGETS = np.array([[4, 5, 3, 3], [5, 3, 0, 0], [3, 0, 0, 0]], "int32")


@needs_tensorflow  # on JAX the whole model takes a minute to compile; test_decoder.py holds its parts there
@pytest.mark.parametrize(
    ("encoder", "recurrence", "options"),
    [
        (Recurrent("gru", 3, bidirectional=True), Recurrent("lstm", 4), {"attention": "additive"}),
        (Recurrent("vanilla", 3), Recurrent("gru", [4, 5]), {"dropout": 0.2, "sampling": 0.5, "name": "named"}),
    ],
    ids=["additive", "multiplicative"],
)
def test_promises_of_a_model(encoder, recurrence, options):
    writer = encoder_decoder(Tokens(7, 3), encoder, Tokens(6, 3), recurrence, NextToken(6, tied=True), **options)
    assert writer.training.compiled
    assert writer.training.name == options.get("name", writer.training.name)
    run_model_test(writer.training, [SOURCE, PREVIOUS], (3, 4, 6), targets=TARGETS)
    # More padding on either side changes nothing.
    writer = Writer(save_and_load(writer.training))
    predicted = writer.training([SOURCE, PREVIOUS], training=False)
    padded = [np.pad(ids, [(0, 0), (0, 2)]) for ids in (SOURCE, PREVIOUS)]
    np.testing.assert_allclose(writer.training(padded, training=False)[:, :4], predicted, atol=1e-5)
    # The generator of a loaded model writes with its weights.
    scores, state = writer.generator.start(PREVIOUS[:, :1], SOURCE)
    np.testing.assert_allclose(scores, predicted[:, 0], atol=1e-5)
    scores, _ = writer.generator.step(PREVIOUS[:1, 1], keras.tree.map_structure(lambda part: part[:1], state))
    np.testing.assert_allclose(scores[0], predicted[0, 1], atol=1e-5)
    assert tuple(writer.generator.attention(PREVIOUS, SOURCE).shape) == (3, 4, 5)


def test_states_are_handed_over_by_name():
    writer = encoder_decoder(
        Tokens(7, 3), Recurrent("lstm", 4), OneHot(6), Recurrent("lstm", 4), NextToken(6), attention=None
    )
    read = writer.generator.encoder(SOURCE)["states"]
    begun = writer.generator.decoder.initial_state(writer.generator.encoder(SOURCE))["states"]
    assert sorted(begun) == ["layer_0/forward/c", "layer_0/forward/h"]
    for name, state in begun.items():
        np.testing.assert_array_equal(state, read[name])


@one_backend
def test_both_sides_may_read_with_the_same_vectors():
    """One vocabulary for both languages: its front is one layer still once the model is loaded."""
    front = Tokens(7, 3)
    writer = encoder_decoder(front, Recurrent("gru", 4), front, Recurrent("gru", 4), NextToken(7, tied=True))
    loaded = Writer(save_and_load(writer.training))
    assert loaded.generator.decoder.front is loaded.generator.encoder.front
    assert loaded.training.count_params() == writer.training.count_params()
    np.testing.assert_allclose(loaded.training([SOURCE, PREVIOUS]), writer.training([SOURCE, PREVIOUS]), atol=1e-6)


def test_errors_name_the_argument():
    parts = {"encoder": Recurrent("gru", 4), "recurrence": Recurrent("gru", 4), "head": NextToken(6)}
    with pytest.raises(ValueError, match=r"`source_front` must have a `make_input`.*Embedding has none"):
        encoder_decoder(keras.layers.Embedding(6, 3), front=Tokens(6, 3), **parts)
    with pytest.raises(ValueError, match=r"`source_front` must have one input.*Characters has words and letters"):
        encoder_decoder(Characters(6, 3, ["a"]), front=Tokens(6, 3), **parts)
    with pytest.raises(ValueError, match="`recurrence` must be another layer than `encoder`, got 'both' for both"):
        both = Recurrent("gru", 4, name="both")
        encoder_decoder(Tokens(7, 3), front=Tokens(6, 3), **{**parts, "encoder": both, "recurrence": both})
    writer = encoder_decoder(Tokens(7, 3), front=Tokens(6, 3), attention=None, **parts)
    with pytest.raises(ValueError, match="no attention; build it with"):
        writer.generator.attention(PREVIOUS, SOURCE)
    with pytest.raises(ValueError, match="`training` must be a model that one_to_many or encoder_decoder built"):
        Writer(keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)]))
