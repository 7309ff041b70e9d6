"""A seeded generator of malformed inputs: files, options, exports and runs of every task, each with its command."""

import dataclasses
import gzip
import inspect
import io
import json
import os
import random
import re
import shutil
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from helpers import load_recipe

from rnn_zoo.checks import fraction, not_negative, positive_integer, positive_number
from rnn_zoo.export import folder as export_folder
from rnn_zoo.run.options import CHECKS
from rnn_zoo.tasks.registry import tasks


@dataclasses.dataclass(frozen=True)
class Case:
    """A malformed input.

    Args:
        name: what is wrong.
        make: folder -> the command line after `rnn-zoo`; it writes the input to the folder.
        named: what an error must name, one of these: files or options.
        refused: whether the input is surely wrong; of a changed byte no one knows.
    """

    name: str
    make: Callable[[Path], list[str]]
    named: tuple[str, ...]
    refused: bool = True


# What can happen to any file. Each: (name, content, random) -> content, or None to make something else of the file.


def cut(content, pick):
    return content[: pick.randrange(1, len(content))]


def changed(content, pick):
    place = pick.randrange(len(content))
    return content[:place] + bytes([content[place] ^ (1 << pick.randrange(8))]) + content[place + 1 :]


def inserted(part):
    def insert(content, pick):
        place = pick.randrange(len(content))
        return content[:place] + part + content[place:]

    return insert


def lines(change):
    """A change of one line of a text, which is not its first."""

    def change_line(content, pick):
        rows = content.decode().split("\n")
        full = [number for number, row in enumerate(rows) if row.strip()][1:]
        number = pick.choice(full)
        rows[number] = change(rows[number], pick)
        return "\n".join(rows).encode()

    return change_line


ANY_TEXT = {
    "empty": lambda content, pick: b"",
    "blank lines": lambda content, pick: b"\n" * pick.randrange(1, 50),
    "a zero byte": inserted(b"\0"),
    "bytes that are not UTF-8": inserted(b"\xff\xfe\xfa"),
    "a cut character": inserted(b"\xe2\x82"),
    "UTF-16": lambda content, pick: content.decode().encode("utf-16"),
    "a picture": lambda content, pick: b"\x89PNG\r\n\x1a\n" + content,
    "an archive": lambda content, pick: b"PK\x03\x04" + content,
    "gzip in a plain name": lambda content, pick: gzip.compress(content),
}


def field(value, separator="\t"):
    """Sets one field of one line."""

    def change(row, pick):
        fields = row.split(separator)
        fields[pick.randrange(len(fields))] = value
        return separator.join(fields)

    return lines(change)


def last(value, separator):
    return lines(lambda row, pick: row.rpartition(separator)[0] + separator + value)


