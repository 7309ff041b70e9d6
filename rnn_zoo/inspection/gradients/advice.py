"""advise: diagnosis of a gradient through time, in words."""

from typing import Any

import numpy as np

VANISHES, EXPLODES = "vanishes", "explodes"
# If the loss reads more than this fraction of the steps directly, no gradient has to travel far.
_EVERYWHERE = 0.5
_GROWN = 10.0


def first_reached(profile: np.ndarray) -> int | None:
    """Steps back at which a gradient starts; None for a gradient of 0."""
    reached = np.flatnonzero(profile > 0)
    return int(reached[0]) if len(reached) else None


def carrier(flow: Any, place: str) -> str:
    """The name of the state that carries the gradient of a recurrence: the last one, such as c of the LSTM."""
    return [name for name in flow.norms if name.startswith(f"{place}/")][-1]


def verdict(flow: Any, place: str) -> str | None:
    """ "vanishes", "explodes", or None if the gradient does neither or needs no path through time.

    Args:
        flow: GradientFlow.
        place: name of a recurrence, a key of `flow.entering`.
    """
    profile = flow.profile(carrier(flow, place))
    start = first_reached(profile)
    if start is None or _read_everywhere(flow.entering[place]):
        return None
    # A larger gradient that enters at an earlier step is not growth through time.
    if profile.max() > _GROWN * max(profile[start], flow.profile(place).max()):
        return EXPLODES
    return VANISHES if flow.reach(carrier(flow, place)) is not None else None


def advise(flow: Any, place: str) -> str:
    """A sentence about the gradient of a recurrence; see `verdict` for the arguments."""
    name = carrier(flow, place)
    profile = flow.profile(name)
    start = first_reached(profile)
    if start is None:
        return f"{place}: no gradient arrives; the loss does not depend on this layer, or its units are saturated."
    if _read_everywhere(flow.entering[place]):
        found = "the loss reads most steps directly, so no gradient has to travel far"
        return f"{place}: {found}{_stretch(flow, place)}."
    diagnosis = verdict(flow, place)
    if diagnosis == EXPLODES:
        return (
            f"{place}: the gradient explodes, {profile.max() / profile[start]:.3g} times as large "
            f"{int(profile.argmax())} steps back{_stretch(flow, place)}; clip it (`clip_norm` of `training.fit`), or "
            "initialise U orthogonal."
        )
    if diagnosis == VANISHES:
        return (
            f"{place}: the gradient vanishes, 1 % of it is left {flow.reach(name)} steps back{_stretch(flow, place)}; "
            "dependencies on earlier steps are hardly learned. Try a gated cell (lstm, gru), pooling over all steps, "
            "or shorter sequences."
        )
    return (
        f"{place}: the gradient reaches all {len(profile)} steps, {profile[-1] / profile[start]:.2g} of it is left at "
        f"the earliest{_stretch(flow, place)}."
    )


def _read_everywhere(entering: np.ndarray) -> bool:
    """Whether at most steps a gradient enters from above, not through time."""
    steps = ~np.isnan(entering)
    if steps.sum(axis=1).max(initial=0) < 2:
        return False
    peaks = np.nanmax(np.where(steps, entering, 0), axis=1, keepdims=True, initial=0)
    return bool(np.mean((entering > 0.01 * peaks)[steps]) > _EVERYWHERE)


def _stretch(flow: Any, place: str) -> str:
    values = flow.singular_values[place]
    values = values[~np.isnan(values)]
    return f" (one step multiplies it by at most {np.median(values):.3g})" if len(values) else ""
