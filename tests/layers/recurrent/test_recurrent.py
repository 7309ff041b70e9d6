import keras
import numpy as np
import pytest
from helpers import CLOSE, gradients, random_inputs, run_layer_test, save_and_load
from hypothesis import given
from hypothesis import strategies as st
from keras import ops

from rnn_zoo.layers import CELLS, Recurrent, register_cell

BATCH, TIME, FEATURES, UNITS = 4, 5, 3, 6
LENGTHS = [5, 3, 0, 1]
KERAS_LAYERS = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU, "vanilla": keras.layers.SimpleRNN}


def right_padded(lengths, time=TIME):
    return np.arange(time) < np.asarray(lengths)[:, None]


@pytest.fixture
def inputs():
    return random_inputs((BATCH, TIME, FEATURES))


# Models: on JAX a compiled model is traced once for each shape, an eager layer at each call.
@pytest.fixture(scope="module")
def resumable():
    """cell -> a stack as a model of a sequence, its mask and its initial states."""
    models = {}
    for cell in KERAS_LAYERS:
        recurrence = Recurrent(cell, UNITS, depth=2, residual=True, normalization="layer", return_state=True)
        inputs = symbolic_inputs()
        inputs["states"] = {name: keras.Input((UNITS,)) for name in recurrence.state_names}
        outputs = recurrence(inputs["sequence"], mask=inputs["mask"], initial_state=inputs["states"])
        models[cell] = keras.Model(inputs, outputs)
    return models


@pytest.fixture(scope="module")
def both_ways():
    """cell -> a model of one bidirectional layer, and Keras's own layers for each direction."""
    models = {}
    for cell in KERAS_LAYERS:
        recurrence = Recurrent(cell, UNITS, bidirectional=True, return_state=True)
        inputs = symbolic_inputs()
        inputs["reversed"] = keras.Input((None, FEATURES), name="reversed")
        outputs, states = recurrence(inputs["sequence"], mask=inputs["mask"])
        forward = keras_layer(cell, recurrence, "layer_0/forward")(inputs["sequence"], mask=inputs["mask"])
        backward = keras_layer(cell, recurrence, "layer_0/backward")(inputs["reversed"], mask=inputs["mask"])
        models[cell] = keras.Model(inputs, [outputs, [states[n] for n in recurrence.state_names], forward, backward])
    return models


@pytest.fixture(scope="module")
def deep():
    """A deep bidirectional stack, as a model."""
    recurrence = Recurrent(
        "lstm", UNITS, depth=2, bidirectional=True, residual=True, normalization="layer", return_state=True
    )
    inputs = symbolic_inputs()
    return keras.Model(inputs, recurrence(inputs["sequence"], mask=inputs["mask"]))


def symbolic_inputs():
    return {
        "sequence": keras.Input((None, FEATURES), name="sequence"),
        "mask": keras.Input((None,), dtype="bool", name="mask"),
    }


def numpy(tree):
    return keras.tree.map_structure(ops.convert_to_numpy, tree)


def keras_layer(cell, recurrence, place, **kwargs):
    """Keras's own layer with the weights of one place in the stack."""
    options = {} if cell == "vanilla" else {"use_cudnn": False}
    layer = KERAS_LAYERS[cell](UNITS, return_sequences=True, return_state=True, **options, **kwargs)
    source = recurrence.recurrences[place]
    layer.build((None, None, source.cell.kernel.shape[0]))
    layer.set_weights(source.get_weights())
    return layer


@pytest.mark.parametrize(
    ("kwargs", "shape"),
    [
        ({"cell": "vanilla"}, (BATCH, TIME, UNITS)),
        ({"cell": "gru", "go_backwards": True, "return_sequences": False}, (BATCH, UNITS)),
        ({"cell": "lstm", "bidirectional": True, "merge": "ave", "return_sequences": False}, (BATCH, UNITS)),
        (
            {
                "cell": "gru",
                "units": [UNITS, 4],
                "residual": True,
                "normalization": "layer",
                "dropout": 0.3,
                "recurrent_dropout": 0.3,
                "seed": 3,
                "kernel_regularizer": "l2",
            },
            (BATCH, TIME, 4),
        ),
    ],
)
def test_layer_contract(kwargs, shape):
    run_layer_test(
        Recurrent,
        {"units": UNITS, **kwargs},
        input_shape=(BATCH, TIME, FEATURES),
        mask=right_padded(LENGTHS),
        expected_output_shape=shape,
        lengths=(1,) if shape == (BATCH, TIME, UNITS) else (),
    )


