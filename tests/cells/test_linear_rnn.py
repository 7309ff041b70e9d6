"""LinearCell and LinearRNN, the base classes of MinGRU and MinLSTM."""

import hypothesis.extra.numpy
import keras
import numpy as np
import pytest
from helpers import (
    assert_config_round_trip,
    examples,
    gradients,
    needs_tensorflow,
    one_backend,
    random_inputs,
    run_layer_test,
    run_model_test,
)
from hypothesis import given
from hypothesis import strategies as st
from linear_reference import (
    BATCH,
    CELLS,
    FEATURES,
    INPUTS,
    LAYERS,
    MASK,
    STATE,
    TIME,
    UNITS,
    close,
    numpy,
    reference,
    weights,
    with_weights,
)

from rnn_zoo.cells import MinGRU, MinLSTM
from rnn_zoo.layers import Recurrent

BOTH = {"return_sequences": True, "return_state": True}
# A loop compiled for training runs in sub-batches of this many rows.
ROWS = 16
either = pytest.mark.parametrize("layer", LAYERS)
any_scan = pytest.mark.parametrize("scan", ["sequential", "parallel"])


# Both scans and the cell compute the same function


@either
@pytest.mark.parametrize("options", [{}, {"go_backwards": True, "zero_output_for_mask": True}], ids=["plain", "other"])
def test_equals_the_cell_in_keras_loop(layer, options):
    options = {**BOTH, **options}
    loop = with_weights(keras.layers.RNN(CELLS[layer](UNITS), **options))
    expected = loop(INPUTS, mask=MASK, initial_state=STATE)
    for scan in ("sequential", "parallel"):
        ours = with_weights(layer(UNITS, scan=scan, **options))
        for training in (False, True):
            close(ours(INPUTS, mask=MASK, initial_state=STATE, training=training), expected)


@pytest.fixture(scope="module")
def scans():
    """Layers with equal weights, for each kind, direction and scan."""
    return {
        (layer, backwards): [
            with_weights(layer(UNITS, go_backwards=backwards, scan=scan, **BOTH)) for scan in ("sequential", "parallel")
        ]
        for layer in LAYERS
        for backwards in (False, True)
    }


@given(
    layer=st.sampled_from(LAYERS),
    mask=hypothesis.extra.numpy.arrays(bool, (BATCH, TIME)),
    backwards=st.booleans(),
    start=st.booleans(),
)
@hypothesis.settings(max_examples=examples(10))
def test_any_mask(scans, layer, mask, backwards, start):
    state = STATE if start else None
    outputs, last = reference(layer, INPUTS, *weights(layer), state=state, mask=mask, backwards=backwards)
    read = np.logical_or.accumulate(mask[:, ::-1] if backwards else mask, axis=1)
    for scan in scans[layer, backwards]:
        found, found_last = numpy(scan(INPUTS, mask=mask, initial_state=state))
        close(found_last, last)
        close(found[read], outputs[read])


@either
def test_both_scans_stay_equal_over_2000_steps_of_extreme_inputs(layer):
    inputs = random_inputs((2, 2000, FEATURES)) * np.geomspace(0.1, 1e4, 2000, dtype="float32")[:, None]
    scans = [with_weights(layer(UNITS, return_sequences=True, scan=scan)) for scan in ("sequential", "parallel")]
    outputs = numpy([scan(inputs) for scan in scans])
    assert np.isfinite(outputs).all()
    # 1 - z is rounded relative to one, so that what remains of a state of 1e4 has fewer digits.
    np.testing.assert_allclose(*outputs, rtol=1e-5, atol=1e-7 * np.max(outputs))
    assert all(np.isfinite(gradient).all() for scan in scans for gradient in gradients(scan, inputs))


