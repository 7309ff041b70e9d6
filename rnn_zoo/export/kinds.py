"""Registry of the kinds of exported models: the files of each, and the class that opens it."""

import dataclasses
import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

KIND = "kind.txt"


@dataclasses.dataclass(frozen=True)
class Kind:
    """A kind of exported model.

    Args:
        name: content of `kind.txt`.
        answers: "module:Class" of the subclass of `rnn_zoo.export.exported.Exported` that opens its folders, imported
            when first used.
        files: names of the files of this kind, in addition to those of every export.
        exporter: "module:function" that `rnn-zoo export` calls as function(model, folder, to, card=, metrics=), with
            the keras.Model and the folder, of a run or an earlier export, that contains it; "" for none.
        options: further arguments of that function and options of `rnn-zoo export`: name -> (file that the option
            replaces, what that file contains).
    """

    name: str
    answers: str
    files: tuple[str, ...] = ()
    exporter: str = ""
    options: Mapping[str, tuple[str, str]] = dataclasses.field(default_factory=dict)


KINDS: dict[str, Kind] = {}


def register_kind(kind: Kind) -> Kind:
    """Adds a kind to the registry; tasks may share a kind.

    Raises:
        ValueError: another kind has the name.
    """
    if KINDS.setdefault(kind.name, kind) != kind:
        raise ValueError(f"The export kind {kind.name!r} is registered already, as {KINDS[kind.name]}.")
    return kind


def kind_of(folder: str | Path) -> str:
    """The kind of an exported folder, from kind.txt; "classes" without this file.

    Raises:
        ValueError: the kind is unknown.
    """
    path = Path(folder) / KIND
    if not path.is_file():
        return "classes"
    kind = path.read_text(encoding="utf-8").strip()
    if kind not in KINDS:
        raise ValueError(
            f"{path} must name one of the kinds {', '.join(map(repr, KINDS))}, got {kind!r}; a later version of "
            "rnn_zoo may know it."
        )
    return kind


def answers_class(kind: str) -> type[Any]:
    """The subclass of `rnn_zoo.export.exported.Exported` that opens folders of a kind."""
    return resolve(KINDS[kind].answers)


def resolve(reference: str) -> Any:
    """Imports the object of a reference "module:name"."""
    module, _, name = reference.partition(":")
    return getattr(importlib.import_module(module), name)
