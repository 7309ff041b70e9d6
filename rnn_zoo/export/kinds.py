"""The kinds of exported models: how a folder says which it is, what it must hold, and which class opens it."""

import dataclasses
import importlib
from pathlib import Path

KIND = "kind.txt"


@dataclasses.dataclass(frozen=True)
class Kind:
    """What an exported model answers.

    Args:
        module, name: the subclass of `rnn_zoo.export.exported.Exported` that opens its folders, imported when first
            asked for.
        files: names of the files that such a folder holds beside those of every export.
        exporter: "module:function" that `rnn-zoo export` calls as function(model, folder, to, card=, metrics=), with
            the keras.Model and the folder of its run, or of an earlier export, that it lies in; "" for none.
    """

    module: str
    name: str
    files: tuple[str, ...] = ()
    exporter: str = ""


KINDS = {
    "classes": Kind("rnn_zoo.export.pretrained", "Pretrained", ("vocabulary.txt", "labels.json")),
    "images": Kind("rnn_zoo.export.images", "Images", ("labels.json",)),
    "steps": Kind("rnn_zoo.export.steps", "Steps", ("symbols.json", "labels.json")),
    "series": Kind("rnn_zoo.export.forecasts", "Forecasts", ("series.json",), "rnn_zoo.export.series:save_run"),
    "tags": Kind(
        "rnn_zoo.export.tagger",
        "Tagger",
        ("vocabulary.txt", "letters.json", "labels.json"),
        "rnn_zoo.export.tag_saving:save_run",
    ),
    "writer": Kind(
        "rnn_zoo.export.pretrained_writer",
        "PretrainedWriter",
        ("symbols.json", "writer.json"),
        "rnn_zoo.export.writing:save_run",
    ),
    "music": Kind(
        "rnn_zoo.export.pretrained_music", "PretrainedMusic", ("music.json",), "rnn_zoo.export.music:save_run"
    ),
}


def kind_of(folder):
    """Returns the kind that a folder states in kind.txt, "classes" where it states none.

    Raises:
        ValueError: it states an unknown one.
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


def load(name_or_folder):
    """Opens an exported model of any kind.

    Args:
        name_or_folder: an exported folder, or the name of one as `rnn_zoo.list_models(pretrained=True)` lists it.
    Returns:
        rnn_zoo.export.exported.Exported, of the class that suits its kind: Pretrained for "classes".
    Raises:
        ValueError, FileNotFoundError: there is no such folder or name (the known are listed), or it is not an export.
    """
    if not Path(name_or_folder).is_dir():
        from rnn_zoo.zoo import find_pretrained

        name_or_folder = find_pretrained(str(name_or_folder))
    kind = KINDS[kind_of(name_or_folder)]
    return getattr(importlib.import_module(kind.module), kind.name)(name_or_folder)