def test_return_state_returns_outputs_and_states():
    run_layer_test(
        Recurrent,
        {"cell": "lstm", "units": [2, UNITS], "return_state": True},
        input_shape=(BATCH, TIME, FEATURES),
        mask=right_padded(LENGTHS),
        # Keras flattens a dict in the order of sorted keys: c before h.
        expected_output_shape=[(BATCH, TIME, UNITS), (BATCH, 2), (BATCH, 2), (BATCH, UNITS), (BATCH, UNITS)],
        lengths=(),
        mixed_output_dtype=None,
    )


@pytest.mark.parametrize("cell", ["vanilla", "lstm", "gru"])
def test_equals_keras_layers_stacked_by_hand(cell, inputs):
    recurrence = Recurrent(cell, UNITS, depth=2)
    outputs = numpy(recurrence(inputs))
    first = keras_layer(cell, recurrence, "layer_0/forward")(inputs)[0]
    np.testing.assert_allclose(outputs, keras_layer(cell, recurrence, "layer_1/forward")(first)[0], atol=CLOSE)


ANY_LENGTHS = st.lists(st.integers(0, TIME), min_size=BATCH, max_size=BATCH)
ANY_CELL = st.sampled_from(sorted(KERAS_LAYERS))


@given(lengths=ANY_LENGTHS, cell=ANY_CELL)
def test_bidirectional_equals_two_directions_run_by_hand(both_ways, lengths, cell):
    inputs, mask = random_inputs((BATCH, TIME, FEATURES)), right_padded(lengths)
    # By hand: reverse each row within its length, run forwards, reverse again.
    reverse = np.array([[*range(n - 1, -1, -1), *range(n, TIME)] for n in lengths])[..., None]
    outputs, states, (forward, *forward_states), (backward, *backward_states) = both_ways[cell].predict_on_batch(
        {"sequence": inputs, "mask": mask, "reversed": np.take_along_axis(inputs, reverse, axis=1)}
    )
    expected = np.concatenate([forward, np.take_along_axis(backward, reverse, axis=1)], axis=-1)
    np.testing.assert_allclose(outputs, np.where(mask[..., None], expected, 0), atol=CLOSE)
    np.testing.assert_allclose(states, [*forward_states, *backward_states], atol=CLOSE)


@given(lengths=ANY_LENGTHS, padding=st.sampled_from([1, 4]))
def test_extra_padding_changes_nothing(deep, lengths, padding):
    inputs = random_inputs((BATCH, TIME, FEATURES))
    outputs, states = deep.predict_on_batch({"sequence": inputs, "mask": right_padded(lengths)})
    padded = np.concatenate([inputs, random_inputs((BATCH, padding, FEATURES), seed=2)], axis=1)
    more, more_states = deep.predict_on_batch({"sequence": padded, "mask": right_padded(lengths, TIME + padding)})
    np.testing.assert_allclose(more[:, :TIME], outputs, atol=CLOSE)
    assert not more[:, TIME:].any()
    assert not outputs[~right_padded(lengths)].any()
    keras.tree.map_structure(lambda a, b: np.testing.assert_allclose(a, b, atol=CLOSE), more_states, states)


@pytest.mark.skipif(keras.backend.backend() == "torch", reason="there Keras takes the keys of a dict in two orders")
@given(split=st.sampled_from([2, 3]), lengths=ANY_LENGTHS, cell=ANY_CELL)
def test_named_states_continue_a_sequence(resumable, split, lengths, cell):
    model = resumable[cell]
    inputs, mask = random_inputs((BATCH, TIME, FEATURES)), right_padded(lengths)
    zeros = {name: np.zeros((BATCH, UNITS), "float32") for name in model.output[1]}

    def run(steps, states):
        return model.predict_on_batch({"sequence": inputs[:, steps], "mask": mask[:, steps], "states": states})

    whole, states = run(slice(None), zeros)
    start, middle = run(slice(None, split), zeros)
    end, last = run(slice(split, None), middle)
    np.testing.assert_allclose(np.concatenate([start, end], axis=1), whole, atol=CLOSE)
    keras.tree.map_structure(lambda a, b: np.testing.assert_allclose(a, b, atol=CLOSE), last, states)