CSV = {
    "no header": lambda content, pick: content.split(b"\n", 1)[1],
    "another header": lambda content, pick: b"a,b\n" + content.split(b"\n", 1)[1],
    "a column twice": lambda content, pick: b"text,text\n" + content.split(b"\n", 1)[1],
    "a field too many": lines(lambda row, pick: row + ",more"),
    "a field too few": lines(lambda row, pick: row.rpartition(",")[0]),
    "no label": last("", ","),
    "an open quote": lines(lambda row, pick: '"' + row),
    "a label of one row": last("rare", ","),
    "a header alone": lambda content, pick: content.split(b"\n", 1)[0] + b"\n",
    "half a surrogate": inserted(b"\xed\xa0\x80"),
}
JSONL = {
    "broken JSON": lines(lambda row, pick: row[: pick.randrange(1, len(row) - 1)]),
    "a list": lines(lambda row, pick: "[1, 2]"),
    "a number": lines(lambda row, pick: "5"),
    "no text": lines(lambda row, pick: row.replace('"text"', '"words"')),
    "a text that is a number": lines(lambda row, pick: json.dumps({**json.loads(row), "text": 5})),
    "a text that is null": lines(lambda row, pick: json.dumps({**json.loads(row), "text": None})),
    "deep nesting": lines(lambda row, pick: "[" * 100_000),
    "half a surrogate": lines(lambda row, pick: row.replace('"label": "', '"label": "\\ud800')),
}
CONLL = {
    "no tag": lines(lambda row, pick: row.split("\t")[0]),
    "an empty word": lines(lambda row, pick: "\t" + row.split("\t")[1]),
    "a tag out of place": lambda content, pick: b"in\tO\nYork\tI-LOC\nParis\tE-LOC\n\n" + content,
    "a tag of no scheme": last("X-LOC", "\t"),
    "an empty tag": last("", "\t"),
    "a control character": lines(lambda row, pick: row[0] + "\x85" + row[1:]),
}
PAIRS = {
    "no tab": lines(lambda row, pick: row.replace("\t", " ")),
    "an empty side": field(""),
}
CAPTIONS = {
    "no caption": last("", "\t"),
    "another column": lambda content, pick: content.replace(b"image\tcaption", b"image\ttext"),
    "a path that leads out": lines(lambda row, pick: "../" + row),
    "an absolute path": lines(lambda row, pick: "/etc/" + row),
    "no header": lambda content, pick: content.split(b"\n", 1)[1],
}
SERIES = {
    "no header": lambda content, pick: content.split(b"\n", 1)[1],
    "text for a number": last("much", ","),
    "a missing number": last("", ","),
    "infinity": last("inf", ","),
    "a huge number": last("1e999", ","),
    "a time twice": lambda content, pick: content + content.rsplit(b"\n", 2)[-2] + b"\n",
    "a time that is none": lines(lambda row, pick: "soon," + row.split(",")[1]),
    "a month 13": lines(lambda row, pick: "2024-13-45," + row.split(",")[1]),
    "a gap": lines(lambda row, pick: "1999-01-01," + row.split(",")[1]),
    "one column": lambda content, pick: b"\n".join(row.split(b",")[0] for row in content.split(b"\n")),
    "three rows": lambda content, pick: b"\n".join(content.split(b"\n")[:4]) + b"\n",
    "a column twice": lambda content, pick: content.replace(b"day,sales", b"day,day"),
    "a field too many": lines(lambda row, pick: row + ",5"),
}


def in_json(change):
    """A change of one piece, step or key of the pieces."""

    def change_json(content, pick):
        splits = json.loads(content)
        change(splits, pick.choice(["train", "valid", "test"]), pick)
        return json.dumps(splits).encode()

    return change_json


def pitch(value):
    def change(splits, split, pick):
        pick.choice(pick.choice(splits[split]))[0] = value

    return in_json(change)


MUSIC = {
    "broken JSON": cut,
    "no such split": in_json(lambda splits, split, pick: splits.pop(split)),
    "an empty split": in_json(lambda splits, split, pick: splits.update({split: []})),
    "a split that is a number": in_json(lambda splits, split, pick: splits.update({split: 5})),
    "a piece that is text": in_json(lambda splits, split, pick: splits[split].append("C E G")),
    "a step that is a number": in_json(lambda splits, split, pick: splits[split][0].append(60)),
    "a piece without notes": in_json(lambda splits, split, pick: splits[split].append([[], []])),
    "deep nesting": lambda content, pick: b"[" * 100_000,
    **{f"the key {value!r}": pitch(value) for value in (60.7, -3, 200, "C", None, True, float("nan"), [60], 1e300)},
}


