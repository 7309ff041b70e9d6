"""Sizes and the multiply-adds behind the floor."""

import pytest

from benchmarks.sizes import Sizes


def test_sizes_are_read_and_written():
    sizes = Sizes.parse("32/100/64/128")
    assert (sizes.batch, sizes.time, sizes.features, sizes.units) == (32, 100, 64, 128)
    assert str(sizes) == "32/100/64/128"


@pytest.mark.parametrize("text", ["32/100/64", "32/100/64/x", "", "1/2/3/4/5", "-1/2/3/4"])
def test_what_is_no_size_is_refused(text):
    with pytest.raises(ValueError, match=r"`sizes` must be batch/time/features/units"):
        Sizes.parse(text)


def test_a_size_of_zero_is_named():
    with pytest.raises(ValueError, match="`time` must be a positive integer, got 0"):
        Sizes.parse("2/0/4/5")


@pytest.mark.parametrize(("cell", "products"), [("vanilla", 1), ("lstm", 4), ("gru", 3)])
def test_the_floor_counts_each_product_once_forward_and_twice_backward(cell, products):
    batch, time, features, units = 2, 3, 4, 5
    forward = backward = 0
    for _ in range(time):
        for inner in (features, units):  # x_t W and h_(t-1) U
            forward += batch * products * units * inner
            backward += batch * products * units * inner  # by what was multiplied
            backward += batch * products * units * inner  # by the weights
    assert Sizes(batch, time, features, units).multiply_adds(cell) == forward + backward


@pytest.mark.parametrize(("cell", "gates"), [("min_gru", 2), ("min_lstm", 3)])
def test_parallel_cells_multiply_the_inputs_alone(cell, gates):
    assert Sizes(2, 3, 4, 5).multiply_adds(cell) == 3 * (2 * 3) * gates * (4 * 5)
    assert Sizes(2, 3, 4, 10).multiply_adds(cell) == 2 * Sizes(2, 3, 4, 5).multiply_adds(cell)


def test_an_unknown_cell_is_named():
    with pytest.raises(ValueError, match=r"`cell` must be one of .*Did you mean 'lstm'"):
        Sizes(2, 3, 4, 5).multiply_adds("lsttm")