def test_states_of_a_backward_recurrence_continue_towards_the_start(inputs):
    recurrence = Recurrent("gru", UNITS, go_backwards=True, return_state=True)
    whole, states = numpy(recurrence(inputs))
    _, middle = recurrence(inputs[:, 2:])
    start, last = numpy(recurrence(inputs[:, :2], initial_state=middle))
    np.testing.assert_allclose(start, whole[:, :2], atol=CLOSE)
    np.testing.assert_allclose(last["layer_0/backward/h"], states["layer_0/backward/h"], atol=CLOSE)


def test_state_names_contain_layer_direction_and_state():
    recurrence = Recurrent("lstm", UNITS, depth=2, bidirectional=True)
    assert recurrence.state_names == [
        f"layer_{layer}/{direction}/{state}"
        for layer in (0, 1)
        for direction in ("forward", "backward")
        for state in ("h", "c")
    ]


def test_a_missing_state_starts_at_zero(inputs):
    recurrence = Recurrent("lstm", UNITS, depth=2)
    given_state = {"layer_1/forward/h": random_inputs((BATCH, UNITS))}
    zeros = {name: np.zeros((BATCH, UNITS), "float32") for name in recurrence.state_names}
    part = numpy(recurrence(inputs, initial_state=given_state))
    np.testing.assert_allclose(part, recurrence(inputs, initial_state={**zeros, **given_state}), atol=CLOSE)
    assert not np.allclose(part, recurrence(inputs))


def test_go_backwards_keeps_the_order_of_time(inputs):
    recurrence = Recurrent("gru", UNITS, go_backwards=True)
    outputs = numpy(recurrence(inputs))
    by_hand = keras_layer("gru", recurrence, "layer_0/backward")(inputs[:, ::-1])[0]
    np.testing.assert_allclose(outputs, numpy(by_hand)[:, ::-1], atol=CLOSE)


@pytest.mark.parametrize("options", [{}, {"residual": True}, {"merge": "sum"}, {"normalization": "layer"}])
def test_without_sequences_the_output_is_the_end_of_each_direction(options, inputs):
    mask = right_padded([5, 3, 2, 1])
    ends = Recurrent("gru", UNITS, bidirectional=True, return_sequences=False, **options)
    outputs = numpy(ends(inputs, mask=mask))
    if options.get("merge") == "sum":
        steps = [numpy(keras_layer("gru", ends, f"layer_0/{way}")(inputs, mask=mask)[0]) for way in ends.directions[:1]]
        backward = keras_layer("gru", ends, "layer_0/backward", go_backwards=True)(inputs, mask=mask)[1]
        expected = steps[0][range(BATCH), [4, 2, 1, 0]] + numpy(backward)
    elif options.get("normalization"):
        np.testing.assert_allclose(outputs.mean(axis=-1), 0, atol=1e-5)
        return
    else:
        every = Recurrent("gru", UNITS, bidirectional=True, **options)
        every.build(inputs.shape)
        every.set_weights(ends.get_weights())
        steps = numpy(every(inputs, mask=mask))
        expected = np.concatenate([steps[range(BATCH), [4, 2, 1, 0], :UNITS], steps[:, 0, UNITS:]], axis=-1)
    np.testing.assert_allclose(outputs, expected, atol=CLOSE)


def test_residual_adds_the_input_if_widths_agree(inputs):
    plain, residual = Recurrent("gru", FEATURES), Recurrent("gru", FEATURES, residual=True)
    outputs = numpy(plain(inputs))
    residual.build(inputs.shape)
    residual.set_weights(plain.get_weights())
    np.testing.assert_allclose(residual(inputs), outputs + inputs, atol=CLOSE)
    assert not residual.projections


def test_residual_projects_if_widths_differ(inputs):
    residual, plain = Recurrent("gru", UNITS, residual=True), Recurrent("gru", UNITS)
    plain.build(inputs.shape)
    outputs = numpy(residual(inputs))
    plain.recurrences["layer_0/forward"].set_weights(residual.recurrences["layer_0/forward"].get_weights())
    kernel = residual.projections["layer_0"].get_weights()[0]
    np.testing.assert_allclose(outputs, numpy(plain(inputs)) + inputs @ kernel, atol=1e-5)


