"""Look: how a page looks at a model, and how text becomes what a model reads."""

import dataclasses

import numpy as np

from rnn_zoo.layers.tokens import UNKNOWN

# Words looked into. More would make a page that nobody reads, and minutes of work.
WINDOW = 400


@dataclasses.dataclass(frozen=True)
class Look:
    """What is known of a model beside its layers, and which part of an input is looked into.

    Attributes:
        vocabulary: what text becomes ids by: `Vocabulary`, `Symbols` or `Spelling` of `rnn_zoo.text`; None: no text is
            read.
        labels: list of str, the names of the numbers that it answers with; or `Symbols`, those that it writes.
        steps: list of str, the names of the steps of a sequence that is no text.
        index: which number of the answer is explained, as of `integrated_gradients`; None: the largest.
        start: int >= 0, the first step looked into, in a text longer than `window`.
        window: int > 0, the most steps that are looked into.
        name: str; None: the model's own.
        card: str, Markdown.
        exported: `rnn_zoo.export.exported.Exported`, or None for a live model.
    """

    vocabulary: object = None
    labels: object = None
    steps: list | None = None
    index: object = None
    start: int = 0
    window: int = WINDOW
    name: str | None = None
    card: str = ""
    exported: object = None

    def named(self, model):
        return self.name or model.name

    def label(self, count):
        """list of str, the names of so many numbers; ValueError where `labels` are not as many."""
        names = getattr(self.labels, "symbols", self.labels)
        if names is None:
            return [str(number) for number in range(count)]
        if len(names) != count:
            raise ValueError(f"`labels` must name each of the model's {count} answers, got {len(names)}.")
        return [visible(name) for name in names]

    def read(self, text):
        """A text as (ids <int32>[time], the names of its steps); ValueError where there is no vocabulary."""
        if self.vocabulary is None:
            raise ValueError(
                "`vocabulary` must be given for a live model to read a text: the Vocabulary, Symbols or Spelling that "
                "it was trained with."
            )
        if hasattr(self.vocabulary, "from_text"):
            import tensorflow as tf

            ids = self.vocabulary.from_text(tf.constant([text])).numpy()[0].astype("int32")
            words = text if self.vocabulary.unit == "characters" else [self.vocabulary.symbols[id] for id in ids]
            return ids, [visible(word) for word in words]
        words = _words(text)
        numbers = {word: number for number, word in enumerate(getattr(self.vocabulary, "words", self.vocabulary))}
        return np.array([numbers.get(word, UNKNOWN) for word in words], "int32"), words

    def cut(self, count):
        """The part of so many steps that is looked into, a slice, and a sentence that says so, or None."""
        if count <= self.window:
            return slice(0, count), None
        start = max(0, min(self.start, count - self.window))
        stop = start + self.window
        said = f"of {count:,}; the page looks into {start + 1:,} to {stop:,}. Another window: --start, --window."
        return slice(start, stop), said


def visible(symbol):
    """A symbol as it can be seen: a space and the end of a line have none."""
    return {" ": "␣", "\n": "⏎", "": "(padding)"}.get(symbol, symbol)


def _words(text):
    """The words of a text as the vocabulary of a classifier sees them."""
    import tensorflow as tf

    from rnn_zoo.text.standardize import standardize

    return [word.decode() for word in tf.strings.split(standardize(tf.constant([text])))[0].numpy()]
