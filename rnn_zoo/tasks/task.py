"""Task: the interface of a folder under `rnn_zoo/tasks`, the same for every command."""

import dataclasses
import importlib
from collections.abc import Mapping
from typing import Any

from rnn_zoo.export.kinds import Kind, register_kind


@dataclasses.dataclass(frozen=True)
class Task:
    """A task of the zoo: its data, models, baselines, report, export, answers and page, by name.

    Its modules are imported when first used. A reference is "module:attribute" with a module of the task's folder, or
    a whole path such as "rnn_zoo.generation.answers:PretrainedWriter".

    Args:
        name: the folder under `rnn_zoo/tasks`.
        title: description in one line.
        recipes: names of the files in `recipes/` that train it; `rnn-zoo train` runs the first by the task's name.
        kind: content of `kind.txt` in its exports.
        answers: reference to the subclass of `Exported` that opens its exports.
        files: names of the files of its exports, in addition to those of every export.
        exporter: reference to the function that `rnn-zoo export` calls with the folder of a run; "" for none.
        export_options: further arguments of the exporter, see `rnn_zoo.export.kinds.Kind`.
        page: reference to the module of its inspection page, with `subject`, `is_live` and `opened`.
        models: reference to the module that registers its named models; "" for none.
        example: reference to a function folder -> `Example`: a run on tiny data, for tests and newcomers.
    """

    name: str
    title: str
    recipes: tuple[str, ...]
    kind: str
    answers: str = "answers:Answers"
    files: tuple[str, ...] = ()
    exporter: str = ""
    export_options: Mapping[str, tuple[str, str]] = dataclasses.field(default_factory=dict)
    page: str = "page"
    models: str = ""
    example: str = "example:example"

    def __post_init__(self) -> None:
        exporter = self.path(self.exporter) if self.exporter else ""
        register_kind(Kind(self.kind, self.path(self.answers), self.files, exporter, self.export_options))

    def path(self, reference: str) -> str:
        """A reference as a whole path: "rnn_zoo.tasks.NAME.module:attribute"."""
        return reference if reference.startswith("rnn_zoo.") else f"rnn_zoo.tasks.{self.name}.{reference}"

    def load(self, reference: str) -> Any:
        """Imports the module, or the attribute of it, of a reference."""
        module, _, attribute = self.path(reference).partition(":")
        loaded = importlib.import_module(module)
        return getattr(loaded, attribute) if attribute else loaded


@dataclasses.dataclass(frozen=True)
class Example:
    """A run of a task on tiny data: a training of seconds, a question, and a command line that must be refused.

    Args:
        recipe: the recipe's name.
        arguments: its command line, without `--out`.
        question: one input as `rnn-zoo predict` takes it.
        inspected: one input as `rnn-zoo inspect` takes it. Default "": the question.
        asked_as_file: whether the question is a file, for `rnn-zoo predict MODEL --file`.
        refused: a command line that the recipe must refuse before training.
        refused_because: part of the error message.
    """

    recipe: str
    arguments: tuple[str, ...]
    question: str
    inspected: str = ""
    asked_as_file: bool = False
    refused: tuple[str, ...] = ()
    refused_because: str = ""
