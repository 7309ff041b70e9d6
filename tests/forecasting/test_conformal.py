import hypothesis
import numpy as np
import pytest
from hypothesis import strategies

from rnn_zoo.forecasting.conformal import margins, widen


def test_by_hand():
    actual = np.arange(1.0, 10)[:, None, None]  # 1 ... 9
    zero = np.zeros_like(actual)
    # The 9th and the 5th smallest of 9: ceil(10 * 0.9), ceil(10 * 0.5).
    assert margins(actual, zero, zero, 0.9) == 9
    assert margins(actual, zero, zero, 0.5) == 5
    # An interval that always held by 1 at least is narrowed.
    assert margins(actual, actual - 1, actual + 2, 0.9) == -1


@hypothesis.given(strategies.integers(0, 10_000), strategies.sampled_from([0.5, 0.8, 0.9]))
def test_on_what_it_was_calibrated_it_holds_what_it_promises(seed, coverage):
    generator = np.random.default_rng(seed)
    actual = generator.standard_cauchy((50, 2, 3))
    lower, upper = np.sort(generator.standard_normal((2, 50, 2, 3)), axis=0)
    low, high = widen((lower + upper) / 2, lower, upper, margins(actual, lower, upper, coverage))
    held = ((low <= actual) & (actual <= high)).mean(axis=0)
    assert (held >= coverage - 1e-9).all()


def test_fresh_draws_are_covered_as_promised():
    generator = np.random.default_rng(0)
    calibration, fresh = generator.standard_normal((2, 2_000, 1, 20))
    zero = np.zeros_like(fresh)
    low, high = widen(zero, zero, zero, margins(calibration, zero, zero, 0.9))
    np.testing.assert_allclose(((low <= fresh) & (fresh <= high)).mean(), 0.9, atol=0.01)


def test_ends_never_cross_the_forecast():
    value = np.zeros((1, 1, 1))
    low, high = widen(value, value - 1, value + 1, np.array([[-5.0]]))
    assert low == high == 0


def test_too_few_windows_are_refused():
    few = np.zeros((8, 2, 1))
    with pytest.raises(ValueError, match=r"8 windows for validation cannot calibrate intervals of 90%, 9 are needed"):
        margins(few, few, few, 0.9)
