"""advise: what a gradient through time says about a network, in words."""

import numpy as np

VANISHES, EXPLODES = "vanishes", "explodes"
# More of the steps than this have a loss of their own: no gradient has to travel.
_EVERYWHERE = 0.5
_GROWN = 10.0


def first_reached(profile):
    """int, the steps back at which a gradient starts; None where there is none at all."""
    reached = np.flatnonzero(profile > 0)
    return int(reached[0]) if len(reached) else None


def carrier(flow, place):
    """The name of the state that carries the gradient of a place: the last, for a cell that keeps one beside its output
    keeps it for that."""
    return [name for name in flow.norms if name.startswith(f"{place}/")][-1]


def verdict(flow, place):
    """ "vanishes", "explodes", or None where the gradient does neither or has no way to go.

    Args:
        flow: GradientFlow.
        place: str, a key of its `entering`.
    """
    profile = flow.profile(carrier(flow, place))
    start = first_reached(profile)
    if start is None or _read_everywhere(flow.entering[place]):
        return None
    # What enters at a step further back is no growth on the way there.
    if profile.max() > _GROWN * max(profile[start], flow.profile(place).max()):
        return EXPLODES
    return VANISHES if flow.reach(carrier(flow, place)) is not None else None


def advise(flow, place):
    """A sentence on the gradient of a place; arguments as of `verdict`."""
    name = carrier(flow, place)
    profile = flow.profile(name)
    start = first_reached(profile)
    if start is None:
        return f"{place}: no gradient arrives; the loss does not depend on this layer, or its units are saturated."
    if _read_everywhere(flow.entering[place]):
        said = "the loss reads most steps directly, so that no gradient has to travel far"
        return f"{place}: {said}{_stretch(flow, place)}."
    told = verdict(flow, place)
    if told == EXPLODES:
        return (
            f"{place}: the gradient explodes, {profile.max() / profile[start]:.3g} times as large "
            f"{int(profile.argmax())} steps back{_stretch(flow, place)}; clip it (`clip_norm` of `training.fit`), or "
            "start U orthogonal."
        )
    if told == VANISHES:
        return (
            f"{place}: the gradient vanishes, 1 % of it is left {flow.reach(name)} steps back{_stretch(flow, place)}; "
            "what lies further back is hardly learned. Try gates (lstm, gru), a pooling that reads every step, or "
            "shorter sequences."
        )
    return (
        f"{place}: the gradient reaches all {len(profile)} steps, {profile[-1] / profile[start]:.2g} of it is left at "
        f"the furthest{_stretch(flow, place)}."
    )


def _read_everywhere(entering):
    """bool, whether most steps have a gradient that came to them from above, not through time."""
    steps = ~np.isnan(entering)
    if steps.sum(axis=1).max(initial=0) < 2:
        return False
    peaks = np.nanmax(np.where(steps, entering, 0), axis=1, keepdims=True, initial=0)
    return bool(np.mean((entering > 0.01 * peaks)[steps]) > _EVERYWHERE)


def _stretch(flow, place):
    values = flow.singular_values[place]
    values = values[~np.isnan(values)]
    return f" (a step stretches it at most {np.median(values):.3g} times)" if len(values) else ""
