"""Argument checks that name the argument, its value and the fix."""

import difflib
import math
from collections.abc import Iterable
from typing import Any, TypeVar

T = TypeVar("T")


def positive_integer(name: str, value: Any) -> int:
    """Returns `value` as an int; ValueError unless it is an integer > 0."""
    if isinstance(value, bool) or not hasattr(value, "__index__") or value.__index__() <= 0:
        raise ValueError(f"`{name}` must be a positive integer, got {value!r}.")
    return value.__index__()


def fraction(name: str, value: Any) -> float:
    """Returns `value` as a float; ValueError unless 0 <= value < 1."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1:
        raise ValueError(f"`{name}` must be a number in [0, 1), got {value!r}.")
    return float(value)


def positive_number(name: str, value: Any) -> float:
    """Returns `value` as a float; ValueError unless it is finite and > 0."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value) or value <= 0:
        raise ValueError(f"`{name}` must be a positive number, got {value!r}.")
    return float(value)


def not_negative(name: str, value: Any) -> float:
    """Returns `value` as a float; ValueError unless it is finite and >= 0."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value) or value < 0:
        raise ValueError(f"`{name}` must be a number >= 0, got {value!r}.")
    return float(value)


def one_of(name: str, value: T, choices: Iterable[Any]) -> T:
    """Returns `value`; ValueError unless it is one of the choices, which the message lists with the closest match."""
    choices = list(choices)
    if value in choices:
        return value
    close = difflib.get_close_matches(str(value), [str(choice) for choice in choices], n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    listed = ", ".join(repr(choice) for choice in choices)
    raise ValueError(f"`{name}` must be one of {listed}; got {value!r}.{hint}")