@either
def test_training_outputs_and_gradients_equal_both_scans(layer):
    inputs = random_inputs((ROWS, TIME, FEATURES))
    mask = np.random.default_rng(0).random((ROWS, TIME)) < 0.7
    options = {"scan": "sequential", "return_sequences": True, "go_backwards": True}
    trained, plain = with_weights(layer(UNITS, **options)), with_weights(layer(UNITS, **options))
    side_by_side = with_weights(layer(UNITS, **{**options, "scan": "parallel"}))
    expected = gradients(plain, inputs, mask=mask)
    close(gradients(trained, inputs, mask=mask, training=True), expected)
    close(gradients(side_by_side, inputs, mask=mask), expected)
    close(trained(inputs, mask=mask, training=True), plain(inputs, mask=mask))


@either
def test_streaming_step_by_step_equals_one_call(layer):
    whole = numpy(with_weights(layer(UNITS, return_sequences=True))(INPUTS))[0]
    cell = with_weights(keras.layers.RNN(CELLS[layer](UNITS))).cell
    states = cell.get_initial_state(BATCH)
    for t in range(TIME):
        output, states = cell(INPUTS[:, t], states)
        close(output, whole[:, t])
        close(states[0], output)


# States


@either
def test_initial_state_is_one_half(layer):
    rnn = with_weights(layer(UNITS))
    close(rnn.get_initial_state(BATCH), [np.full((BATCH, UNITS), 0.5)])
    close(rnn(INPUTS), rnn(INPUTS, initial_state=np.full((BATCH, UNITS), 0.5, "float32")))


@pytest.mark.parametrize("given", [STATE, [STATE], (STATE,)], ids=["array", "list", "tuple"])
def test_given_initial_state(given):
    rnn = with_weights(MinGRU(UNITS, **BOTH))
    close(rnn(INPUTS, initial_state=given), reference(MinGRU, INPUTS, *weights(MinGRU), state=STATE))


def test_stateful_continues_from_the_previous_batch():
    whole = numpy(with_weights(MinLSTM(UNITS, return_sequences=True))(INPUTS))[0]
    rnn = with_weights(MinLSTM(UNITS, return_sequences=True, stateful=True))
    for _ in range(2):
        close(rnn(INPUTS[:, :2]), whole[:, :2])
        close(rnn(INPUTS[:, 2:]), whole[:, 2:])
        rnn.reset_state()


# Dropout, precision


def test_dropout_drops_the_same_features_at_every_step():
    """Unit j depends on feature j only, which is 1: 0 if dropped, scaled to 2 if kept."""
    values = [np.concatenate([np.zeros((FEATURES, UNITS)), np.eye(FEATURES, UNITS)], axis=1), np.zeros(2 * UNITS)]
    rnn = with_weights(MinGRU(UNITS, return_sequences=True, dropout=0.5, seed=1), values)
    ones = np.ones_like(INPUTS)
    first, second = (numpy(rnn(ones, training=True))[0][..., :FEATURES] for _ in range(2))
    none, twice = (reference(MinGRU, factor * ones, *values)[0][..., :FEATURES] for factor in (0, 2))
    dropped = np.isclose(first, none).all(axis=1)
    assert 0.2 < dropped.mean() < 0.8
    close(first, np.where(dropped[:, None], none, twice))
    assert (first != second).any(), "the next batch must drop others"
    close(rnn(ones), reference(MinGRU, ones, *values)[0])


@either
def test_dropout_is_seeded(layer):
    first, second = (with_weights(layer(UNITS, dropout=0.5, seed=3))(INPUTS, training=True) for _ in range(2))
    close(first, second)
    assert not np.allclose(first, with_weights(layer(UNITS, dropout=0.5, seed=4))(INPUTS, training=True))


@needs_tensorflow  # JAX computes in float32 here
@either
def test_float64(layer):
    inputs = np.float64(random_inputs((2, 50, FEATURES)))
    expected = reference(layer, inputs, *weights(layer))
    for scan in ("sequential", "parallel"):
        rnn = with_weights(layer(UNITS, scan=scan, dtype="float64", **BOTH))
        close(rnn(inputs), expected, tolerance=1e-12)
    close(rnn(inputs, training=True), expected, tolerance=1e-12)


