"""The ONNX form of every model and layer answers as Keras does, on padded, empty and single rows."""

from pathlib import Path

import keras
import numpy as np
import pytest
from helpers import needs_tensorflow
from hypothesis import given
from hypothesis import strategies as st

import rnn_zoo
from rnn_zoo import create_model, list_models
from rnn_zoo.export.onnx.convert import CONVERTERS
from rnn_zoo.export.onnx.graph import Graph
from rnn_zoo.export.onnx.lookup import cuckoo_table, rows_of_keys
from rnn_zoo.export.onnx.model import model_to_onnx
from rnn_zoo.export.onnx.stream import stream_to_onnx
from rnn_zoo.export.onnx.tagger import tagger_to_onnx
from rnn_zoo.export.onnx.writer import encoder_to_onnx, step_to_onnx
from rnn_zoo.layers import (
    Characters,
    Classes,
    InstanceNorm,
    Labels,
    NextToken,
    OneHot,
    Recurrent,
    Segmented,
    Tags,
    TimePooling,
    Tokens,
    Vectors,
)
from rnn_zoo.layers.recurrent.registry import CELLS
from rnn_zoo.tasks.named_models import MODELS
from rnn_zoo.topologies import Stream

onnxruntime = pytest.importorskip("onnxruntime")
pytestmark = needs_tensorflow
FOLDERS = sorted(file.parent for file in (Path(__file__).parents[2] / "saved_models").glob("*/model.keras"))
LENGTHS = [7, 3, 0, 1]


def session(model):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model.SerializeToString(), options)


def input_for(tensor, rows, time, generator):
    """Random rows for an input, padded to different lengths if they are ids."""
    shape = [rows, time, 9, 4][: len(tensor.shape)]
    shape = [size or one for size, one in zip(tensor.shape, shape, strict=True)]
    if "int" not in tensor.dtype:
        return generator.uniform(0, 5, shape).astype("float32")
    if tensor.name == "times":
        return generator.integers(-(10**7), 3 * 10**7, shape).astype("int32")
    ids = generator.integers(1, 5, shape).astype("int32")
    if tensor.shape[1] is None:
        lengths = np.resize(np.minimum(LENGTHS, time), rows)
        ids[np.arange(time) >= lengths[:, None]] = 0
    return ids


def assert_same(model, rows=4, time=7, tolerance=1e-4):
    """ONNX Runtime answers as the model does."""
    generator = np.random.default_rng(0)
    inputs = {tensor.name: input_for(tensor, rows, time, generator) for tensor in model.inputs}
    structure = model._inputs_struct
    asked = inputs if isinstance(structure, dict) else [inputs[tensor.name] for tensor in model.inputs]
    expected = keras.tree.flatten(model(asked[0] if len(asked) == 1 and asked is not inputs else asked, training=False))
    unit = max(1, *(number for layer in model.layers for number in getattr(layer, "deviation", ())), 1)
    for found, wanted in zip(session(model_to_onnx(model)).run(None, inputs), expected, strict=True):
        assert np.isfinite(found).all()
        np.testing.assert_allclose(found, np.asarray(wanted), rtol=tolerance, atol=tolerance * unit)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_exported_model(folder):
    model = keras.saving.load_model(folder / "model.keras", compile=False)
    for rows, time in ((4, 7), (1, 1)):
        assert_same(model, rows, time)


@pytest.mark.parametrize("name", list_models())
def test_every_named_model(name):
    keras.utils.set_random_seed(0)
    known = MODELS[name].__kwdefaults__
    model = create_model(name, **{option: 4 for option in ("units", "dim") if option in known})
    assert_same(model)


CELL_OPTIONS = [(cell, {}) for cell in sorted(CELLS)] + [
    ("vanilla", {"activation": "relu"}),
    ("vanilla", {"activation": "linear"}),
    ("gru", {"reset_after": False}),
    ("gru", {"use_bias": False}),
    ("lstm", {"use_bias": False}),
    ("lstm", {"recurrent_activation": "tanh"}),
]


@pytest.mark.parametrize(("cell", "options"), CELL_OPTIONS)
@pytest.mark.parametrize("bidirectional", [False, True])
def test_every_cell(cell, options, bidirectional):
    keras.utils.set_random_seed(0)
    if cell not in ("vanilla", "gru", "lstm", "min_gru", "min_lstm"):
        pytest.skip("registered by another test")
    ids = keras.Input((None,), dtype="int32", name="ids")
    shape = {"depth": 2, "bidirectional": bidirectional, "residual": True, "normalization": "layer"}
    outputs = Recurrent(cell, 3, **shape, **options)(Tokens(6, 4)(ids))
    assert_same(keras.Model(ids, outputs))