def npy(shape=None, dtype="<f8", data=None):
    """An .npy file whose header may lie."""

    def write(content, pick):
        file = io.BytesIO()
        header = {"descr": dtype, "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(file, header)
        return file.getvalue() + (bytes(64) if data is None else data)

    return write


def saved(array):
    def write(content, pick):
        file = io.BytesIO()
        np.save(file, array)
        return file.getvalue()

    return write


FEATURES = {
    "empty": lambda content, pick: b"",
    "cut": lambda content, pick: content[: pick.randrange(20, len(content) - 100)],
    "text": lambda content, pick: b"1 2 3\n",
    "a header of petabytes": npy((10**12, 300)),
    "a header of no size": npy((10**30,)),
    "a negative size": npy((-1, 3)),
    "no rows": npy((0, 12)),
    "objects": npy((2,), "|O"),
    "complex numbers": saved(np.ones((80, 12), complex)),
    "texts": saved(np.array([["a"] * 12] * 80)),
    "too few rows": saved(np.ones((3, 12))),
    "one dimension": saved(np.ones(80)),
    "five dimensions": saved(np.ones((80, 1, 1, 1, 2))),
    "NaN": saved(np.full((80, 12), np.nan)),
    "infinity": saved(np.full((80, 12), np.inf)),
}


def png(width, height):
    """A picture of some bytes that claims a size."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")


IMAGE = {
    "empty": lambda content, pick: b"",
    "cut": lambda content, pick: content[: pick.randrange(1, len(content) - 20)],
    "text": lambda content, pick: b"a picture of a cat\n",
    "a bomb": lambda content, pick: png(60_000, 60_000),
    "a larger bomb": lambda content, pick: png(2_000_000_000, 2_000_000_000),
    "no pixels": lambda content, pick: png(0, 0),
    "another size": lambda content, pick: png(9, 5),
}


@dataclasses.dataclass(frozen=True)
class Source:
    """A file that a recipe reads.

    Args:
        recipe: the recipe.
        name: the file's name in the folder of the data.
        content: the right content, bytes.
        faults: what to make of it.
        arguments: (folder) -> the command line of the recipe with that file.
        beside: further files of the folder, by name.
    """

    recipe: str
    name: str
    content: bytes
    faults: dict
    arguments: Callable[[Path], list[str]]
    beside: dict = dataclasses.field(default_factory=dict)


def sources(folder: Path) -> list[Source]:
    """The files of every task's example, and the other formats that its recipe reads."""
    examples = {}
    for name, task in tasks().items():
        (folder / name).mkdir()
        examples[name] = task.load(task.example)(folder / name)

    def of(task, name, faults, arguments=None, beside=()):
        place, example = folder / task, examples[task]

        def moved(to):
            return [str(part).replace(str(place), str(to)) for part in example.arguments]

        others = {other: (place / other).read_bytes() for other in beside}
        content = (place / name).read_bytes()
        return Source(example.recipe, name, content, faults, arguments or moved, others)

    texts = [{"text": f"a film {n} that is {word}", "label": word} for n in range(20) for word in ("good", "bad")]
    csv = "text,label\n" + "".join(f"{row['text']},{row['label']}\n" for row in texts)
    jsonl = "".join(json.dumps(row) + "\n" for row in texts)
    sizes = ["--model", "imdb_vanilla", "--vocabulary-size", "50", "--max-length", "8", "--epochs", "1"]
    own = [
        Source("imdb_sentiment", "a.csv", csv.encode(), ANY_TEXT | CSV, lambda to: [str(to / "a.csv"), *sizes]),
        Source("imdb_sentiment", "a.jsonl", jsonl.encode(), ANY_TEXT | JSONL, lambda to: [str(to / "a.jsonl"), *sizes]),
    ]
    image = next((folder / "image_classification" / "images" / "0").iterdir())
    pictures = [*(folder / "image_classification" / "images").rglob("*.png")][:12]
    beside = {f"images/{n % 2}/{n}.png": file.read_bytes() for n, file in enumerate(pictures)}
    return [
        *own,
        of("tagging", "names.conll", ANY_TEXT | CONLL),
        of("translation", "pairs.tsv", ANY_TEXT | PAIRS),
        of("captioning", "captions.tsv", ANY_TEXT | CAPTIONS, beside=["features.npy"]),
        of("captioning", "features.npy", FEATURES, beside=["captions.tsv"]),
        of("forecasting", "sales.csv", ANY_TEXT | SERIES),
        of("text_generation", "plays.txt", ANY_TEXT),
        of("music", "pieces.json", MUSIC),
        Source(
            "digit_images",
            "images/0/x.png",
            image.read_bytes(),
            IMAGE,
            lambda to: [str(to / "images"), "--copies", "1", "--units", "4", "--epochs", "1"],
            beside,
        ),
    ]


def file_cases(source: Source, pick: random.Random) -> list[Case]:
    """Each fault of a file, and what can stand in place of any file."""
    made = []
    for fault, change in source.faults.items():

        def make(folder, change=change):
            write(folder, source, change(source.content, random.Random(pick.random())))
            return ["train", source.recipe, *source.arguments(folder)]

        made.append(Case(f"{source.name}: {fault}", make, (Path(source.name).name, Path(source.name).parts[0])))
    for fault, change in {"cut anywhere": cut, "a changed byte": changed}.items():

        def make(folder, change=change):
            write(folder, source, change(source.content, random.Random(pick.random())))
            return ["train", source.recipe, *source.arguments(folder)]

        made.append(Case(f"{source.name}: {fault}", make, (Path(source.name).name,), refused=False))
    for fault in ("missing", "a folder", "a pipe", "a circle of links", "no gzip", "a cut gzip"):

        def make(folder, fault=fault):
            write(folder, source, None)
            path, given = folder / source.name, source.arguments(folder)
            if fault == "a folder":
                path.mkdir()
            elif fault == "a pipe":
                os.mkfifo(path)
            elif fault == "a circle of links":
                path.symlink_to(path)
            elif "gzip" in fault:
                packed = gzip.compress(source.content)
                packed = source.content if fault == "no gzip" else packed[: pick.randrange(20, len(packed) - 9)]
                path.with_name(path.name + ".gz").write_bytes(packed)
                given = [part + ".gz" if part.endswith(source.name) else part for part in given]
            return ["train", source.recipe, *given]

        inside = source.recipe == "digit_images"  # a folder of pictures: what is no picture is not one of them
        made.append(Case(f"{source.name}: {fault}", make, (Path(source.name).name,), refused=not inside))
    return made


def write(folder: Path, source: Source, content: bytes | None) -> None:
    """Writes the files of a source to a folder, its own with the given content unless it is None."""
    for name, data in source.beside.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    (folder / source.name).parent.mkdir(parents=True, exist_ok=True)
    if content is not None:
        (folder / source.name).write_bytes(content)


WRONG = {
    positive_integer: ["0", "-1", "2.9", "many", "", "nan", "1e3", "inf", "0x", "-0"],
    positive_number: ["0", "-1", "nan", "inf", "-inf", "much", "", "1e999"],
    not_negative: ["-1", "-0.5", "nan", "inf", "little", ""],
    fraction: ["-0.1", "1", "2", "nan", "inf", "half", ""],
}


def option_cases(arguments: dict[str, list[str]]) -> list[Case]:
    """Every option of every recipe with values that it must refuse; `arguments`: recipe -> a right command line."""
    made = []
    for recipe, given in arguments.items():
        signature = inspect.signature(load_recipe(recipe).main)
        for name, parameter in signature.parameters.items():
            if parameter.kind is not parameter.KEYWORD_ONLY:
                continue
            option = "--" + name.replace("_", "-")
            values = list(WRONG[CHECKS[name]]) if name in CHECKS else []
            if name in CHECKS and "str" in str(parameter.annotation):
                values = []
            if parameter.annotation in (str, "str") or re.search("str", str(parameter.annotation)):
                values = [] if parameter.default == "" else ["", " "]
            if name in ("model", "split", "precision"):
                values += ["nothing", "\x1b[31m"]
            if name == "seed":
                values = ["-1", "1.5", "x", "", str(2**64)]
            for value in values:

                def make(folder, given=given, option=option, value=value, recipe=recipe):
                    return ["train", recipe, *given, f"{option}={value}"]

                made.append(Case(f"{recipe} {option}={value!r}", make, (option, f"`{name}`")))
    return made


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


def export_cases(folder: Path, question: list[str]) -> list[Case]:
    """Every file of an exported folder missing or damaged, with checksums that say so and with others."""
    made = []
    names = [name for name in export_folder.list_files(folder) if name != "README.md"]
    for name in names:
        faults = {"missing": None} | (JSON_FAULTS if name.endswith(".json") else OTHERS)
        for fault, change in faults.items():
            for honest in (False, True):

                def make(to, name=name, change=change, honest=honest):
                    shutil.copytree(folder, to / "export")
                    path = to / "export" / name
                    if change is None:
                        path.unlink()
                    else:
                        path.write_bytes(change(path.read_bytes()))
                    if honest:
                        export_folder.write_checksums(to / "export")
                    return ["predict", str(to / "export"), *question]

                # What prediction does not read, such as metrics.json, may be anything.
                unread = honest and name in ("metrics.json", "model.keras", "fingerprint.pb") and change is not None
                unread |= honest and name in ("fingerprint.pb", "vocabulary.txt", "letters.json", "series.json")
                unread |= name in ("metrics.json", "model.keras") and honest
                unread |= fault in ("a list", "an empty object", "nested lists") and honest
                kind = "with its checksum" if honest else "against its checksum"
                made.append(Case(f"export: {name} {fault}, {kind}", make, (name, "export"), refused=not unread))
    return made
