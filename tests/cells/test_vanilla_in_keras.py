import keras
import numpy as np
import pytest
from helpers import assert_config_round_trip, run_layer_test, run_model_test, save_and_load
from vanilla_reference import (
    BATCH,
    FEATURES,
    INPUTS,
    MASK,
    STATE,
    TIME,
    UNITS,
    close,
    halved_sine,
    numpy,
    reference,
    weights,
    with_weights,
)

from rnn_zoo.cells import VanillaCell, VanillaRNN

# Dropout


def linear_rnn(size, kernel, recurrent_kernel, **options):
    rnn = VanillaRNN(size, "linear", use_bias=False, return_sequences=True, **options)
    rnn.build((None, None, size))
    rnn.set_weights([kernel * np.eye(size), recurrent_kernel * np.eye(size)])
    return rnn


def test_dropout_drops_the_same_features_at_every_step():
    rnn = linear_rnn(50, 1, 0, dropout=0.25, seed=1)
    ones = np.ones((8, 3, 50), "float32")
    close(rnn(ones), ones)
    close(rnn(ones, training=False), ones)
    dropped = numpy(rnn(ones, training=True))[0]
    assert set(np.unique(dropped.round(4))) == {0, np.float32(1.3333)}  # kept values are scaled up
    assert (dropped == dropped[:, :1]).all()
    assert 0.15 < np.mean(dropped == 0) < 0.35
    assert (dropped != numpy(rnn(ones, training=True))[0]).any(), "the next batch must drop others"


def test_recurrent_dropout_drops_the_same_units_at_every_step():
    rnn = linear_rnn(50, 0, 1, recurrent_dropout=0.5, seed=1)
    inputs, ones = np.zeros((8, 3, 50), "float32"), np.ones((8, 50), "float32")
    close(rnn(inputs, initial_state=ones), np.ones((8, 3, 50)))
    dropped = numpy(rnn(inputs, initial_state=ones, training=True))[0]
    assert set(np.unique(dropped[:, 2])) == {0, 8}
    close(dropped, dropped[:, 2:] * [[[1 / 4], [1 / 2], [1]]])
    assert 0.4 < np.mean(dropped == 0) < 0.6


def test_dropout_is_seeded():
    def outputs(seed):
        rnn = with_weights(VanillaRNN(UNITS, dropout=0.5, recurrent_dropout=0.5, seed=seed))
        return numpy(rnn(INPUTS, training=True))[0]

    close(outputs(1), outputs(1))
    assert not np.allclose(outputs(1), outputs(2))


def test_dropout_drops_units_between_stacked_cells():
    cells = [VanillaCell(UNITS, dropout=0.5, recurrent_dropout=0.5, seed=seed) for seed in (1, 2)]
    rnn = keras.layers.RNN(keras.layers.StackedRNNCells(cells), return_sequences=True)
    assert not np.allclose(rnn(INPUTS, training=True), rnn(INPUTS, training=True))
    close(rnn(INPUTS), rnn(INPUTS))


# Inside Keras's wrappers


def test_inside_rnn():
    rnn = keras.layers.RNN(VanillaCell(UNITS), return_sequences=True, return_state=True)
    close(with_weights(rnn)(INPUTS, mask=MASK), reference(INPUTS, *weights(), mask=MASK))


def test_inside_stacked_rnn_cells():
    upper = weights(seed=5, features=UNITS)
    stack = keras.layers.StackedRNNCells([VanillaCell(UNITS), VanillaCell(UNITS)])
    rnn = with_weights(keras.layers.RNN(stack, return_sequences=True), [*weights(), *upper])
    lower_outputs, _ = reference(INPUTS, *weights(), mask=MASK)
    close(rnn(INPUTS, mask=MASK), reference(lower_outputs, *upper, mask=MASK)[0])


def test_inside_bidirectional():
    layer = keras.layers.Bidirectional(VanillaRNN(UNITS, return_sequences=True, return_state=True))
    with_weights(layer, weights() + weights(seed=5))
    forwards, forward_state = reference(INPUTS, *weights(), mask=MASK)
    backwards, backward_state = reference(INPUTS, *weights(seed=5), mask=MASK, backwards=True)
    # Keras's wrapper sets zeros at masked steps.
    expected = np.where(MASK[..., None], np.concatenate([forwards, backwards[:, ::-1]], axis=-1), 0)
    close(layer(INPUTS, mask=MASK), [expected, forward_state, backward_state])