@one_backend
@any_scan
def test_mixed_precision_trains_and_keeps_the_state_in_float32(scan):
    """A relative step of 0.1 % would be lost in bfloat16, which has 8 significant bits."""
    rnn = MinGRU(1, scan=scan, dtype="mixed_bfloat16")
    rnn.build((None, None, 1))
    rnn.set_weights([np.zeros((1, 2)), np.array([-7.0, 7.5])])  # z = 0.1 %, and g = 8
    inputs = np.zeros((1, 300, 1), "float32")
    expected = reference(MinGRU, inputs, *(np.float64(weight) for weight in rnn.get_weights()))[1]
    output = rnn(inputs, training=True)
    assert keras.backend.standardize_dtype(output.dtype) == "bfloat16"
    np.testing.assert_allclose(numpy(keras.ops.cast(output, "float32"))[0], expected, rtol=0.01)
    assert all(np.isfinite(gradient).all() for gradient in gradients(rnn, inputs, training=True))


# Inside Keras


@pytest.mark.parametrize(
    ("layer", "options", "shape"),
    [
        pytest.param(MinGRU, {"dropout": 0.2, "kernel_regularizer": "l2"}, (BATCH, UNITS), marks=needs_tensorflow),
        (MinLSTM, {**BOTH, "dropout": 0.2, "scan": "parallel"}, [(BATCH, TIME, UNITS), (BATCH, UNITS)]),
    ],
)
def test_layer_promises(layer, options, shape):
    options = {"units": UNITS, "seed": 1, **options}
    run_layer_test(layer, options, input_shape=INPUTS.shape, mask=MASK, expected_output_shape=shape, lengths=(1,))


def test_configuration_is_complete():
    options = {
        "use_bias": False,
        "kernel_initializer": "he_normal",
        "bias_initializer": "ones",
        "kernel_regularizer": "l2",
        "bias_regularizer": "l1",
        "kernel_constraint": "max_norm",
        "bias_constraint": "non_neg",
        "dropout": 0.1,
        "seed": 7,
    }
    assert_config_round_trip(CELLS[MinLSTM], {"units": UNITS, **options})
    layer_options = {**BOTH, "activity_regularizer": "l2", "go_backwards": True, "stateful": True, "scan": "parallel"}
    layer_options.update(zero_output_for_mask=True, name="minimal", dtype="mixed_bfloat16")
    assert_config_round_trip(MinLSTM, {"units": UNITS, **options, **layer_options})
    layer = MinLSTM(UNITS, **options)
    for name in ("units", *options):  # each argument is an attribute
        assert getattr(layer, name) is getattr(layer.cell, name)


@needs_tensorflow
def test_inside_stacked_rnn_cells():
    cells = [CELLS[MinGRU](UNITS, dropout=0.5, seed=1), CELLS[MinLSTM](2)]
    rnn = keras.layers.RNN(keras.layers.StackedRNNCells(cells))
    close(rnn(INPUTS), rnn(INPUTS))
    assert not np.allclose(rnn(INPUTS, training=True), rnn(INPUTS, training=True))


def test_inside_bidirectional():
    layer = keras.layers.Bidirectional(MinGRU(UNITS, return_sequences=True))
    layer.build(INPUTS.shape)
    layer.set_weights(weights(MinGRU) + weights(MinGRU, seed=5))
    forwards = reference(MinGRU, INPUTS, *weights(MinGRU), mask=MASK)[0]
    backwards = reference(MinGRU, INPUTS, *weights(MinGRU, seed=5), mask=MASK, backwards=True)[0][:, ::-1]
    # Keras's wrapper sets zeros at masked steps.
    close(layer(INPUTS, mask=MASK), np.where(MASK[..., None], np.concatenate([forwards, backwards], axis=-1), 0))


