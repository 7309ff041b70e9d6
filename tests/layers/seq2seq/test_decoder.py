import keras
import numpy as np
import pytest
from helpers import assert_config_round_trip, needs_tensorflow, one_backend, random_inputs
from keras import ops

from rnn_zoo.layers import Decoder, Encoder, NextToken, OneHot, Recurrent, Tokens, Vectors, register_cell
from rnn_zoo.layers.recurrent import registry as cell_registry

PREVIOUS = np.array([[2, 4, 5, 3], [2, 5, 0, 0], [0, 0, 0, 0]], "int32")
SOURCE = np.array([[4, 5, 6], [5, 0, 0], [0, 0, 0]], "int32")
# The cells are tested on JAX elsewhere; each takes ten seconds to compile here.
CELLS = ["vanilla", "lstm", "gru", "min_gru", "min_lstm"] if keras.backend.backend() == "tensorflow" else ["lstm"]


def encoder(cell="gru"):
    return Encoder(Tokens(7, 3), Recurrent(cell, 4, bidirectional=True))


def decoder(cell="gru", **options):
    return Decoder(Tokens(6, 3), Recurrent(cell, 4), NextToken(6), **options)


def numpy(tensor):
    return ops.convert_to_numpy(tensor)


@pytest.mark.parametrize("cell", CELLS)
def test_step_by_step_equals_all_at_once(cell):
    """For every cell, with bridge and attention, for padded and empty rows."""
    source, layer = encoder(cell)(SOURCE), decoder(cell, attention="multiplicative")
    at_once = numpy(layer(PREVIOUS, source, training=False))
    assert np.isfinite(at_once).all()
    prediction, state = layer.predict_next(PREVIOUS[:, :2], layer.initial_state(source))
    np.testing.assert_allclose(prediction[:2], at_once[:2, 1], atol=1e-5)
    prediction, state = layer.predict_next(PREVIOUS[:, 2:3], state)
    np.testing.assert_allclose(prediction[0], at_once[0, 2], atol=1e-5)
    prediction, _ = layer.predict_next(PREVIOUS[:, 3:4], state)
    np.testing.assert_allclose(prediction[0], at_once[0, 3], atol=1e-5)
    assert np.isfinite(numpy(prediction)).all()


@one_backend
@pytest.mark.parametrize(("encoder_cell", "decoder_cell"), [("own", "lstm"), ("gru", "own")])
def test_a_custom_cell_passes_states_with_other_names(encoder_cell, decoder_cell, monkeypatch):
    monkeypatch.setattr(cell_registry, "CELLS", dict(cell_registry.CELLS))
    register_cell("own", keras.layers.SimpleRNN, states=("s",))
    source, layer = encoder(encoder_cell)(SOURCE), decoder(decoder_cell)
    at_once = numpy(layer(PREVIOUS, source, training=False))
    state = layer.initial_state(source)
    assert sorted(state["states"]) == sorted(layer.recurrence.state_names)
    assert all(numpy(array)[:2].any() for array in state["states"].values())
    prediction, _ = layer.predict_next(PREVIOUS[:, :2], state)
    np.testing.assert_allclose(prediction[:2], at_once[:2, 1], atol=1e-5)


@pytest.mark.parametrize("kind", ["additive", "multiplicative"])
def test_attention_weights_are_returned_on_request(kind):
    layer = decoder(attention=kind)
    prediction, weights = layer(PREVIOUS, encoder()(SOURCE), return_attention=True)
    assert tuple(prediction.shape) == (3, 4, 6) and tuple(weights.shape) == (3, 4, 3)
    np.testing.assert_allclose(numpy(weights).sum(axis=2), [[1] * 4, [1] * 4, [0] * 4], atol=1e-6)


def test_the_source_may_be_a_vector_or_a_memory():
    vector, cells = random_inputs((3, 5)), random_inputs((3, 2, 5))
    layer = decoder()
    assert not np.allclose(layer(PREVIOUS, vector), layer(PREVIOUS, vector + 1))
    assert tuple(layer(PREVIOUS, cells).shape) == (3, 4, 6)
    _, weights = decoder(attention="multiplicative")(PREVIOUS, cells, return_attention=True)
    np.testing.assert_allclose(numpy(weights).sum(axis=2), 1, atol=1e-6)


