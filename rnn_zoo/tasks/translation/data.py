"""Pairs of sentences, for models that translate one into the other."""

import dataclasses
import hashlib
import html
from pathlib import Path

from rnn_zoo.checks import one_of
from rnn_zoo.files.cleaning import Cleaning, with_report
from rnn_zoo.files.long_text import read_text
from rnn_zoo.files.splits import SPLIT_NAMES
from rnn_zoo.samples import sample_folder

_FOLDER = sample_folder("tatoeba")
_SAMPLES = {"tatoeba": _FOLDER / "eng-fra.tsv.gz", "tatoeba_hindi": _FOLDER / "eng-hin.tsv.gz"}
_LEAVES_OUT = "leaves such lines out"
_HELD_OUT = ("validation", "test")  # one of every twenty sentences of one file each; the others are for training


@dataclasses.dataclass(frozen=True)
class PairSplit:
    """Sentences and their translations.

    Args:
        sources, targets: of equal length.
    """

    sources: list[str]
    targets: list[str]

    def __len__(self) -> int:
        return len(self.sources)


@dataclasses.dataclass(frozen=True)
class Pairs:
    """Pairs in three splits.

    Args:
        name: the argument of `load_pairs`.
        train, validation, test: the splits.
        licence, source: of the data.
        cleaned: what was done to the faults of the files, a sentence each.
    """

    name: str
    train: PairSplit
    validation: PairSplit
    test: PairSplit
    licence: str
    source: str
    cleaned: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 of all sentences."""
        splits = (self.train, self.validation, self.test)
        lines = [line for split in splits for line in (*split.sources, *split.targets)]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def __str__(self) -> str:
        sizes = " / ".join(f"{len(split):,}" for split in (self.train, self.validation, self.test))
        return with_report(f"{self.name}: {sizes} pairs for training, validation and test", self.cleaned)


def load_pairs(
    data: str | Path, source: str = "en", target: str = "de", *, variant: str = "", clean: bool = False
) -> Pairs:
    """Loads pairs of sentences.

    Args:
        data: "tatoeba" (20,000 pairs, English to French, in the package) or "tatoeba_hindi" (2,915 pairs, English to
            Hindi, also in the package); a .tsv file (also .gz) without a header, each line a sentence, a tab and its
            translation; or a folder with a file for each split and language, one sentence per line, such as Multi30k's
            `train.lc.norm.tok.en.gz`: names begin with the split (train; val, valid, validation or dev; test) and end
            with the language. Of one file a twentieth each is for validation and test; a sentence and all its
            translations are in one split.
        source, target: endings of the files in a folder.
        variant: a part that file names must contain, where a folder has several of one split and language.
        clean: leaves faulty lines of your own files out, which otherwise are errors; `cleaned` says what was done.
    Returns:
        the pairs, with HTML entities such as "&apos;" resolved.
    Raises:
        ValueError: an unknown name, a line without a tab or with an empty side, files of different length (the line is
            named), or several files of one split. FileNotFoundError: no such file.
    """
    if isinstance(data, str) and data in _SAMPLES:
        origin = "Tatoeba, https://tatoeba.org and https://www.manythings.org/anki"
        return _from_file(data, _SAMPLES[data], "CC BY 2.0", origin, Cleaning())
    path, cleaning = Path(data), Cleaning(clean)
    if path.is_dir():
        splits = {split: _read_split(path, split, source, target, variant, cleaning) for split in SPLIT_NAMES}
        origin = f"{path.name}, {source} to {target}"
        return Pairs(str(data), **splits, licence="not stated", source=origin, cleaned=cleaning.report())
    if not path.is_file():
        if not path.suffix:
            one_of("data", str(data), [*_SAMPLES, "a .tsv file", "a folder"])
        raise FileNotFoundError(f"`data`: there is no file or folder {path}.")
    return _from_file(str(data), path, "the user's own file; not stated", str(path), cleaning)


def _from_file(name, path, licence, origin, cleaning):
    splits = {split: PairSplit([], []) for split in SPLIT_NAMES}
    split_of = {}
    for number, line in enumerate(_lines(path, cleaning), start=1):
        if not line:
            continue
        first, tab, rest = line.partition("\t")
        if not tab:
            message = f"expected a sentence, a tab and its translation, got {line[:60]!r}."
            cleaning.fault(path, number, message, _LEAVES_OUT)
            continue
        if not first.strip() or not rest.partition("\t")[0].strip():
            side = "translation" if first.strip() else "sentence"
            cleaning.fault(path, number, f"the {side} is empty; leave the line out.", _LEAVES_OUT)
            continue
        if first not in split_of:
            place = len(split_of) % 20
            split_of[first] = _HELD_OUT[place] if place < len(_HELD_OUT) else "train"
        splits[split_of[first]].sources.append(first)
        splits[split_of[first]].targets.append(rest.partition("\t")[0])
    if not splits["train"].sources:
        raise ValueError(f"{path}: has {len(split_of)} different sentences; three splits need at least three.")
    return Pairs(name, **splits, licence=licence, source=origin, cleaned=cleaning.report())


def _read_split(folder, split, source, target, variant, cleaning):
    files = [_find(folder, split, language, variant) for language in (source, target)]
    sides = [_lines(file, cleaning) for file in files]
    if len(sides[0]) != len(sides[1]):
        shorter, longer = sorted(range(2), key=lambda side: len(sides[side]))
        line = len(sides[shorter]) + 1
        raise ValueError(
            f"{files[longer]}: line {line}: there is no line {line} in {files[shorter]}, and sentence and translation "
            "must be on the same line of both."
        )
    return PairSplit(*sides)


def _find(folder, split, language, variant):
    found = [
        file
        for file in sorted(folder.iterdir())
        if file.name.removesuffix(".gz").endswith(f".{language}")
        and file.name.startswith(tuple(f"{name}{mark}" for name in SPLIT_NAMES[split] for mark in "._-"))
        and variant in file.name
    ]
    if len(found) != 1:
        names = ", ".join(file.name for file in found) or "none"
        raise ValueError(
            f"{folder} must hold one file for {split} that ends in .{language}, got {names}; choose by `variant`, "
            "`source` and `target`, or rename the file."
        )
    return found[0]


def _lines(path, cleaning):
    return [html.unescape(line) for line in read_text(path, cleaning).removesuffix("\n").split("\n")]
