import itertools

import keras
import numpy as np
import pytest
from helpers import needs_tensorflow, random_inputs

from rnn_zoo.layers import (
    CELLS,
    Characters,
    Classes,
    Frames,
    Labels,
    NextToken,
    NGrams,
    OneHot,
    Quantiles,
    Recurrent,
    Segmented,
    Tags,
    Tokens,
    Values,
    Vectors,
    register_cell,
)
from rnn_zoo.topologies import Stream, many_to_many, many_to_one, one_to_one

IDS = np.array([[2, 3, 4, 5, 1, 1, 2], [4, 3, 2, 5, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0]], "int32")
CUTS = [0, 1, 7]
# On JAX one tells enough: each is compiled for every length.
HEADS = [NextToken(6), Tags(3), Quantiles(2)][: 3 if keras.backend.backend() == "tensorflow" else 1]


def eager(model):
    """The model without its graphs, of which a test would make one for each length; on JAX they are the cheaper way."""
    model.run_eagerly = keras.backend.backend() == "tensorflow"
    return model


def feed(stream, inputs, cuts, state=None):
    """The outputs of a stream that is fed the inputs in pieces, put together again, and its last state."""
    outputs = []
    for start, end in itertools.pairwise(cuts):
        answers, state = stream(inputs[:, start:end], state)
        outputs.append(answers)
    return np.concatenate(outputs, axis=1), state


@pytest.mark.parametrize("cell", [*sorted(CELLS), "own", "own cell"])
def test_pieces_of_any_length_are_answered_as_the_whole(cell, monkeypatch):
    monkeypatch.setattr("rnn_zoo.layers.recurrent.registry.CELLS", dict(CELLS))
    if cell.startswith("own"):
        register_cell(cell, keras.layers.SimpleRNN if cell == "own" else keras.layers.SimpleRNNCell)
    deep = {"depth": 2, "residual": True, "normalization": "layer"} if cell == "vanilla" else {}
    recurrence = Recurrent(cell, 4, dropout=0.2, **deep)
    model = eager(many_to_many(OneHot(6), recurrence, Classes(3), dropout=0.2))
    whole = model.predict(IDS, verbose=0)
    outputs, state = feed(Stream(model), IDS, CUTS)
    np.testing.assert_allclose(outputs, whole, atol=1e-5)
    assert list(state) == recurrence.state_names
    if keras.backend.backend() == "tensorflow":  # on JAX one more length to compile
        for name, value in Stream(model)(IDS)[1].items():
            np.testing.assert_allclose(state[name], value, atol=1e-5)
    assert recurrence.return_state is False and "call" not in vars(recurrence)


@needs_tensorflow
@pytest.mark.parametrize(
    ("front", "inputs"),
    [
        (Tokens(6, 3), IDS),
        (Vectors(3), random_inputs((2, 7, 3))),
        (Frames((4, 4, 1), 3, filters=(2,), mask_value=0.0), random_inputs((2, 7, 4, 4, 1))),
    ],
    ids=["tokens", "vectors", "frames"],
)
def test_every_front_is_fed(front, inputs):
    model = eager(many_to_many(front, Recurrent("gru", 4), Labels(2)))
    outputs, _ = feed(Stream(model), inputs, CUTS)
    np.testing.assert_allclose(outputs, model.predict(inputs, verbose=0), atol=1e-5)


@pytest.mark.parametrize("head", HEADS, ids=lambda head: type(head).__name__)
def test_every_head_answers_step_by_step(head):
    model = eager(many_to_many(Tokens(6, 3), Recurrent("gru", 4), head))
    outputs, _ = feed(Stream(model), IDS, CUTS)
    np.testing.assert_allclose(outputs, model.predict(IDS, verbose=0), atol=1e-5)


@needs_tensorflow
def test_compiled_it_answers_the_same():
    model = many_to_many(OneHot(6), Recurrent("lstm", 4), Values(2))
    outputs, _ = feed(Stream(model), IDS, [0, 3, 4, 7])
    np.testing.assert_allclose(outputs, model.predict(IDS, verbose=0), atol=1e-5)


@needs_tensorflow
def test_several_recurrences_have_their_names_before_their_states():
    inputs = keras.Input((None,), dtype="int32")
    features = Recurrent("gru", 3, name="lower")(OneHot(6)(inputs))
    model = eager(keras.Model(inputs, Values(1)(Recurrent("vanilla", 4, name="upper")(features))))
    stream = Stream(model)
    assert stream.state_names == ["lower/layer_0/forward/h", "upper/layer_0/forward/h"]
    np.testing.assert_allclose(feed(stream, IDS, range(8))[0], model.predict(IDS, verbose=0), atol=1e-5)


@pytest.fixture(scope="module")
def stream():
    return Stream(eager(many_to_many(OneHot(6), Recurrent("min_gru", 4), Values(1))))


@needs_tensorflow
def test_a_row_with_fewer_steps_waits(stream):
    _, together = stream(IDS)
    for row, steps in ((0, 7), (1, 4)):
        _, alone = stream(IDS[row : row + 1, :steps])
        np.testing.assert_allclose(together["layer_0/forward/h"][row], alone["layer_0/forward/h"][0], atol=1e-5)
    np.testing.assert_array_equal(together["layer_0/forward/h"][2], stream.start()["layer_0/forward/h"][0])


