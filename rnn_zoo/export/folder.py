"""Files of an exported folder, and the checksums that verify them."""

import hashlib
from pathlib import Path

from rnn_zoo.export.kinds import KINDS, kind_of

SAVED_MODEL = "saved_model.pb"
KERAS_MODEL = "model.keras"
ONNX_MODEL = "model.onnx"
VOCABULARY = "vocabulary.txt"
LABELS = "labels.json"
METRICS = "metrics.json"
CARD = "README.md"
CHECKSUMS = "SHA256SUMS"
REQUIRED = (SAVED_MODEL, KERAS_MODEL, METRICS, CARD, CHECKSUMS)


def missing_files(folder: str | Path) -> list[str]:
    """Names of the files that an export of the folder's kind needs and `folder` lacks."""
    saved_model, keras_model, *others = REQUIRED
    required = [saved_model, keras_model, *KINDS[kind_of(folder)].files, *others]
    return [name for name in required if not (Path(folder) / name).is_file()]


def list_files(folder: str | Path) -> list[str]:
    """Every file below `folder` except its checksums, as sorted relative paths with forward slashes."""
    folder = Path(folder)
    files = (path for path in folder.rglob("*") if not path.is_dir() or path.is_symlink())
    return sorted(name for path in files if (name := path.relative_to(folder).as_posix()) != CHECKSUMS)


def write_checksums(folder: str | Path) -> None:
    """Writes SHA256SUMS of every other file of `folder`, in the format of `sha256sum --check`."""
    folder = Path(folder)
    lines = [f"{_digest(folder / name)}  {name}\n" for name in list_files(folder)]
    (folder / CHECKSUMS).write_text("".join(lines), encoding="utf-8")


def read_checksums(folder: str | Path) -> dict[str, str]:
    """{file name: SHA-256} from SHA256SUMS of `folder`; ValueError that names the line if it is malformed."""
    path = Path(folder) / CHECKSUMS
    stated = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        digest, _, name = line.partition("  ")
        if len(digest) != 64 or not name:
            raise ValueError(f"{path}, line {number}: expected '<sha256>  <file>', got {line!r}.")
        stated[name] = digest
    return stated


def verify_checksums(folder: str | Path) -> list[str]:
    """Compares every file with SHA256SUMS.

    Returns:
        The names of the files.

    Raises:
        ValueError: a file was changed, is missing, or is not in SHA256SUMS; names all of them.
    """
    folder = Path(folder)
    present, faults = list_files(folder), _changed(folder)
    stated = read_checksums(folder)
    faults += [f"{name} is not listed" for name in present if name not in stated]
    if faults:
        raise _differs(folder, faults)
    return present


def refuse_changed_files(folder: str | Path) -> None:
    """ValueError that names the files of SHA256SUMS that were changed or are missing; other files do not matter."""
    if faults := _changed(Path(folder)):
        raise _differs(folder, faults)


def _changed(folder: Path) -> list[str]:
    """What differs from SHA256SUMS, a sentence for each file."""
    stated, present = read_checksums(folder), set(list_files(folder))
    faults = [f"{name} is missing" for name in stated if name not in present]
    return faults + [
        f"{name} was changed" for name in stated if name in present and _digest(folder / name) != stated[name]
    ]


def _differs(folder: str | Path, faults: list[str]) -> ValueError:
    shown = "; ".join(faults[:5]) + ("; ..." if len(faults) > 5 else "")
    return ValueError(f"{folder} differs from its export: {shown}. Export or download it again.")


def refuse_foreign_folder(name: str, folder: str | Path) -> None:
    """ValueError unless `folder` is absent, empty, or an export without other files, so that writing it loses nothing.

    Args:
        name: the option that the error names.
        folder: the folder to write.
    """
    folder = Path(folder)
    if not folder.exists() and not folder.is_symlink():
        return
    if not folder.is_dir():
        raise ValueError(f"`{name}` must be a folder, but {folder} is a file; name another folder.")
    if not any(folder.iterdir()):
        return
    if missing := missing_files(folder):
        raise ValueError(
            f"`{name}`: {folder} is not empty and not an exported model (it has no {missing[0]}); "
            "name a new folder or empty this one."
        )
    stated = read_checksums(folder)
    if foreign := [file for file in list_files(folder) if file not in stated]:
        raise ValueError(
            f"`{name}`: {folder} also holds files that are not part of the export ({', '.join(foreign[:5])}) "
            "and would be lost; move them away first."
        )


def _digest(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
