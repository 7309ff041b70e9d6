"""Numbers as text for tables."""


def duration(seconds: float | None) -> str:
    """Seconds as text: "8 s", "12 min"; "–" for None."""
    if seconds is None:
        return "–"
    if seconds < 1:
        return "< 1 s"
    return f"{seconds:.0f} s" if seconds < 600 else f"{seconds / 60:.0f} min"
