"""Look: settings of a page, and the conversion of text to the ids of a model."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from rnn_zoo.layers.fronts.tokens import UNKNOWN
from rnn_zoo.types import Model

# Words explained. More would take minutes and make the page unreadable.
WINDOW = 400


@dataclasses.dataclass(frozen=True)
class Look:
    """Information about a model beyond its layers, and the window of the input that is explained.

    Attributes:
        vocabulary: `Vocabulary`, `Symbols` or `Spelling` of `rnn_zoo.text`; None for a model that reads no text.
        labels: names of the outputs; or the `Symbols` that a text generator writes.
        steps: names of the steps of a sequence that is no text.
        index: the output that is explained, see `integrated_gradients`; None: the largest.
        start: >= 0, first step of the window, in a text longer than `window`.
        window: > 0, maximum number of steps explained.
        name: name of the model; None: its own.
        card: model card, as Markdown.
        exported: `rnn_zoo.export.exported.Exported`, or None for a live model.
    """

    vocabulary: Any = None
    labels: Any = None
    steps: Sequence[str] | None = None
    index: Any = None
    start: int = 0
    window: int = WINDOW
    name: str | None = None
    card: str = ""
    exported: Any = None

    def named(self, model: Model) -> str:
        """The name on the page."""
        return self.name or model.name

    def label(self, count: int) -> list[str]:
        """The names of n outputs; ValueError if `labels` has another length."""
        names = getattr(self.labels, "symbols", self.labels)
        if names is None:
            return [str(number) for number in range(count)]
        if len(names) != count:
            raise ValueError(f"`labels` must name each of the model's {count} outputs, got {len(names)}.")
        return [visible(name) for name in names]

    def read(self, text: str) -> tuple[np.ndarray, Sequence[str]]:
        """Encodes a text: (ids <int32>[time], the names of its steps); ValueError without a vocabulary."""
        if self.vocabulary is None:
            raise ValueError(
                "`vocabulary` must be given for a live model to read a text: the Vocabulary, Symbols or Spelling "
                "of its training."
            )
        if hasattr(self.vocabulary, "from_text"):
            import tensorflow as tf

            ids = self.vocabulary.from_text(tf.constant([text])).numpy()[0].astype("int32")
            words = text if self.vocabulary.unit == "characters" else [self.vocabulary.symbols[id] for id in ids]
            return ids, [visible(word) for word in words]
        words = _words(text)
        numbers = {word: number for number, word in enumerate(getattr(self.vocabulary, "words", self.vocabulary))}
        return np.array([numbers.get(word, UNKNOWN) for word in words], "int32"), words

    def cut(self, count: int) -> tuple[slice, str | None]:
        """The window of n steps, and the end of a sentence about it, or None if it covers all steps."""
        if count <= self.window:
            return slice(0, count), None
        start = max(0, min(self.start, count - self.window))
        stop = start + self.window
        note = f"of {count:,}; the page explains {start + 1:,} to {stop:,}. Choose another window: --start, --window."
        return slice(start, stop), note


def visible(symbol: str) -> str:
    """A symbol with visible characters for spaces and line ends."""
    return {" ": "␣", "\n": "⏎", "": "(padding)"}.get(symbol, symbol)


def _words(text: str) -> list[str]:
    """The words of a text after the standardisation of classifiers."""
    import tensorflow as tf

    from rnn_zoo.text.standardization import standardize

    return [word.decode() for word in tf.strings.split(standardize(tf.constant([text])))[0].numpy()]
