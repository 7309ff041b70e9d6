"""The command line of a benchmark."""

import sys

from cyclopts import App, Parameter


def run(main):
    """Runs `main` with the options of the command line; expected errors are printed as one line."""
    # Allows "--sizes a b c" instead of "--sizes a --sizes b --sizes c".
    lists = Parameter(consume_multiple=True, negative_iterable=())
    app = App(help_format="plaintext", version_flags=[], default_parameter=lists)
    app.default(main)
    try:
        app()
    except (ValueError, OSError, ImportError) as error:
        sys.exit(f"error: {error}")