@needs_tensorflow
def test_it_starts_as_the_cell_does_and_shares_the_weights(stream):
    np.testing.assert_array_equal(stream.start(2)["layer_0/forward/h"], np.full((2, 4), 0.5))
    model = eager(many_to_many(OneHot(6), Recurrent("vanilla", 4), Values(1)))
    fed = Stream(model)
    model.set_weights([weight + 1 for weight in model.get_weights()])
    np.testing.assert_allclose(fed(IDS)[0], model.predict(IDS, verbose=0), atol=1e-6)


@needs_tensorflow
def test_states_are_float32_under_mixed_precision():
    keras.config.set_dtype_policy("mixed_bfloat16")
    stream = Stream(eager(many_to_many(OneHot(6), Recurrent("gru", 4), Values(1))))
    _, state = feed(stream, IDS, CUTS)
    assert state["layer_0/forward/h"].dtype == stream.start()["layer_0/forward/h"].dtype == "float32"


@needs_tensorflow
def test_a_state_is_saved_and_restored(stream, tmp_path):
    whole, last = stream(IDS)
    _, state = stream(IDS[:, :3])
    stream.save(tmp_path / "state.npz", state)
    outputs, restored = stream(IDS[:, 3:], stream.load(tmp_path / "state.npz"))
    np.testing.assert_allclose(outputs, whole[:, 3:], atol=1e-5)
    np.testing.assert_allclose(restored["layer_0/forward/h"], last["layer_0/forward/h"], atol=1e-5)
    before = (tmp_path / "state.npz").read_bytes()
    with pytest.raises(ValueError, match="`state` must contain layer_0/forward/h, got nothing"):
        stream.save(tmp_path / "state.npz", {})
    assert (tmp_path / "state.npz").read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["state.npz"]


def test_a_file_that_is_no_state_of_the_model_is_refused(stream, tmp_path):
    (tmp_path / "text.npz").write_text("no state")
    np.savez(tmp_path / "other.npz", c=np.zeros((1, 4)))
    np.savez(tmp_path / "wide.npz", **{"layer_0/forward/h": np.zeros((1, 5))})
    for name, message in (
        ("text", "is not an .npz file of states, or is damaged"),
        ("other", "is the state of another model: it contains c; this model has layer_0/forward/h"),
        ("wide", r"is the state of another model: .*shape \[1, 4\], got \[1, 5\]"),
    ):
        with pytest.raises(ValueError, match=f"{name}.npz {message}"):
            stream.load(tmp_path / f"{name}.npz")


@pytest.mark.parametrize(
    ("inputs", "state", "message"),
    [
        (
            IDS[:, :0],
            None,
            r"must have the shape \[any, any\], with at least one row and one step, got \[3, 0\]",
        ),
        (IDS[0], None, "`inputs` must have the shape"),
        (IDS, {"h": np.zeros((3, 4))}, "`state` must be one of 'layer_0/forward/h'; got 'h'"),
        (IDS, {"layer_0/forward/h": np.zeros((2, 4))}, r"must have the shape \[3, 4\], got \[2, 4\].*same rows"),
    ],
)
def test_what_does_not_fit_is_refused(stream, inputs, state, message):
    with pytest.raises(ValueError, match=message):
        stream(inputs, state)


@pytest.mark.parametrize(
    ("recurrence", "message"),
    [
        (Recurrent("gru", 4, bidirectional=True), "'recurrent.*' has bidirectional=True.*with bidirectional=False"),
        (Recurrent("gru", 4, go_backwards=True), "go_backwards=True.*build it with go_backwards=False"),
        (Segmented(Recurrent("gru", 4)), "Segmented, may need several steps at once. Use `Recurrent`"),
        (keras.layers.LSTM(4, return_sequences=True), "LSTM, may need several steps at once. Use `Recurrent`"),
        (keras.layers.Dense(4), "has no `Recurrent` layer"),
    ],
)
def test_a_model_that_needs_the_whole_sequence_is_refused(recurrence, message):
    with pytest.raises(ValueError, match=message):
        Stream(many_to_many(OneHot(6), recurrence, Values(1)))


def test_a_model_without_an_answer_at_every_step_is_refused():
    parts = Recurrent("gru", 4), Values(1)
    for model, layer in (
        (many_to_one(OneHot(6), *parts), "TimePooling"),
        (one_to_one(OneHot(6), Recurrent("gru", 4), Values(1)), "ExpandDims"),
        (many_to_many(NGrams(6, 3, sizes=[4], min_count=1), Recurrent("gru", 4), Values(1)), "NGrams"),
    ):
        with pytest.raises(ValueError, match=f"cannot process steps one by one: its layer .*{layer}.*`many_to_many`"):
            Stream(model)
    with pytest.raises(ValueError, match=r"crf=True: its tags depend on later steps, which.*with crf=False"):
        Stream(many_to_many(OneHot(6), Recurrent("gru", 4), Tags(3, crf=True)))
    with pytest.raises(ValueError, match=r"one input and one output, got 2 \(letters, words\) and 1; .*`Tokens`"):
        Stream(many_to_many(Characters(6, 3, ["a"]), Recurrent("gru", 4), Values(1)))
    one, other = keras.Input((None, 3)), keras.Input((None, 3))
    two = keras.Model([one, other], keras.layers.Add()([one, other]))
    for model in ("model", keras.layers.Dense(2), two):
        with pytest.raises(ValueError, match="`model` must"):
            Stream(model)