@needs_tensorflow
def test_full_sampling_equals_free_running():
    """With as many passes as steps, all inputs are the network's own predictions."""
    plain, source = decoder("lstm"), encoder()(SOURCE)
    plain(PREVIOUS, source)
    for number, weight in enumerate(plain.trainable_variables):
        weight.assign(2 * random_inputs(tuple(weight.shape), seed=number))
    sampled = decoder("lstm", sampling=1, sampling_passes=4)
    sampled(PREVIOUS, source)
    for weight, given in zip(sampled.trainable_variables, plain.trainable_variables, strict=True):
        weight.assign(given)
    # Only row 0 has four steps; here its inputs are generated one step at a time.
    source = keras.tree.map_structure(lambda part: part[:1], source)
    prediction, state = plain.predict_next(PREVIOUS[:1, :1], plain.initial_state(source))
    expected = [numpy(prediction)[0]]
    for _ in range(3):
        token = expected[-1][1:].argmax() + 1  # padding is never predicted
        prediction, state = plain.predict_next(np.array([[token]], "int32"), state)
        expected.append(numpy(prediction)[0])
    np.testing.assert_allclose(sampled(PREVIOUS[:1], source, training=True)[0], expected, atol=1e-4)
    # One pass makes one step exact; outside of training the inputs are the true steps.
    sampled.sampling_passes = 1
    np.testing.assert_allclose(sampled(PREVIOUS[:1], source, training=True)[0, :2], expected[:2], atol=1e-4)
    given = sampled(PREVIOUS[:1], source, training=False)
    np.testing.assert_allclose(given, plain(PREVIOUS[:1], source), atol=1e-5)


@one_backend
def test_sampling_rises_with_training_steps():
    layer = decoder(sampling=1.0, sampling_steps=2)
    layer(PREVIOUS)
    first = layer(PREVIOUS, training=True)
    np.testing.assert_allclose(first, layer(PREVIOUS, training=False), atol=1e-6)
    layer(PREVIOUS, training=True)
    assert int(layer.steps_trained) == 2
    assert not np.allclose(layer(PREVIOUS, training=True), first)


@one_backend
def test_predictions_are_float32_under_mixed_precision():
    keras.config.set_dtype_policy("mixed_bfloat16")
    source, layer = encoder()(SOURCE), decoder("lstm", attention="additive")
    prediction, weights = layer(PREVIOUS, source, return_attention=True)
    assert keras.backend.standardize_dtype(source["memory"].dtype) == "bfloat16"
    assert keras.backend.standardize_dtype(prediction.dtype) == "float32"
    assert np.isfinite(numpy(prediction)).all()
    np.testing.assert_allclose(numpy(weights).sum(axis=2)[:2], 1, atol=1e-2)
    assert all(weight.dtype == "float32" for weight in layer.trainable_variables)


def test_configuration():
    options = {"attention": "additive", "dropout": 0.1, "sampling": 0.5, "sampling_steps": 3, "seed": 1}
    parts = {"front": Tokens(6, 3), "recurrence": Recurrent("gru", 4, return_state=True), "head": NextToken(6)}
    config = Decoder(**parts, **options).get_config()
    assert Decoder.from_config(dict(config)).get_config() == config
    assert set(options) < set(config)
    assert_config_round_trip(Encoder, {"front": OneHot(5), "recurrence": Recurrent("gru", 4, return_state=True)})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"recurrence": Recurrent("gru", 4, bidirectional=True)}, "`recurrence` must run forwards only"),
        ({"recurrence": keras.layers.GRU(4)}, "`recurrence` must be a `Recurrent`.*got GRU"),
        ({"recurrence": Recurrent("gru", 4, return_sequences=False)}, "return_sequences=True"),
        ({"attention": "dot"}, "`attention` must be one of"),
        ({"sampling": 2}, "`sampling` must be a number"),
        (
            {"front": Vectors(3), "sampling": 0.5},
            "`sampling` must be 0 if the front does not read tokens, got 0.5 with Vectors",
        ),
        ({"front": OneHot(5, name="front")}, "`front` must know every token.*vocabulary_size=5 in 'front' and 6 in"),
        ({"attention": "additive"}, "`attention` must be None if the source has no steps"),
        ({"front": OneHot(6), "head": NextToken(6, tied=True)}, "`head` must not be tied .* as OneHot"),
    ],
)
def test_errors_name_the_argument(options, message):
    parts = {"front": Tokens(6, 3), "recurrence": Recurrent("gru", 4), "head": NextToken(6), **options}
    with pytest.raises(ValueError, match=message):
        Decoder(**parts)(PREVIOUS)
