"""Registry of the tasks: a new task adds one line here, its folder and its recipe."""

import functools
import importlib
from types import ModuleType

from rnn_zoo.checks import one_of
from rnn_zoo.tasks.task import Task

NAMES = (
    "text_classification",
    "tagging",
    "forecasting",
    "image_classification",
    "stream_labelling",
    "text_generation",
    "translation",
    "captioning",
    "music",
)


@functools.cache
def tasks() -> dict[str, Task]:
    """All tasks by name, in the order of `NAMES`; imports the packages of the tasks only."""
    return {name: importlib.import_module(f"rnn_zoo.tasks.{name}").TASK for name in NAMES}


def find_task(name: str) -> Task:
    """The task of a name; ValueError that lists the names if it is unknown."""
    return tasks()[one_of("task", name, tasks())]


def recipes() -> dict[str, Task]:
    """The task of each recipe, by the recipe's name."""
    return {recipe: task for task in tasks().values() for recipe in task.recipes}


def pages() -> dict[str, ModuleType]:
    """The module of the inspection page of each kind of export.

    The most specific kinds come first: a live model states no kind, and the first page whose `is_live` holds is shown.
    """
    first = ("music", "writer", "tags", "series", "images", "steps", "classes")
    by_kind = {task.kind: task for task in reversed(tasks().values())}
    order = sorted(by_kind, key=lambda kind: first.index(kind) if kind in first else -1)
    return {kind: by_kind[kind].load(by_kind[kind].page) for kind in order}


def import_models() -> None:
    """Imports the models of every task, which registers their names."""
    for task in tasks().values():
        if task.models:
            task.load(task.models)
