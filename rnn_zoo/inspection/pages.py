"""Pages: self-contained HTML files from templates."""

import functools
from pathlib import Path
from typing import Any

from rnn_zoo.files import atomic_file

TEMPLATES = Path(__file__).parent / "templates"


@functools.cache
def _environment() -> Any:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["signed"] = signed_colour
    return environment


def render(template: str, **values: Any) -> str:
    """Renders a template to HTML; values that are not marked safe are escaped."""
    return _environment().get_template(template).render(**values)


def write_page(path: str | Path, html: str) -> Path:
    """Writes a page, atomically; returns its path."""
    with atomic_file(path, encoding="utf-8") as file:
        file.write(html)
    return Path(path)


def signed_colour(strength: float) -> str:
    """The CSS colour of a number in [-1, 1]: orange below 0, blue above, white at 0.

    Colour-blind people can distinguish them, and black text is readable on each.
    """
    share = min(1.0, abs(strength)) * 0.75
    red, green, blue = (0, 114, 178) if strength > 0 else (230, 120, 0)
    mixed = (round(255 + (part - 255) * share) for part in (red, green, blue))
    return "rgb({}, {}, {})".format(*mixed)
