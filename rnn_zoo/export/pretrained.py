"""Opens an exported folder and answers texts with it."""

import dataclasses
import functools
import json
from pathlib import Path

import numpy as np

from rnn_zoo.checks import positive_integer
from rnn_zoo.export import folder as export_folder

# A batch is padded to its longest text: 64 texts of 100,000 words at once would not fit into memory.
_CHARACTERS_PER_BATCH = 400_000


@dataclasses.dataclass(frozen=True)
class Answer:
    """What a model says about one text.

    Attributes:
        label: str, the most probable class.
        score: float in [0, 1], its probability.
        probabilities: dict of str to float, of every class.
    """

    label: str
    score: float
    probabilities: dict[str, float]


class Pretrained:
    """An exported model, run from its SavedModel; nothing is read before it is asked for.

    Args:
        folder: an exported folder, as `rnn_zoo.export.save` writes it.
    Raises:
        ValueError: the folder lacks a file of an export.
    """

    def __init__(self, folder):
        self.folder = Path(folder)
        if missing := export_folder.missing_files(self.folder):
            raise ValueError(
                f"{self.folder} is not an exported model: it has no {', '.join(missing)}. "
                "Write one with `rnn-zoo export` or `rnn_zoo.export.save`."
            )
        self.name = self.folder.resolve().name

    def __repr__(self):
        return f"Pretrained({str(self.folder)!r})"

    @functools.cached_property
    def labels(self):
        """list of str: the classes, in the order of the probabilities."""
        return json.loads((self.folder / export_folder.LABELS).read_text(encoding="utf-8"))

    @functools.cached_property
    def metrics(self):
        """dict: the measurements that were exported with the model."""
        return json.loads((self.folder / export_folder.METRICS).read_text(encoding="utf-8"))

    @functools.cached_property
    def card(self):
        """str: the model card, Markdown."""
        return (self.folder / export_folder.CARD).read_text(encoding="utf-8")

    @functools.cached_property
    def model(self):
        """keras.Model: ids <int>[batch, time] -> probabilities <float>[batch, classes], not compiled."""
        import keras

        import rnn_zoo.layers  # noqa: F401  registers the layers that the file names

        return keras.saving.load_model(self.folder / export_folder.KERAS_MODEL, compile=False)

    @functools.cached_property
    def vocabulary(self):
        """rnn_zoo.text.Vocabulary: from text to the ids of `model`."""
        from rnn_zoo.text import Vocabulary

        return Vocabulary.load(self.folder / export_folder.VOCABULARY)

    @functools.cached_property
    def _saved_model(self):
        import tensorflow as tf  # seconds long, and not needed to read a card

        return tf.saved_model.load(str(self.folder))

    def verify(self):
        """Compares every file with SHA256SUMS; returns the files compared, ValueError if any differs."""
        return export_folder.verify_checksums(self.folder)

    def probabilities(self, texts, batch_size=64, progress=False):
        """Returns the probability of every class for every text.

        Args:
            texts: sequence of str of any length; "" is answered too.
            batch_size: int > 0, texts computed at once; fewer where they are very long.
            progress: bool, shows a progress bar on standard error.
        Returns:
            <float32>[texts, classes]
        Raises:
            ValueError: `texts` is one string, or an item is not text.
        """
        texts = _checked_texts(texts)
        positive_integer("batch_size", batch_size)
        result = np.zeros((len(texts), len(self.labels)), np.float32)
        if not texts:
            return result
        import tensorflow as tf

        serve = self._saved_model.signatures["serve"]  # `_saved_model.serve` takes 0.1 ms longer to find its graph
        with _progress_bar(len(texts), shown=progress) as advance:
            for rows in _batches_of_like_length(texts, batch_size):
                answers = serve(text=tf.constant([texts[row] for row in rows], tf.string))
                result[rows] = answers["probabilities"].numpy()
                advance(len(rows))
        return result

    def predict(self, texts, batch_size=64, progress=False):
        """Answers every text; arguments and errors as in `probabilities`.

        Returns:
            list of Answer, in the order of `texts`.
        """
        answers = []
        for row in self.probabilities(texts, batch_size, progress):
            best = int(row.argmax())
            answers.append(
                Answer(self.labels[best], float(row[best]), dict(zip(self.labels, row.tolist(), strict=True)))
            )
        return answers


def load(name_or_folder):
    """Opens an exported model.

    Args:
        name_or_folder: an exported folder, or the name of one as `rnn_zoo.list_models(pretrained=True)` lists it.
    Returns:
        Pretrained
    Raises:
        ValueError, FileNotFoundError: there is no such folder or name (the known are listed), or it is not an export.
    """
    if not Path(name_or_folder).is_dir():
        from rnn_zoo.zoo import find_pretrained

        name_or_folder = find_pretrained(str(name_or_folder))
    return Pretrained(name_or_folder)


def _checked_texts(texts):
    if isinstance(texts, (str, bytes)):
        raise ValueError(f"`texts` must be a list of strings, got the one string {texts[:40]!r}; pass [text].")
    texts = list(texts)
    for index, text in enumerate(texts):
        if fault := text_fault(text):
            raise ValueError(f"`texts[{index}]` {fault}.")
    return texts


def text_fault(text):
    """Returns what is wrong with a text as the end of a sentence, or None."""
    if not isinstance(text, str):
        return f"must be a string, got {text!r}"
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            return f"holds half a character, {text[error.start]!a}; was it read as UTF-8?"
    return None


def _batches_of_like_length(texts, batch_size):
    """Yields lists of rows, longest texts first, so that memory runs out at once or never."""
    rows = sorted(range(len(texts)), key=lambda row: len(texts[row]), reverse=True)
    start = 0
    while start < len(rows):
        longest = max(1, len(texts[rows[start]]))
        count = min(batch_size, max(1, _CHARACTERS_PER_BATCH // longest))
        yield rows[start : start + count]
        start += count


def _progress_bar(total, shown):
    import contextlib

    if not shown:
        return contextlib.nullcontext(lambda count: None)
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    @contextlib.contextmanager
    def bar():
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=Console(stderr=True)) as progress:
            task = progress.add_task("texts", total=total)
            yield lambda count: progress.advance(task, count)

    return bar()