def test_normalization_follows_each_layer(inputs):
    recurrence = Recurrent("lstm", UNITS, depth=3, normalization="layer")
    outputs = numpy(recurrence(inputs))
    assert len(recurrence.normalizations) == 3
    np.testing.assert_allclose(outputs.mean(axis=-1), 0, atol=1e-5)


@pytest.mark.parametrize("sequences", [True, False])
def test_masked_steps_are_skipped_at_any_position(sequences, inputs):
    keep = np.array([0, 1, 0, 1, 0], bool)
    recurrence = Recurrent("lstm", UNITS, bidirectional=True, return_sequences=sequences)
    outputs = numpy(recurrence(inputs, mask=np.tile(keep, (BATCH, 1))))
    dense = numpy(recurrence(inputs[:, keep]))
    np.testing.assert_allclose(outputs[:, keep] if sequences else outputs, dense, atol=CLOSE)


@pytest.mark.parametrize("cell", ["vanilla", "lstm", "gru"])
def test_an_empty_row_gives_zeros_and_finite_gradients(cell, inputs):
    mask = right_padded([5, 0, 0, 1])
    recurrence = Recurrent(cell, UNITS, bidirectional=True, normalization="layer", return_sequences=False)
    assert not numpy(recurrence(inputs, mask=mask))[1:3].any()
    assert all(np.isfinite(gradient).all() for gradient in gradients(recurrence, inputs, mask=mask))


def test_stateful_starts_where_the_last_batch_ended(inputs):
    recurrence = Recurrent("lstm", UNITS, depth=2, stateful=True)
    whole = Recurrent("lstm", UNITS, depth=2)
    whole.build(inputs.shape)
    recurrence.build(inputs[:, :2].shape)
    whole.recurrences["layer_0/forward"].cell.set_weights(recurrence.recurrences["layer_0/forward"].cell.get_weights())
    whole.recurrences["layer_1/forward"].cell.set_weights(recurrence.recurrences["layer_1/forward"].cell.get_weights())
    expected = numpy(whole(inputs))
    for _ in range(2):
        np.testing.assert_allclose(recurrence(inputs[:, :2]), expected[:, :2], atol=CLOSE)
        np.testing.assert_allclose(recurrence(inputs[:, 2:]), expected[:, 2:], atol=CLOSE)
        recurrence.reset_state()


@pytest.mark.parametrize("kind", ["dropout", "recurrent_dropout"])
def test_every_layer_and_direction_has_its_own_dropout(kind):
    recurrence = Recurrent("gru", UNITS, depth=2, bidirectional=True, seed=1, **{kind: 0.5})
    recurrence.build((BATCH, TIME, 2 * UNITS))
    masks = []
    for layer in recurrence.recurrences.values():
        drop = layer.cell.get_dropout_mask if kind == "dropout" else layer.cell.get_recurrent_dropout_mask
        mask = drop(ops.ones((8, UNITS)))
        masks.append(ops.convert_to_numpy(mask[0] if isinstance(mask, list) else mask))
    assert len({mask.tobytes() for mask in masks}) == 4


def test_dropout_follows_the_seed_in_training_only(inputs):
    twins = [Recurrent("lstm", UNITS, dropout=0.5, recurrent_dropout=0.5, seed=4) for _ in range(2)]
    for twin in twins:
        twin.build(inputs.shape)
        twin.set_weights(twins[0].get_weights()) if twin is not twins[0] else None
    one, two = (numpy(twin(inputs, training=True)) for twin in twins)
    np.testing.assert_array_equal(one, two)
    assert not np.allclose(one, twins[0](inputs, training=False))


@pytest.mark.parametrize(
    "initializer",
    [keras.initializers.GlorotUniform(), keras.initializers.GlorotUniform(seed=5)],
    ids=["free", "seeded"],
)
def test_a_shared_initializer_gives_different_weights(initializer):
    def kernels():
        recurrence = Recurrent("gru", UNITS, depth=2, bidirectional=True, kernel_initializer=initializer)
        recurrence.build((None, None, 2 * UNITS))
        return [numpy(layer.cell.kernel) for layer in recurrence.recurrences.values()]

    first = kernels()
    assert len({kernel.tobytes() for kernel in first}) == 4
    if initializer.seed == 5:
        np.testing.assert_array_equal(first, kernels())


