"""Pages: HTML from templates, each in one file that needs no other."""

import functools
from pathlib import Path

from rnn_zoo.files import atomic_file

TEMPLATES = Path(__file__).parent / "templates"


@functools.cache
def _environment():
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


def render(template, **values):
    """The text of a page; what is not marked safe is escaped."""
    return _environment().get_template(template).render(**values)


def write_page(path, html):
    """Writes a page, atomically; returns its path."""
    with atomic_file(path, encoding="utf-8") as file:
        file.write(html)
    return Path(path)


def signed_colour(strength):
    """The CSS colour of a number in [-1, 1]: orange below 0, blue above, white at 0; colour-blind people tell them
    apart, and black text is readable on each."""
    share = min(1.0, abs(strength)) * 0.75
    red, green, blue = (0, 114, 178) if strength > 0 else (230, 120, 0)
    mixed = (round(255 + (part - 255) * share) for part in (red, green, blue))
    return "rgb({}, {}, {})".format(*mixed)
