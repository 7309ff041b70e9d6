"""Exported: base class of the models that exported folders open as."""

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from rnn_zoo.export import folder as export_folder
from rnn_zoo.export.kinds import KIND, kind_of
from rnn_zoo.export.locate import find_pretrained
from rnn_zoo.export.reading import load_keras_model
from rnn_zoo.files.reading import read_json, reading
from rnn_zoo.runtime.session import answers, open_session
from rnn_zoo.types import Model

if TYPE_CHECKING:
    from rich.console import Console


class Exported:
    """An exported model, run from its ONNX form or its SavedModel; files are read when first needed.

    Before a model runs, every file is compared with SHA256SUMS (about 1 ms for each MB). This finds damage, not malice:
    who changes a file can change its checksum, and a SavedModel may read and write files, so open only folders from
    people you trust.

    A subclass sets `kind`, is named by its `Task`, and defines the methods that `rnn-zoo predict` calls: `show` and
    `answer_file`. `serves` names inputs and outputs that the signature `serve` of the kind has. If a model samples,
    `sampling_options` names the options of the sampling that both methods take.

    Args:
        folder: an exported folder of this kind.
        verify: whether to compare the files with SHA256SUMS before the model runs.

    Raises:
        ValueError: the folder lacks a file of an export, or is of another kind.
    """

    kind: str = ""
    _unverified = False
    serves: tuple[str, ...] = ()
    sampling_options: tuple[str, ...] = ()

    def __init__(self, folder: str | Path, verify: bool = True) -> None:
        self.folder = Path(folder)
        self._unverified = verify
        if missing := export_folder.missing_files(self.folder):
            raise ValueError(
                f"{self.folder} is not an exported model: it has no {', '.join(missing)}. "
                "Write one with `rnn-zoo export` or `rnn_zoo.tasks.TASK.export`."
            )
        if (kind := kind_of(self.folder)) != self.kind:
            raise ValueError(
                f"{self.folder} is of the kind {kind!r}, which {type(self).__name__} does not open; "
                "`rnn_zoo.load` opens every kind."
            )
        self.name = self.folder.resolve().name

    @classmethod
    def named(cls, name_or_folder: str | Path) -> Self:
        """Opens an exported folder of this kind, or the one of a name; see `rnn_zoo.load`."""
        path = Path(name_or_folder)
        return cls(path if path.is_dir() else find_pretrained(str(name_or_folder)))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.folder)!r})"

    @functools.cached_property
    def metrics(self) -> dict[str, Any]:
        """The metrics exported with the model."""
        return read_json(self.folder / export_folder.METRICS, dict)

    @functools.cached_property
    def card(self) -> str:
        """The model card, as Markdown."""
        return (self.folder / export_folder.CARD).read_text(encoding="utf-8")

    @functools.cached_property
    def model(self) -> Model:
        """The keras.Model, not compiled."""
        self._check_files()
        return load_keras_model(self.folder / export_folder.KERAS_MODEL)

    @functools.cached_property
    def _saved_model(self) -> Any:
        self._check_files()
        import tensorflow as tf  # takes seconds, and reading a card does not need it

        with reading(self.folder, "a SavedModel", "Export or download it again."):
            saved = tf.saved_model.load(str(self.folder))
        serve = saved.signatures.get("serve")
        names = {*serve.structured_input_signature[1], *serve.structured_outputs} if serve else {"no signature `serve`"}
        if not names >= set(self.serves):
            raise ValueError(
                f"{self.folder} is not of the kind {self.kind!r}, as its {KIND} says: its SavedModel has "
                f"{', '.join(sorted(names))}, not {', '.join(self.serves)}. Export or download it again."
            )
        return saved

    @functools.cached_property
    def _session(self) -> Any:
        """The model in ONNX Runtime; None where the folder has no ONNX form."""
        path = self.folder / export_folder.ONNX_MODEL
        if not path.is_file():
            return None
        self._check_files()
        return open_session(path)

    def _ask(self, names: Sequence[str], inputs: Mapping[str, Any]) -> list[Any]:
        """The outputs of the model in ONNX Runtime."""
        return answers(self._session, names, inputs, self.folder)

    def _check_files(self) -> None:
        """ValueError that names the files that differ from SHA256SUMS, unless `verify` is False; looks once."""
        if self._unverified:
            export_folder.refuse_changed_files(self.folder)
            self._unverified = False

    def verify(self) -> list[str]:
        """Compares every file with SHA256SUMS; returns their names, ValueError if any differs."""
        return export_folder.verify_checksums(self.folder)

    def show(self, texts: Sequence[str], console: "Console", *, batch_size: int = 64, format: str = "table") -> None:
        """Prints predictions.

        Args:
            texts: the inputs.
            console: where to print.
            batch_size: > 0, texts per batch.
            format: "table", for people; "json", for programs.
        """
        raise NotImplementedError(f"{type(self).__name__} must define `show`.")

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
        """Writes predictions for the inputs in a file; returns a sentence about them.

        Args:
            path: the file.
            out: file to write. Default None: one beside the input.
            text_column: column of the texts, for files with columns.
            batch_size: > 0, texts per batch.
            overwrite: replaces `out` if it exists; never the input.
            clean: leaves faulty rows of a file of texts out, which otherwise are errors; a kind that reads no texts
                refuses it.
        """
        raise NotImplementedError(f"{type(self).__name__} must define `answer_file`.")

    def refuse_clean(self, clean: bool) -> None:
        """ValueError if `clean` is asked of a kind that reads no texts."""
        if clean:
            raise ValueError(
                f"`clean` is for files of texts, and {self.name} is of the kind {self.kind!r}; leave it out."
            )