def test_the_mask_of_the_inputs_applies_with_initial_states(inputs):
    """Keras sets `mask` only if the inputs are the only tensor of the call."""
    mask = right_padded(LENGTHS)
    marked = np.where(mask[..., None], inputs, 0.0).astype("float32")
    sequence = keras.Input((None, FEATURES))
    state = keras.Input((UNITS,))
    recurrence = Recurrent("gru", UNITS, return_state=True)
    outputs, states = recurrence(keras.layers.Masking()(sequence), initial_state={"layer_0/forward/h": state})
    model = keras.Model([sequence, state], [outputs, states["layer_0/forward/h"]])
    start = random_inputs((BATCH, UNITS), seed=1)
    expected, expected_states = recurrence(inputs, mask=mask, initial_state={"layer_0/forward/h": start})
    for loaded in (model, save_and_load(model)):
        predicted, last = loaded.predict([marked, start], verbose=0)
        np.testing.assert_allclose(predicted, expected, atol=CLOSE)
        np.testing.assert_allclose(last, expected_states["layer_0/forward/h"], atol=CLOSE)


def test_only_sequences_carry_the_mask(inputs):
    mask = ops.convert_to_tensor(right_padded(LENGTHS))
    assert Recurrent("gru", UNITS).compute_mask(inputs, mask) is mask
    assert Recurrent("gru", UNITS, return_sequences=False).compute_mask(inputs, mask) is None
    assert Recurrent("lstm", UNITS, return_state=True).compute_mask(inputs, mask) == [mask, None, None]


def test_cell_options_reach_every_cell_and_the_configuration(inputs):
    recurrence = Recurrent("vanilla", UNITS, depth=2, activation="relu", recurrent_initializer="identity")
    assert all(layer.cell.activation is keras.activations.relu for layer in recurrence.recurrences.values())
    outputs = numpy(recurrence(inputs))
    twin = Recurrent.from_config(recurrence.get_config())
    twin.build(inputs.shape)
    twin.set_weights(recurrence.get_weights())
    np.testing.assert_array_equal(twin(inputs), outputs)


def test_a_registered_cell_can_be_stacked(inputs):
    register_cell("plain_keras", keras.layers.SimpleRNN)
    try:
        assert Recurrent("plain_keras", 2, depth=2)(inputs).shape == (BATCH, TIME, 2)
        register_cell("plain_keras", keras.layers.SimpleRNN)  # registering the same cell again is allowed
        with pytest.raises(ValueError, match="plain_keras"):
            register_cell("plain_keras", keras.layers.LSTM)
    finally:
        del CELLS["plain_keras"]


class Leaky(keras.layers.Layer):
    """h_t = a h_(t-1) + (1 - a) tanh(x_t W): a cell as users write one, without dropout and seed."""

    def __init__(self, units, leak=0.5, **kwargs):
        super().__init__(**kwargs)
        self.state_size = self.output_size = units
        self.leak = leak

    def build(self, shape):
        self.kernel = self.add_weight((shape[-1], self.state_size), name="kernel")

    def call(self, inputs, states):
        h = self.leak * states[0] + (1 - self.leak) * keras.ops.tanh(inputs @ self.kernel)
        return h, [h]


@pytest.fixture
def own_cells():
    register_cell("leaky", Leaky, states=("memory",))
    register_cell("lstm_cell", keras.layers.LSTMCell, states=("h", "c"))
    yield
    del CELLS["leaky"], CELLS["lstm_cell"]


@pytest.mark.parametrize("bidirectional", [False, True])
def test_an_ordinary_cell_can_be_stacked(inputs, own_cells, bidirectional):
    options = {"depth": 2, "bidirectional": bidirectional, "return_state": True}
    own, known = Recurrent("lstm_cell", UNITS, **options), Recurrent("lstm", UNITS, **options)
    mask = np.arange(TIME) < np.array([TIME, 1, *[2] * (BATCH - 2)])[:, None]
    for recurrence in (own, known):
        recurrence.build(inputs.shape)
    own.set_weights(known.get_weights())
    assert own.state_names == known.state_names
    found, wanted = own(inputs, mask=mask), known(inputs, mask=mask)
    keras.tree.map_structure(lambda a, b: np.testing.assert_allclose(numpy(a), numpy(b), atol=1e-5), found, wanted)


