import hypothesis
import numpy as np
import pytest
from hypothesis import strategies

from rnn_zoo.forecasting.conformal import choose_pace, margins, misses, track, widen


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
    with pytest.raises(ValueError, match=r"8 windows for validation cannot calibrate intervals of 90%, 9 are needed"):
        margins(few, 0.9)


def test_tracking_by_hand():
    scores = np.array([[1.0, 5.0], [5.0, 0.0], [0.0, 0.0], [0.0, 0.0]])[:, :, None]
    used = track(scores, np.full((2, 1), 2.0), np.array([[1.0], [0.5]]), 0.75)[:, :, 0]
    # Step 1 of window 0 held and narrows window 1; that of window 1 missed and widens window 2.
    np.testing.assert_allclose(used[:, 0], [2, 2 - 0.25, 1.75 + 0.75, 2.5 - 0.25])
    # Step 2 of window 0 missed, which window 2 is the first to know.
    np.testing.assert_allclose(used[:, 1], [2, 2, 2 + 0.5 * 0.75, 2.375 - 0.5 * 0.25])


def test_no_margin_knows_what_comes_after_its_window_begins():
    generator = np.random.default_rng(0)
    scores = generator.standard_normal((30, 4, 2))
    pace = np.full((4, 2), 0.3)
    before = track(scores, np.zeros((4, 2)), pace, 0.9)
    start = 12
    later = start <= np.arange(30)[:, None] + np.arange(4)  # step h of window j lies at j + h
    after = track(np.where(later[:, :, None], 99.0, scores), np.zeros((4, 2)), pace, 0.9)
    np.testing.assert_array_equal(after[: start + 1], before[: start + 1])
    assert (after[start + 1] != before[start + 1]).any()


def test_where_the_world_changes_tracking_holds_what_it_promises():
    generator = np.random.default_rng(0)
    scores = np.abs(generator.standard_normal((1_500, 3, 1))) * np.linspace(1, 6, 1_500)[:, None, None]
    start = margins(scores[:200], 0.9)
    fixed, followed = ((scores <= track(scores, start, np.full((3, 1), rate), 0.9)).mean() for rate in (0.0, 0.2))
    assert fixed < 0.6
    assert 0.86 < followed < 0.92  # it comes after the change, never before


def test_the_pace_is_the_slowest_that_holds():
    generator = np.random.default_rng(0)
    steady = np.abs(generator.standard_normal((1_000, 20, 1)))
    assert (choose_pace(steady, 0.9) == 0).all()
    changing = steady * np.where(np.arange(1_000) < 500, 1, 5)[:, None, None]
    assert (choose_pace(changing, 0.9) >= 0.1 * changing.std(axis=0)).all()
    assert (choose_pace(steady[:30], 0.9) == 0).all()
