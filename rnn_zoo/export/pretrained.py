"""Opens an exported folder and answers texts with it."""

import dataclasses
import functools
import json

import numpy as np

from rnn_zoo.checks import positive_integer
from rnn_zoo.export import folder as export_folder
from rnn_zoo.export.asking import batches_of_like_length, checked_texts, progress_bar
from rnn_zoo.export.exported import Exported


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


class Pretrained(Exported):
    """An exported classifier of texts, run from its SavedModel; nothing is read before it is asked for.

    Its `model` maps ids <int>[batch, time] to probabilities <float>[batch, classes].

    Args:
        folder: an exported folder, as `rnn_zoo.export.save` writes it.
    Raises:
        ValueError: the folder lacks a file of an export, or is of another kind.
    """

    kind = "classes"

    @functools.cached_property
    def labels(self):
        """list of str: the classes, in the order of the probabilities."""
        return json.loads((self.folder / export_folder.LABELS).read_text(encoding="utf-8"))

    @functools.cached_property
    def vocabulary(self):
        """rnn_zoo.text.Vocabulary: from text to the ids of `model`."""
        from rnn_zoo.text import Vocabulary

        return Vocabulary.load(self.folder / export_folder.VOCABULARY)

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
        texts = checked_texts(texts)
        positive_integer("batch_size", batch_size)
        result = np.zeros((len(texts), len(self.labels)), np.float32)
        if not texts:
            return result
        import tensorflow as tf

        serve = self._saved_model.signatures["serve"]  # `_saved_model.serve` takes 0.1 ms longer to find its graph
        with progress_bar(len(texts), shown=progress) as advance:
            for rows in batches_of_like_length(texts, batch_size):
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

    def show(self, texts, console, *, batch_size=64, format="table"):
        answers = self.predict(texts, batch_size=batch_size)
        if format == "json":
            rows = [
                {"text": given, "label": answer.label, "score": answer.score, "probabilities": answer.probabilities}
                for given, answer in zip(texts, answers, strict=True)
            ]
            console.out(json.dumps(rows, indent=2, ensure_ascii=False), highlight=False)
            return
        from rich.table import Table

        table = Table(box=None, header_style="bold", pad_edge=False)
        table.add_column("text", overflow="ellipsis", no_wrap=True)
        table.add_column("label", overflow="fold")
        table.add_column("score", overflow="fold")
        for given, answer in zip(texts, answers, strict=True):
            table.add_row(given, answer.label, f"{answer.score:.3f}")
        console.print(table)

    def answer_file(self, path, out=None, *, text_column="text", batch_size=64, overwrite=False):
        from rnn_zoo.export.bulk import predict_file

        options = {"text_column": text_column, "batch_size": batch_size, "overwrite": overwrite}
        written, counts = predict_file(self, path, out, progress=True, **options)
        shares = ", ".join(f"{label} {count:,}" for label, count in counts.most_common())
        return f"{written}: {counts.total():,} texts answered: {shares}."