@pytest.mark.parametrize("cell", ["vanilla", "lstm", "gru", "min_gru", "min_lstm"])
@pytest.mark.parametrize("shape", [{"go_backwards": True}, {"bidirectional": True, "merge": "ave"}, {}])
def test_the_last_output_and_the_states(cell, shape):
    keras.utils.set_random_seed(0)
    ids = keras.Input((None,), dtype="int32", name="ids")
    recurrence = Recurrent(cell, 3, return_sequences=False, return_state=True, **shape)
    last, states = recurrence(Tokens(6, 4)(ids))
    second, _ = Recurrent(cell, 3, return_sequences=False, return_state=True, **shape)(
        Tokens(6, 4)(ids), initial_state=states
    )
    model = keras.Model(ids, [last, second])
    rows = np.array([[1, 2, 3], [4, 1, 0]], "int32")
    for found, wanted in zip(session(model_to_onnx(model)).run(None, {"ids": rows}), model(rows), strict=True):
        np.testing.assert_allclose(found, wanted, atol=1e-5)


@pytest.mark.parametrize("pooling", ["last", "max", "mean", "attention"])
@pytest.mark.parametrize("masked", [True, False])
def test_pooling(pooling, masked):
    keras.utils.set_random_seed(0)
    if masked:
        given = keras.Input((None,), dtype="int32", name="ids")
        steps = Tokens(6, 4)(given)
    else:
        given = steps = keras.Input((None, 4), name="steps")
    assert_same(keras.Model(given, TimePooling(pooling, backward_features=2)(steps)))


def test_segments():
    keras.utils.set_random_seed(0)
    ids = keras.Input((None,), dtype="int32", name="ids")
    model = keras.Model(ids, Segmented(Recurrent("gru", 3, bidirectional=True), 4)(Tokens(6, 4)(ids)))
    for time in (1, 4, 11):
        assert_same(model, time=time)


@pytest.mark.parametrize("kind", ["none", "last", "season", "revin"])
def test_normalised_windows(kind):
    past = keras.Input((9, 3), name="past")
    layer = InstanceNorm(3, kind, targets=2, season=3)
    outputs = layer.undo(keras.layers.Reshape((4, 2, 1))(layer(past)[:, 5:, :2]), past)
    assert_same(keras.Model(past, outputs))


def test_eight_bit_weights_stay_small_and_answer_as_keras_does():
    keras.utils.set_random_seed(0)
    model = rnn_zoo.many_to_one(Tokens(500, 64), Recurrent("gru", 8), Classes(3))
    whole = len(model_to_onnx(model).SerializeToString())
    model.quantize("int8")
    assert len(model_to_onnx(model).SerializeToString()) < whole / 2
    assert_same(model, tolerance=2e-3)


@pytest.mark.parametrize("crf", [True, False])
def test_tags_and_the_parts_of_the_scores_of_names(crf):
    keras.utils.set_random_seed(0)
    tags = ["O", "B-A", "I-A", "B-B", "I-B"]
    model = rnn_zoo.many_to_many(Characters(20, 4, list("abc")), Recurrent("gru", 3), Tags(tags, crf=crf))
    head = model.layers[-1]
    head.sequence.transitions.assign(np.random.default_rng(0).normal(size=(5, 5)) * crf)
    generator = np.random.default_rng(1)
    valid = np.arange(7) < np.array(LENGTHS)[:, None]
    words = np.where(valid, generator.integers(1, 20, valid.shape), 0).astype("int32")
    letters = np.where(valid[..., None], generator.integers(0, 5, (*valid.shape, 3)), 0).astype("int32")
    continues = [tag.startswith("I") for tag in tags]
    inputs = {"words": words, "letters": letters}
    found, scores, steps, ends = session(tagger_to_onnx(model, continues)).run(None, inputs)
    features, *_ = keras.tree.flatten(head.input)
    reading = head.predict(keras.Model(model.input, features)(inputs), valid)
    np.testing.assert_array_equal(found, np.where(valid, reading.tags, 0))
    marginals = np.take_along_axis(np.asarray(reading.marginals), np.asarray(reading.tags)[..., None], -1)[..., 0]
    np.testing.assert_allclose(scores, np.where(valid, marginals, 0), atol=1e-5)
    np.testing.assert_allclose(steps[valid], np.asarray(reading.log_probabilities())[valid], atol=1e-4)
    following = np.exp(reading.transition_log_probabilities()) * ~np.array(continues)
    closing = np.where(valid[:, 1:], np.log(following.sum(-1)), 0)
    np.testing.assert_allclose(ends, np.pad(closing, [(0, 0), (0, 1)]), atol=1e-4)


