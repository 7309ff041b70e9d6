import numpy as np
import pytest
from helpers import examples, gradients, one_backend, random_inputs, run_layer_test
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from rnn_zoo.layers import TimePooling

MODES = ["last", "max", "mean", "attention"]
MASK = np.array([[1, 1, 1, 1], [1, 1, 0, 0], [0, 0, 0, 0]], bool)


def numpy_pooling(layer, inputs, mask):
    """Each mode by its equation, one row at a time."""
    rows = []
    for row, valid in zip(inputs, mask, strict=True):
        steps = row[valid]
        if not len(steps):
            rows.append(np.zeros(len(layer.modes) * inputs.shape[-1]))
            continue
        split = inputs.shape[-1] - layer.backward_features
        pooled = {
            "last": np.concatenate([steps[-1, :split], steps[0, split:]]),
            "max": steps.max(axis=0),
            "mean": steps.mean(axis=0),
        }
        if "attention" in layer.modes:
            kernel, bias, query = (ops.convert_to_numpy(w) for w in (layer.kernel, layer.bias, layer.query))
            weights = np.exp(np.tanh(steps @ kernel + bias) @ query)
            pooled["attention"] = (weights / weights.sum() * steps).sum(axis=0)
        rows.append(np.concatenate([pooled[mode] for mode in layer.modes]))
    return np.array(rows)


@pytest.mark.parametrize("modes", ["last", MODES, ["max", "mean"]], ids=str)
def test_layer_contract(modes):
    width = 6 * (1 if isinstance(modes, str) else len(modes))
    run_layer_test(
        TimePooling,
        {"modes": modes, "backward_features": 2},
        input_shape=(3, 4, 6),
        mask=MASK,
        expected_output_shape=(3, width),
    )


@pytest.fixture(scope="module")
def pooling():
    layer = TimePooling(MODES, backward_features=2)
    layer.build((None, None, 6))
    return layer


@settings(max_examples=examples(20))
@given(mask=st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=3, max_size=3))
def test_equals_numpy_under_any_mask(pooling, mask):
    inputs, mask = random_inputs((3, 4, 6)), np.array(mask)
    np.testing.assert_allclose(pooling(inputs, mask=mask), numpy_pooling(pooling, inputs, mask), atol=1e-6)


@one_backend
@settings(max_examples=examples(10))
@given(lengths=st.lists(st.integers(0, 4), min_size=3, max_size=3), padding=st.sampled_from([1, 7]))
def test_extra_padding_changes_nothing(pooling, lengths, padding):
    inputs = random_inputs((3, 4, 6))
    valid = np.arange(4 + padding) < np.array(lengths)[:, None]
    padded = np.concatenate([inputs, np.full((3, padding, 6), 1e6, "float32")], axis=1)
    np.testing.assert_allclose(pooling(padded, mask=valid), pooling(inputs, mask=valid[:, :4]), atol=1e-6)


def test_without_a_mask_all_steps_count(pooling):
    inputs = random_inputs((3, 4, 6))
    np.testing.assert_allclose(pooling(inputs), numpy_pooling(pooling, inputs, np.ones((3, 4), bool)), atol=1e-6)


def test_an_empty_row_gives_zeros_and_finite_gradients(pooling):
    inputs = random_inputs((3, 4, 6))
    assert not ops.convert_to_numpy(pooling(inputs, mask=MASK))[2].any()
    assert all(np.isfinite(gradient).all() for gradient in gradients(pooling, inputs, mask=MASK))


def test_modes_are_concatenated_in_order():
    inputs = random_inputs((3, 4, 6))
    outputs = ops.convert_to_numpy(TimePooling(["mean", "max"])(inputs))
    np.testing.assert_allclose(outputs, np.concatenate([inputs.mean(1), inputs.max(1)], axis=-1), atol=1e-6)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_a_long_mean_survives_16_bits(dtype):
    inputs = ops.cast(np.full((1, 100_000, 1), 2.0), dtype)
    assert float(TimePooling("mean", dtype=dtype)(inputs)[0, 0]) == pytest.approx(2, rel=1e-2)


def test_the_output_has_no_mask():
    assert TimePooling("max").compute_mask(None, MASK) is None


@pytest.mark.parametrize(
    ("modes", "message"),
    [("sum", "`modes` must be one of 'last', 'max', 'mean', 'attention'; got 'sum'"), ([], "at least one")],
)
def test_errors_list_the_modes(modes, message):
    with pytest.raises(ValueError, match=message):
        TimePooling(modes)
