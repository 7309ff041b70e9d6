"""Holding rows out."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_zoo.files.splits import hold_out

classes = st.lists(st.integers(3, 40), min_size=2, max_size=5)


@settings(max_examples=60, deadline=None)
@given(classes, st.integers(0, 5))
def test_each_class_is_on_both_sides_and_each_row_on_one(counts, seed):
    labels = np.repeat(np.arange(len(counts)), counts)
    kept, held = hold_out(labels, 0.1, seed)
    assert sorted([*kept, *held]) == list(range(len(labels)))
    assert set(labels[kept]) == set(labels)
    assert (np.bincount(labels[kept]) >= 2).all()
    assert len(held) == max(round(0.1 * len(labels)), len(counts))


def test_classes_are_held_out_by_the_same_share():
    labels = np.repeat([0, 1], [900, 100])
    _, held = hold_out(labels, 0.2, seed=0)
    assert list(np.bincount(labels[held])) == [180, 20]


def test_the_choice_depends_on_the_seed_alone():
    labels = np.repeat([0, 1], 50)
    once, again, other = (hold_out(labels, 0.1, seed)[1] for seed in (0, 0, 1))
    np.testing.assert_array_equal(once, again)
    assert not np.array_equal(once, other)


def test_a_share_of_zero_holds_nothing_out():
    kept, held = hold_out(np.array([0, 1]), 0.0, seed=0)
    assert list(kept) == [0, 1]
    assert len(held) == 0


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=40, max_size=80), st.integers(0, 5))
def test_no_group_is_on_both_sides(groups, seed):
    groups = np.array([*groups, *range(10)])
    labels = np.arange(len(groups)) % 2
    kept, held = hold_out(labels, 0.2, seed, groups)
    assert not set(groups[kept]) & set(groups[held])
    assert sorted([*kept, *held]) == list(range(len(labels)))
    assert len(set(groups[held])) == 2


def test_groups_are_cut_so_that_the_classes_stay_in_proportion():
    groups = np.arange(300) // 3
    labels = (np.arange(300) < 60).astype("int32")
    _, held = hold_out(labels, 0.1, 0, groups)
    assert abs(labels[held].mean() - 0.2) <= 0.1


def test_a_class_in_few_groups_stays_in_training():
    groups = np.arange(40) // 4
    labels = (np.arange(40) < 4).astype("int32")
    kept, _ = hold_out(labels, 0.1, 0, groups)
    assert set(labels[kept]) == {0, 1}