WRITERS = {
    "language model": lambda: rnn_zoo.one_to_many(Tokens(9, 4), Recurrent("lstm", 3, depth=2), NextToken(9)),
    "tied": lambda: rnn_zoo.one_to_many(Tokens(9, 4), Recurrent("gru", 3), NextToken(9, tied=True)),
    "translator": lambda: rnn_zoo.encoder_decoder(
        Tokens(8, 4),
        Recurrent("gru", 3, bidirectional=True),
        Tokens(9, 4),
        Recurrent("lstm", 5),
        NextToken(9),
        attention="additive",
    ),
    "without attention": lambda: rnn_zoo.encoder_decoder(
        Tokens(8, 4), Recurrent("lstm", 3), Tokens(9, 4), Recurrent("lstm", 3), NextToken(9), attention=None
    ),
}


@pytest.mark.parametrize("name", WRITERS)
def test_a_writer_starts_and_steps(name):
    keras.utils.set_random_seed(0)
    writer = WRITERS[name]()
    beginning, source = np.array([[2, 4, 5], [2, 3, 0]], "int32"), np.array([[3, 4, 5, 6], [5, 2, 0, 0]], "int32")
    encoder = encoder_to_onnx(writer.training)
    wanted, state = writer.generator.start(beginning, None if encoder is None else source)
    step = session(step_to_onnx(writer.training))
    names = [one.name for one in step.get_inputs()][1:]
    sizes = writer.generator.decoder.bridge.targets
    given = {name: np.zeros((2, sizes[name]), "float32") for name in names if name in sizes}
    if encoder is not None:
        asked = session(encoder)
        outputs = [one.name for one in asked.get_outputs()]
        given |= dict(zip(outputs, asked.run(None, {asked.get_inputs()[0].name: source}), strict=True))
    for previous in (beginning, np.array([[6], [7]], "int32"), np.array([[1], [8]], "int32")):
        scores, *after = step.run(None, {"previous": previous, **{name: given[name] for name in names}})
        np.testing.assert_allclose(scores, wanted, atol=1e-5)
        states = [one.name.removeprefix("next/") for one in step.get_outputs()][1:]
        given |= dict(zip(states, after, strict=True))
        wanted, state = writer.generator.step(np.array([6, 7] if previous is beginning else [1, 8], "int32"), state)


@pytest.mark.parametrize("layers", [1, 2])
def test_a_stream_carries_its_states(layers):
    keras.utils.set_random_seed(0)
    ids = keras.Input((None,), dtype="int32", name="ids")
    steps = OneHot(6)(ids)
    for number in range(layers):
        steps = Recurrent("gru", 3, name=f"recurrence_{number}")(steps)
    model = keras.Model(ids, Labels(2)(steps))
    stream, native = Stream(model), session(stream_to_onnx(model))
    state = after = stream.start(2)
    for chunk in (np.array([[1, 2, 3], [4, 0, 0]], "int32"), np.array([[5], [1]], "int32")):
        expected, after = stream(chunk, after)
        outputs, *states = native.run(None, {"ids": chunk, **state})
        np.testing.assert_allclose(outputs, expected, atol=1e-6)
        names = [one.name.removeprefix("next/") for one in native.get_outputs()][1:]
        state = dict(zip(names, states, strict=True))
        for name in state:
            np.testing.assert_allclose(state[name], after[name], atol=1e-6)


@given(st.sets(st.integers(1, 2**31 - 2), min_size=1, max_size=300), st.lists(st.integers(0, 2**31 - 2), max_size=30))
def test_keys_are_found_in_two_places(keys, others):
    table = np.array(sorted(keys))
    stored, *_ = cuckoo_table(table)
    assert sorted(stored[stored > 0]) == sorted(keys) and len(stored) < 6 * len(keys) + 9
    graph = Graph()
    graph.output(rows_of_keys(graph, graph.input("keys", "int64", [None]), table), "rows", [None])
    asked = np.array([*keys, *others], "int64")
    (found,) = session(graph.model("lookup")).run(None, {"keys": asked})
    np.testing.assert_array_equal(found, [1 + np.searchsorted(table, key) if key in keys else 0 for key in asked])


class Strange(keras.layers.Layer):
    def call(self, inputs):
        return inputs


def test_a_layer_without_an_onnx_form_is_named():
    given = keras.Input((3, 2), name="steps")
    with pytest.raises(ValueError, match="Strange 'odd' has no ONNX form"):
        model_to_onnx(keras.Model(given, Strange(name="odd")(given)))
    with pytest.raises(ValueError, match="activation 'selu' has no ONNX form"):
        model_to_onnx(keras.Model(given, keras.layers.Dense(2, activation="selu")(given)))
    with pytest.raises(ValueError, match="activation 'selu' of a cell has no ONNX form"):
        model_to_onnx(keras.Model(given, Recurrent("gru", 2, activation="selu")(Vectors(2)(given))))
    assert Strange not in CONVERTERS
