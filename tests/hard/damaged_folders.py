"""Exported folders and runs with missing and damaged files."""

import shutil
from pathlib import Path

from malformed import Case

from rnn_zoo.export import folder as export_folder


def cut_at(share):
    return lambda content: content[: int(len(content) * share)]


JSON_FAULTS = {
    "empty": lambda content: b"",
    "a list": lambda content: b"[]",
    "null": lambda content: b"null",
    "a number": lambda content: b"5",
    "an empty object": lambda content: b"{}",
    "a text": lambda content: b'"x"',
    "nested lists": lambda content: b"[[[1]]]",
    "deep nesting": lambda content: b"[" * 100_000,
    "cut": cut_at(0.6),
    "not UTF-8": lambda content: b"\xff\xfe" + content,
}
OTHERS = {"empty": lambda content: b"", "cut": cut_at(0.6), "a text": lambda content: b"nothing\n"}


# Files that `predict` does not read, or reads only in part: what is in them may change nothing.
UNREAD = (
    "metrics.json",
    "model.keras",
    "fingerprint.pb",
    "vocabulary.txt",
    "letters.json",
    "symbols.json",
    "source_symbols.json",
    "encoder.onnx",
)


def export_cases(folder: Path, question: list[str]) -> list[Case]:
    """Every file of an exported folder missing or damaged, with checksums that say so and with others."""
    made = []
    for name in (name for name in export_folder.list_files(folder) if name != "README.md"):
        for fault, change in faults_of(name).items():
            for honest in (False, True):

                def make(to, name=name, change=change, honest=honest):
                    shutil.copytree(folder, to / "export")
                    if name.startswith(("saved_model", "variables")):  # it answers where there is no ONNX form
                        (to / "export" / "model.onnx").unlink(missing_ok=True)
                    damage(to / "export" / name, change)
                    if honest:
                        export_folder.write_checksums(to / "export")
                    return ["predict", str(to / "export"), *question]

                unread = name in UNREAD or (name, fault) == ("model.onnx", "missing")
                unsure = honest and (unread or fault in ("a list", "an empty object", "nested lists"))
                kind = "with its checksum" if honest else "against its checksum"
                named = (name, Path(name).name, "export", "kind")
                made.append(Case(f"export: {name} {fault}, {kind}", make, named, refused=not unsure))
    return made


def run_cases(run: Path, recipe: str, arguments: list[str]) -> list[Case]:
    """Every file of a run missing or damaged: it is exported again, and its training goes on.

    Args:
        run: the folder of a run that was killed, with a checkpoint, and of its export.
        recipe, arguments: its command line.
    """
    made = []
    endings = (".json", ".keras", ".npz", ".txt")
    for name in sorted(path.name for path in run.iterdir() if path.suffix in endings):
        for fault, change in faults_of(name).items():
            for command in (["export", "{}/run", "--to", "{}/again"], ["train", recipe, *arguments]):

                def make(to, name=name, change=change, command=command):
                    shutil.copytree(run, to / "run")
                    damage(to / "run" / name, change)
                    return [part.format(to) for part in command]

                named = (name, "run", "vocabulary", "export", "`labels`", "`tags`", "`model`")
                made.append(Case(f"run of {recipe}: {name} {fault}, {command[0]}", make, named, refused=False))
    return made


def faults_of(name: str) -> dict:
    """fault -> change of the content; None: the file is missing."""
    return {"missing": None} | (JSON_FAULTS if name.endswith(".json") else OTHERS)


def damage(path: Path, change) -> None:
    """Changes or removes a file."""
    if change is None:
        path.unlink()
    else:
        path.write_bytes(change(path.read_bytes()))
