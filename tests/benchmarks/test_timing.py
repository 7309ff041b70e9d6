"""Interleaved timing, on a clock that moves only when a contestant works (by powers of 2, which add up exactly)."""

import itertools

import numpy as np
import pytest

from benchmarks import timing
from benchmarks.timing import Contestant, interleave


@pytest.fixture
def race(monkeypatch):
    """A function: name -> (seconds of a call, rival) to the timings and the calls, in the order in which they came."""

    class Clock:
        now = 0.0

    monkeypatch.setattr(timing.time, "perf_counter", lambda: Clock.now)

    def run(durations, first=1.0, **options):
        calls, seen = [], set()

        def step_of(name, duration):
            def step():
                Clock.now += duration if name in seen else first
                seen.add(name)
                calls.append(name)

            return step

        contestants = [Contestant(name, step_of(name, each), rival) for name, (each, rival) in durations.items()]
        return {one.contestant.name: one for one in interleave(contestants, **options)}, calls

    return run


def test_medians_are_those_of_the_calls_without_the_first(race):
    timings, _ = race({"a": (0.01, False), "b": (0.03, True)}, seconds=1.0)
    assert list(timings) == ["a", "b"]
    for name, milliseconds in (("a", 10), ("b", 30)):
        for quantile in (0.0, 0.5, 1.0):
            np.testing.assert_allclose(timings[name].milliseconds(quantile), milliseconds)


def test_contestants_take_turns_in_changing_order(race):
    _, calls = race(dict.fromkeys("abc", (1 / 8, True)), seconds=7.5, turn=1 / 8)
    warm_up, rounds = calls[:12], calls[12:]
    assert "".join(warm_up) == "aaaabbbbcccc"
    rounds = [tuple(rounds[start : start + 3]) for start in range(0, len(rounds), 3)]
    assert len(rounds) == 20
    assert all(sorted(one) == ["a", "b", "c"] for one in rounds)
    assert len(set(rounds)) > 3


def test_a_turn_is_as_long_for_each_and_its_first_call_is_not_timed(race):
    timings, calls = race({"fast": (1 / 512, True), "slow": (1 / 256, True)}, seconds=0.625, turn=1 / 16)
    turns = [(name, len(list(group))) for name, group in itertools.groupby(calls[8:])]
    # Two turns of one contestant may meet where a round ends with it and the next begins with it.
    assert all(length % {"fast": 33, "slow": 17}[name] == 0 for name, length in turns)
    assert len(timings["fast"].seconds) == 2 * len(timings["slow"].seconds) == 5 * 32


def test_long_calls_get_the_least_number_of_rounds(race):
    timings, calls = race({"a": (3.0, False), "b": (4.0, True)}, seconds=1.0, least_rounds=3)
    assert [len(one.seconds) for one in timings.values()] == [3, 3]
    assert len(calls) == 2 * 2 + 2 * 3


def test_a_hopeless_rival_keeps_the_times_of_its_warm_up(race):
    durations = {"ours": (0.25, False), "fast": (0.05, True), "slow": (0.15, True), "hopeless": (0.25, True)}
    timings, calls = race(durations, seconds=5.0, hopeless=4.0)
    assert len(timings["hopeless"].seconds) == 2 and calls.count("hopeless") == 4
    np.testing.assert_allclose(timings["hopeless"].milliseconds(), 250)
    assert len(timings["ours"].seconds) == len(timings["slow"].seconds) >= 5