@pytest.mark.parametrize("name", ["min_gru", "min_lstm"])
def test_inside_recurrent(name):
    layer = {"min_gru": MinGRU, "min_lstm": MinLSTM}[name]
    recurrence = Recurrent(name, UNITS, bidirectional=True, return_state=True, scan="parallel", dropout=0.1)
    outputs, states = recurrence(INPUTS, mask=MASK)
    assert list(states) == ["layer_0/forward/h", "layer_0/backward/h"]
    for direction, part in zip(("forward", "backward"), np.split(numpy(outputs)[0], 2, axis=-1), strict=True):
        values = recurrence.recurrences[f"layer_0/{direction}"].get_weights()
        expected, last = reference(layer, INPUTS, *values, mask=MASK, backwards=direction == "backward")
        expected = expected[:, ::-1] if direction == "backward" else expected
        close(part, np.where(MASK[..., None], expected, 0))
        close(states[f"layer_0/{direction}/h"], last)


@needs_tensorflow
def test_trains_in_a_model_and_answers_any_length_after_export(tmp_path):
    import tensorflow as tf

    model = keras.Sequential(
        [keras.Input((None, FEATURES)), keras.layers.Masking(), MinGRU(UNITS, dropout=0.1, seed=1)]
    )
    model.add(keras.layers.Dense(2, activation="softmax"))
    model.compile("adam", "sparse_categorical_crossentropy")
    run_model_test(model, INPUTS, (BATCH, 2))
    model.export(tmp_path / "model", verbose=False)
    served = tf.saved_model.load(str(tmp_path / "model"))
    for time in (1, 9):
        inputs = random_inputs((3, time, FEATURES))
        close(served.serve(inputs), model(inputs))


@needs_tensorflow
def test_a_training_step_under_xla():
    import tensorflow as tf

    rnn = with_weights(MinGRU(UNITS, return_sequences=True))
    kernel = rnn.cell.kernel.value

    def step(inputs, mask):
        with tf.GradientTape() as tape:
            outputs = rnn(inputs, mask=mask, training=True)
        return outputs, tape.gradient(outputs, kernel)

    signature = (tf.TensorSpec((None, None, FEATURES)), tf.TensorSpec((None, None), tf.bool))
    close(tf.function(step, input_signature=signature, jit_compile=True)(INPUTS, MASK), step(INPUTS, MASK))


@needs_tensorflow
def test_only_training_compiles():
    import tensorflow as tf

    rnn = with_weights(MinGRU(UNITS))
    compiles = {}
    for training in (False, True):
        graph = tf.function(lambda inputs, training=training: rnn(inputs, training=training))
        functions = graph.get_concrete_function(tf.TensorSpec((None, None, FEATURES))).graph.as_graph_def().library
        compiles[training] = any(function.attr["_XlaMustCompile"].b for function in functions.function)
    assert compiles == {False: False, True: True}


# Bad input


@either
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"units": 0}, "`units` must be a positive integer, got 0"),
        ({"units": 2, "dropout": 1.0}, r"`dropout` must be a number in \[0, 1\), got 1.0"),
        ({"units": 2, "recurrent_dropout": 0.1}, "`recurrent_dropout` must be 0, got 0.1.*`dropout`"),
        ({"units": 2, "scan": "paralel"}, "`scan` must be one of .*Did you mean 'parallel'"),
        ({"units": 2, "unroll": True}, "`unroll` must be False"),
    ],
)
def test_bad_arguments_are_named(layer, options, message):
    with pytest.raises(ValueError, match=message):
        layer(**options)


@pytest.mark.parametrize("state", [STATE[:, :2], STATE[0]])
def test_bad_initial_state_is_named(state):
    with pytest.raises(ValueError, match=r"`initial_state` must have the shape \[batch, units\] = \[batch, 4\], got"):
        MinGRU(UNITS)(INPUTS, initial_state=state)


def test_recurrent_dropout_is_refused_by_name():
    with pytest.raises(ValueError, match="`recurrent_dropout` must be 0"):
        Recurrent("min_gru", UNITS, recurrent_dropout=0.2)
