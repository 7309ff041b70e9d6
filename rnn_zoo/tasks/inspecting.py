"""inspect: one HTML page about a model of any task and one input."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rnn_zoo.checks import positive_integer
from rnn_zoo.inspection.look import WINDOW, Look
from rnn_zoo.inspection.report import write_report
from rnn_zoo.tasks.opening import open_subject


def inspect(
    model: Any,
    given: Any,
    out: str | Path = "report.html",
    *,
    vocabulary: Any = None,
    labels: Any = None,
    steps: Sequence[str] | None = None,
    index: int | tuple[int, ...] | None = None,
    layers: Sequence[str] | None = None,
    start: int = 0,
    window: int = WINDOW,
) -> Path:
    """Writes one page about a model and one input: prediction, contribution of each step, states, gates, gradient
    through time, views of its kind, a drawing of the network, and the model card.

    The page is one self-contained HTML file. It exists for models of all kinds, exported or live:

    | kind | `given` | views of the kind |
    |---|---|---|
    | text classifiers | text | words in colours, occlusion |
    | taggers | text, or list of words | marginals; transitions of a CRF |
    | text generators, encoder-decoders | text, ids <int>[time], or vectors | generated text; attention |
    | forecasters | exported: path of a CSV file; live: `Windows`, or arrays | forecast; columns by steps |
    | image classifiers | path of an image, or pixels | image; pixels in colours |
    | stream labellers | text | predictions over time |
    | music | MIDI numbers, a .mid file, or keys <float>[time, count] | piano roll |
    | any live model | <float>[time, features] or <int>[time] | |

    Args:
        model: an exported folder, the name of one, or the result of `rnn_zoo.load`; a .keras file, or the folder of a
            run; a live keras.Model, a `Writer` or its generator, or a fitted forecaster.
        given: the input, see the table; for each kind also the path of an .npy file.
        out: file to write.
        vocabulary: of a live model that reads text: the Vocabulary, Symbols or Spelling of `rnn_zoo.text`.
        labels: names of the outputs of a live model; of a text generator its Symbols.
        steps: names of the steps of a sequence of numbers.
        index: the output that is explained, see `integrated_gradients`. Default None: the most probable.
        layers: names of the states and gates to show, such as ["layer_0/forward/z"]. Default None: the first eight.
        start: >= 0, first word of the window, in a text longer than `window`.
        window: > 0, maximum number of words that are explained.

    Returns:
        The path of the page.

    Raises:
        ValueError: the model has no recurrence, a name in `layers` is unknown (lists the known ones), or the input does
            not fit the model.
        FileNotFoundError: there is no such model.
    """
    positive_integer("window", window)
    if isinstance(start, bool) or not isinstance(start, int) or start < 0:
        raise ValueError(f"`start` must be an integer >= 0, got {start!r}.")
    look = Look(vocabulary=vocabulary, labels=labels, steps=steps, index=index, start=start, window=window)
    subject = open_subject(model, given, look)
    return write_report(subject, out, layers)
