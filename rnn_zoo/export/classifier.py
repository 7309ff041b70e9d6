"""Classifier: base class of exported models that give each input one of several classes."""

import functools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from rnn_zoo.export import folder as export_folder
from rnn_zoo.export.answer import Answer
from rnn_zoo.export.bulk import predict_file
from rnn_zoo.export.exported import Exported
from rnn_zoo.export.reading import read_labels
from rnn_zoo.files.cleaning import with_report

if TYPE_CHECKING:
    from rich.console import Console


class Classifier(Exported):
    """An exported classifier, run from its ONNX form or its SavedModel; files are read when first needed.

    A subclass sets `kind` and defines `probabilities`. Inputs that are no texts need an `answer_file` of their own.

    Attributes:
        input_name: what one input is called in tables, such as "text".
        labels: the class names, in the order of the probabilities.
    """

    input_name: ClassVar[str] = "text"

    @functools.cached_property
    def labels(self) -> list[str]:
        """The class names, in the order of the probabilities."""
        return read_labels(self.folder / export_folder.LABELS)

    def probabilities(self, inputs: Any, batch_size: int = 64, progress: bool = False) -> np.ndarray:
        """The probability of every class for every input, <float32>[inputs, classes].

        Args:
            inputs: sequence of inputs.
            batch_size: inputs computed at once, > 0.
            progress: shows a progress bar on standard error.
        """
        raise NotImplementedError(f"{type(self).__name__} must define `probabilities`.")

    def empty_table(self, rows: int) -> np.ndarray:
        """Zeros <float32>[rows, classes]; ValueError if the labels are not as many as the classes of the model."""
        if self._session is None:
            classes = self._saved_model.signatures["serve"].structured_outputs["probabilities"].shape[-1]
        else:
            classes = self._session.get_outputs()[0].shape[-1]
        if classes != len(self.labels):
            raise ValueError(
                f"{self.folder / export_folder.LABELS} must name the model's {classes} classes, got "
                f"{len(self.labels)} names. Export it again."
            )
        return np.zeros((rows, classes), np.float32)

    def predict(self, inputs: Any, batch_size: int = 64, progress: bool = False) -> list[Answer]:
        """The class of every input, in order; arguments and errors as in `probabilities`."""
        answers = []
        for row in self.probabilities(inputs, batch_size, progress):
            best = int(row.argmax())
            chances = dict(zip(self.labels, row.tolist(), strict=True))
            answers.append(Answer(self.labels[best], float(row[best]), chances))
        return answers

    def show(self, texts: Sequence[str], console: "Console", *, batch_size: int = 64, format: str = "table") -> None:
        """Prints predictions, as a table or as JSON; see `Exported.show`."""
        answers = self.predict(list(texts), batch_size)
        if format == "json":
            rows = [{self.input_name: given, **vars(one)} for given, one in zip(texts, answers, strict=True)]
            console.out(json.dumps(rows, indent=2, ensure_ascii=False), highlight=False)
            return
        from rich.table import Table

        table = Table(box=None, header_style="bold", pad_edge=False)
        table.add_column(self.input_name, overflow="ellipsis", no_wrap=True)
        table.add_column("label", overflow="fold")
        table.add_column("score", overflow="fold")
        for given, answer in zip(texts, answers, strict=True):
            table.add_row(str(given), answer.label, f"{answer.score:.3f}")
        console.print(table)

    def answer_file(
        self,
        path: str | Path,
        out: str | Path | None = None,
        *,
        text_column: str = "text",
        batch_size: int = 64,
        overwrite: bool = False,
        clean: bool = False,
    ) -> str:
        """Writes predictions for the texts in a file; see `Exported.answer_file`."""
        options: dict[str, Any] = {
            "text_column": text_column,
            "batch_size": batch_size,
            "overwrite": overwrite,
            "clean": clean,
        }
        written, counts, cleaned = predict_file(self, path, out, progress=True, **options)
        listed = ", ".join(f"{label} {count:,}" for label, count in counts.most_common())
        return with_report(f"{written}: {counts.total():,} texts answered: {listed}.", cleaned)