def test_a_cell_of_the_users_own(inputs, own_cells):
    recurrence = Recurrent("leaky", UNITS, leak=0.25, return_state=True, seed=3)
    outputs, states = recurrence(inputs)
    (weights,) = recurrence.get_weights()
    h, expected = np.zeros((BATCH, UNITS)), []
    for step in range(TIME):
        h = 0.25 * h + 0.75 * np.tanh(numpy(inputs)[:, step] @ weights)
        expected.append(h)
    np.testing.assert_allclose(numpy(outputs), np.stack(expected, 1), atol=1e-5)
    np.testing.assert_allclose(numpy(states["layer_0/forward/memory"]), h, atol=1e-5)
    twin = Recurrent.from_config(recurrence.get_config())
    twin.build(inputs.shape)
    twin.set_weights([weights])
    np.testing.assert_array_equal(numpy(twin(inputs)[0]), numpy(outputs))
    again, _ = recurrence(inputs[:, 2:], initial_state=recurrence(inputs[:, :2])[1])
    np.testing.assert_allclose(numpy(again), numpy(outputs)[:, 2:], atol=1e-5)


class Pair(Leaky):
    def __init__(self, units, **kwargs):
        super().__init__(units, **kwargs)
        self.state_size = [units, 2 * units]


@pytest.mark.parametrize(
    ("register", "options", "message"),
    [
        ((Leaky, ("memory",)), {"dropout": 0.1}, "`dropout` must be 0 with this cell, because Leaky takes no"),
        ((Leaky, ("memory",)), {"recurrent_dropout": 0.2}, "`recurrent_dropout` must be 0 with this cell"),
        ((Leaky, ("memory",)), {"leek": 0.2}, "Did you mean 'leak'"),
        ((Leaky, ("h", "c")), {}, r"`states` must name the 1 states of Leaky, got \['h', 'c'\]"),
        ((Pair, ("h", "c")), {}, r"must have `units` = 4 numbers, got states of \[4, 8\] and an output of 4"),
        ((keras.layers.Dense, ("h",)), {}, "`layer_class` must be a subclass of keras.layers.RNN, or .*got 'Dense'"),
        ((Leaky(3), ("h",)), {}, "`layer_class` must be a subclass of keras.layers.RNN"),
        ((Leaky, ("h", "h")), {}, "`states` must be different names"),
        ((Leaky, ()), {}, "`states` must be different names"),
    ],
)
def test_an_unsuitable_cell_is_refused_by_name(register, options, message):
    try:
        with pytest.raises(ValueError, match=message):
            register_cell("unsuitable", register[0], states=register[1])
            Recurrent("unsuitable", 4, **options)
    finally:
        CELLS.pop("unsuitable", None)


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"units": 0}, "`units` must be a positive integer, got 0"),
        ({"units": [3, -1]}, "`units` must be a positive integer, got -1"),
        ({"units": [3, 4], "depth": 3}, r"`units`.*\[3, 4\].*`depth` 3"),
        ({"units": []}, "`units`"),
        ({"depth": 0}, "`depth` must be a positive integer, got 0"),
        ({"cell": "lstn"}, "'gru', 'lstm', .*'vanilla'; got 'lstn'.*Did you mean 'lstm'"),
        ({"merge": "add"}, "`merge` must be one of 'concat'"),
        ({"dropout": 1.0}, r"`dropout` must be a number in \[0, 1\), got 1.0"),
        ({"recurrent_dropout": -0.1}, "`recurrent_dropout`"),
        ({"normalization": "batch"}, "`normalization` must be one of None, 'layer'"),
        ({"activaton": "relu"}, "Did you mean 'activation'"),
        ({"bidirectional": True, "go_backwards": True}, "`go_backwards` must be False"),
        ({"bidirectional": True, "stateful": True}, "`stateful` must be False"),
        (
            {"bidirectional": True, "residual": True, "merge": "sum", "return_sequences": False},
            "`merge` must be 'concat'",
        ),
    ],
)
def test_errors_name_the_argument_and_the_fix(kwargs, message):
    with pytest.raises(ValueError, match=message):
        Recurrent(**kwargs)


def test_an_unknown_state_lists_the_names(inputs):
    with pytest.raises(ValueError, match="'layer_0/forward/h'"):
        Recurrent("gru", UNITS)(inputs, initial_state={"h": random_inputs((BATCH, UNITS))})
