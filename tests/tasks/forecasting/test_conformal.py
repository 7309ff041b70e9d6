import hypothesis
import numpy as np
import pytest
from hypothesis import strategies

from rnn_zoo.tasks.forecasting.forecasters.conformal import margins, misses, track, widen


def test_by_hand():
    actual = np.arange(1.0, 10)[:, None, None]  # 1 ... 9
    zero = np.zeros_like(actual)
    # The 9th and the 5th smallest of 9: ceil(10 * 0.9), ceil(10 * 0.5).
    assert margins(misses(actual, zero, zero), 0.9) == 9
    assert margins(misses(actual, zero, zero), 0.5) == 5
    # An interval that always held by 1 at least is narrowed.
    assert margins(misses(actual, actual - 1, actual + 2), 0.9) == -1


@hypothesis.given(strategies.integers(0, 10_000), strategies.sampled_from([0.5, 0.8, 0.9]))
def test_on_what_it_was_calibrated_it_holds_what_it_promises(seed, coverage):
    generator = np.random.default_rng(seed)
    actual = generator.standard_cauchy((50, 2, 3))
    lower, upper = np.sort(generator.standard_normal((2, 50, 2, 3)), axis=0)
    low, high = widen((lower + upper) / 2, lower, upper, margins(misses(actual, lower, upper), coverage))
    held = ((low <= actual) & (actual <= high)).mean(axis=0)
    assert (held >= coverage - 1e-9).all()


def test_fresh_draws_are_covered_as_promised():
    generator = np.random.default_rng(0)
    calibration, fresh = generator.standard_normal((2, 2_000, 1, 20))
    zero = np.zeros_like(fresh)
    low, high = widen(zero, zero, zero, margins(np.abs(calibration), 0.9))
    np.testing.assert_allclose(((low <= fresh) & (fresh <= high)).mean(), 0.9, atol=0.01)


def test_ends_never_cross_the_forecast():
    value = np.zeros((1, 1, 1))
    low, high = widen(value, value - 1, value + 1, np.array([[-5.0]]))
    assert low == high == 0


def test_too_few_windows_are_refused():
    few = np.zeros((8, 2, 1))
    with pytest.raises(ValueError, match=r"8 validation windows are too few to calibrate 90% intervals, which need 9"):
        margins(few, 0.9)


def test_tracking_by_hand():
    scores = np.array([[1.0, 5.0], [5.0, 9.0], [0.0, 0.0], [0.0, 0.0]])[:, :, None]
    margin, spread = np.array([[2.0], [3.0]]), np.array([[1.0], [4.0]])
    used = track(scores, margin, spread, 0.75)[:, :, 0]
    pace = 0.5 / np.sqrt(2)
    # Step 1 of window 0 held. Then step 1 of window 1 and step 2 of window 0 missed, then half of what came in.
    moved = pace * np.cumsum([0, 0 - 0.25, 1 - 0.25, 0.5 - 0.25])
    np.testing.assert_allclose(used, np.stack([2 + moved, 3 + 4 * moved], axis=1))


def test_no_margin_knows_what_comes_after_its_window_begins():
    generator = np.random.default_rng(0)
    scores = generator.standard_normal((30, 4, 2))
    zero, one = np.zeros((4, 2)), np.ones((4, 2))
    before = track(scores, zero, one, 0.9)
    start = 12
    later = start <= np.arange(30)[:, None] + np.arange(4)  # step h of window j lies at j + h
    after = track(np.where(later[:, :, None], 99.0, scores), zero, one, 0.9)
    np.testing.assert_array_equal(after[: start + 1], before[: start + 1])
    assert (after[start + 1] != before[start + 1]).any()


@pytest.mark.parametrize("horizon", [1, 3, 20])
def test_where_the_world_changes_tracking_holds_what_it_promises(horizon):
    generator = np.random.default_rng(0)
    growth = np.linspace(1, 4, 1_500)[:, None, None]
    scores = np.abs(generator.standard_normal((1_500, horizon, 1))) * growth
    first = scores[:200]
    fixed = margins(first, 0.9)
    assert (scores <= fixed).mean() < 0.7
    followed = track(scores, fixed, first.std(axis=0), 0.9)
    assert 0.86 < (scores <= followed).mean() < 0.91  # it comes after the change, never before


def test_where_nothing_changes_tracking_stays_where_it_is():
    generator = np.random.default_rng(0)
    scores = np.abs(generator.standard_normal((1_000, 20, 1)))
    fixed = margins(scores, 0.9)
    followed = track(scores, fixed, scores.std(axis=0), 0.9)
    assert np.abs(followed - fixed).max() < 0.5 * fixed.mean()
    assert abs(followed.mean() - fixed.mean()) < 0.02
