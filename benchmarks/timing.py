"""Interleaved timing: contestants take turns in one process, so that other work on the machine affects all of them."""

import dataclasses
import math
import time
from collections.abc import Callable

import numpy as np


@dataclasses.dataclass(frozen=True)
class Contestant:
    """A function to time.

    Args:
        name: str.
        step: function without arguments that returns when its work is done.
        rival: bool, whether the others are compared with it.
    """

    name: str
    step: Callable[[], object]
    rival: bool = False


@dataclasses.dataclass(frozen=True)
class Timing:
    """The times of the calls of a contestant.

    Args:
        contestant: Contestant.
        seconds: <float64>[calls].
    """

    contestant: Contestant
    seconds: np.ndarray

    def milliseconds(self, quantile=0.5):
        """float, the quantile in [0, 1] of the calls, by default the median, in ms."""
        return float(np.quantile(self.seconds, quantile)) * 1e3


def interleave(contestants, *, seconds=5.0, turn=0.05, least_rounds=5, hopeless=4.0, seed=0):
    """Times contestants in turns, in a new order each round.

    Each is warmed up first. A turn is about `turn` seconds of consecutive calls, as in a training loop; the first call
    is not timed if it is shorter than a turn, because caches and threads are still those of the previous contestant. A
    rival that is `hopeless` times slower than the fastest rival in its warm-up keeps the times of the warm-up, since no
    ratio depends on it.

    Args:
        contestants: list of Contestant with different names.
        seconds: float > 0, approximate time in seconds, without the warm-up.
        turn: float > 0, length of a turn in seconds.
        least_rounds: int > 0, minimum of rounds, even if they take longer than `seconds`.
        hopeless: float > 1.
        seed: int, for the order in the rounds.

    Returns:
        list of Timing, in the order of the contestants.
    """
    samples = [_warm_up(contestant) for contestant in contestants]
    pace = [min(times) for times in samples]
    fastest = min((pace[i] for i, one in enumerate(contestants) if one.rival), default=math.inf)
    racing = [i for i, one in enumerate(contestants) if not one.rival or pace[i] <= hopeless * fastest]
    calls = {i: max(1, math.ceil(turn / pace[i])) for i in racing}
    rounds = max(least_rounds, int(seconds / sum(calls[i] * pace[i] for i in racing)))
    for i in racing:
        samples[i] = []
    generator = np.random.default_rng(seed)
    for _ in range(rounds):
        for i in generator.permutation(racing):
            samples[i] += _turn(contestants[i].step, calls[i])
    return [Timing(one, np.array(times)) for one, times in zip(contestants, samples, strict=True)]


def _warm_up(contestant, patience=1.0):
    contestant.step()  # traces and compiles
    times = []
    while len(times) < 3 and sum(times) < patience:
        times.append(_timed(contestant.step))
    return times[1:] or times  # the second call may still start threads and grow memory pools


def _turn(step, calls):
    if calls > 1:
        step()
    return [_timed(step) for _ in range(calls)]


def _timed(step):
    start = time.perf_counter()
    step()
    return time.perf_counter() - start