@pytest.mark.parametrize("wrapped", ["rnn", "stacked", "bidirectional"])
def test_wrapped_models_save(wrapped):
    layer = {
        "rnn": lambda: keras.layers.RNN(VanillaCell(UNITS, "relu")),
        "stacked": lambda: keras.layers.RNN([VanillaCell(2), VanillaCell(UNITS)]),
        "bidirectional": lambda: keras.layers.Bidirectional(VanillaRNN(UNITS // 2, dropout=0.2)),
    }[wrapped]()
    model = keras.Sequential([keras.Input((None, FEATURES)), keras.layers.Masking(), layer])
    inputs = INPUTS * MASK[..., None]
    close(save_and_load(model).predict(inputs, verbose=0), model.predict(inputs, verbose=0))


# Contract of every layer


@pytest.mark.parametrize(
    ("options", "shape"),
    [
        ({"activation": halved_sine, "dropout": 0.2, "recurrent_dropout": 0.2}, (BATCH, UNITS)),
        ({"return_sequences": True, "state_initializer": "random_normal", "seed": 1}, (BATCH, TIME, UNITS)),
        ({"return_state": True, "go_backwards": True, "activation": "relu"}, [(BATCH, UNITS)] * 2),
    ],
    ids=["dropout", "sequences", "state"],
)
def test_layer_promises(options, shape):
    run_layer_test(
        VanillaRNN,
        dict(units=UNITS, **options),
        input_shape=INPUTS.shape,
        mask=MASK,
        expected_output_shape=shape,
    )


def test_configuration_is_complete():
    options = {
        "activation": "relu",
        "use_bias": False,
        "kernel_initializer": "he_normal",
        "recurrent_initializer": "identity",
        "bias_initializer": "ones",
        "state_initializer": "random_normal",
        "kernel_regularizer": "l2",
        "recurrent_regularizer": "l1",
        "bias_regularizer": "l2",
        "kernel_constraint": "max_norm",
        "recurrent_constraint": "unit_norm",
        "bias_constraint": "non_neg",
        "dropout": 0.1,
        "recurrent_dropout": 0.2,
        "seed": 7,
    }
    assert_config_round_trip(VanillaCell, dict(units=UNITS, **options))
    layer_options = {"activity_regularizer": "l2", "return_sequences": True, "return_state": True, "go_backwards": True}
    layer_options.update(stateful=True, unroll=True, zero_output_for_mask=True, name="elman", dtype="mixed_bfloat16")
    assert_config_round_trip(VanillaRNN, dict(units=UNITS, **options, **layer_options))
    layer = VanillaRNN(UNITS, **options)
    for name in ("units", *options):  # each argument is an attribute
        assert getattr(layer, name) is getattr(layer.cell, name)


def test_regularizers_and_constraints_apply():
    rnn = VanillaRNN(
        UNITS,
        kernel_regularizer=keras.regularizers.L2(0.1),
        recurrent_regularizer=keras.regularizers.L2(0.2),
        bias_regularizer=keras.regularizers.L2(0.3),
        kernel_constraint="non_neg",
        recurrent_constraint="unit_norm",
        bias_constraint="non_neg",
    )
    with_weights(rnn)
    expected = sum(factor * np.sum(weight**2) for factor, weight in zip((0.1, 0.2, 0.3), weights(), strict=True))
    close(sum(rnn.losses), expected)
    assert [weight.constraint is not None for weight in rnn.trainable_weights] == [True] * 3


def test_trains_in_a_model():
    model = keras.Sequential([keras.Input((None, FEATURES)), VanillaRNN(UNITS, dropout=0.1, seed=1)])
    model.add(keras.layers.Dense(2, activation="softmax"))
    model.compile("adam", "sparse_categorical_crossentropy")
    run_model_test(model, INPUTS, (BATCH, 2))


# Bad input


@pytest.mark.parametrize("layer", [VanillaCell, VanillaRNN])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"units": 0}, "`units` must be a positive integer, got 0"),
        ({"units": -3}, "`units` must be a positive integer, got -3"),
        ({"units": 2.5}, "`units` must be a positive integer, got 2.5"),
        ({"units": 2, "dropout": 1.0}, r"`dropout` must be a number in \[0, 1\), got 1.0"),
        ({"units": 2, "recurrent_dropout": -0.1}, r"`recurrent_dropout` must be a number in \[0, 1\), got -0.1"),
        ({"units": 2, "activation": "tanhh"}, "tanhh"),
    ],
)
def test_bad_arguments_are_named(layer, options, message):
    with pytest.raises(ValueError, match=message):
        layer(**options)


@pytest.mark.parametrize("state", [STATE[:, :2], STATE[0], np.zeros((BATCH, UNITS + 1))])
def test_bad_initial_state_is_named(state):
    with pytest.raises(ValueError, match=r"`initial_state` must have the shape \[batch, units\] = \[batch, 4\], got"):
        VanillaRNN(UNITS)(INPUTS, initial_state=state)


def test_inputs_without_time_are_refused():
    with pytest.raises(ValueError, match="ndim=3"):
        VanillaRNN(UNITS)(INPUTS[:, 0])
