import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from rnn_zoo.checks import fraction, not_negative, one_of, positive_integer, positive_number


@given(some.integers(min_value=1))
def test_positive_integer_takes_every_integer_above_zero(value):
    assert positive_integer("units", value) == value


@pytest.mark.parametrize("value", [np.int64(3), np.uint8(3)])
def test_positive_integer_makes_a_python_int(value):
    assert type(positive_integer("units", value)) is int


@pytest.mark.parametrize("value", [0, -3, True, False, 2.0, 2.5, "4", None, [4], math.nan, np.int64(0)])
def test_positive_integer_names_the_argument_its_value_and_the_fix(value):
    with pytest.raises(ValueError) as error:
        positive_integer("units", value)
    assert str(error.value) == f"`units` must be a positive integer, got {value!r}."


@given(some.floats(0, 1, exclude_max=True))
def test_fraction_takes_every_number_from_zero_to_below_one(value):
    assert fraction("dropout", value) == value


def test_fraction_makes_a_python_float():
    assert type(fraction("dropout", 0)) is float
    assert type(fraction("dropout", np.float64(0.5))) is float


@pytest.mark.parametrize("value", [1, 1.0, -0.1, True, "0.5", None, math.nan, math.inf])
def test_fraction_names_the_argument_its_value_and_the_fix(value):
    with pytest.raises(ValueError) as error:
        fraction("dropout", value)
    assert str(error.value) == f"`dropout` must be a number in [0, 1), got {value!r}."


@given(some.floats(min_value=0, allow_infinity=False))
def test_not_negative_takes_every_finite_number_from_zero(value):
    assert not_negative("temperature", value) == value


@pytest.mark.parametrize("value", [-1, -0.1, True, "1", None, math.nan, math.inf])
def test_not_negative_names_the_argument_its_value_and_the_fix(value):
    with pytest.raises(ValueError) as error:
        not_negative("temperature", value)
    assert str(error.value) == f"`temperature` must be a number >= 0, got {value!r}."


@given(some.floats(min_value=0, exclude_min=True, allow_infinity=False))
def test_positive_number_takes_every_finite_number_above_zero(value):
    assert positive_number("clip_norm", value) == value


@pytest.mark.parametrize("value", [0, 0.0, -1, True, "1", None, math.nan, math.inf])
def test_positive_number_names_the_argument_its_value_and_the_fix(value):
    with pytest.raises(ValueError) as error:
        positive_number("clip_norm", value)
    assert str(error.value) == f"`clip_norm` must be a positive number, got {value!r}."


@pytest.mark.parametrize("value", ["lstm", "gru", None])
def test_one_of_returns_a_choice(value):
    assert one_of("cell", value, ["lstm", "gru", None]) is value


def test_one_of_lists_the_choices_and_suggests_the_closest():
    with pytest.raises(ValueError) as error:
        one_of("cell", "lsmt", ["vanilla", "lstm", "gru"])
    assert str(error.value) == "`cell` must be one of 'vanilla', 'lstm', 'gru'; got 'lsmt'. Did you mean 'lstm'?"


def test_one_of_suggests_nothing_without_a_close_match():
    with pytest.raises(ValueError) as error:
        one_of("cell", 7, ["lstm", "gru"])
    assert str(error.value) == "`cell` must be one of 'lstm', 'gru'; got 7."


def test_one_of_takes_a_registry_and_a_generator():
    registry = {"lstm": 1, "gru": 2}
    assert one_of("cell", "gru", registry) == "gru"
    assert one_of("cell", "gru", (name for name in registry)) == "gru"
    with pytest.raises(ValueError, match="'lstm', 'gru'; got 'xyz'"):
        one_of("cell", "xyz", (name for name in registry))
