"""Malformed files of every command: each fault of each format, and what can stand in place of any file."""

import dataclasses
import gzip
import io
import json
import os
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
from file_faults import (
    ANY_TEXT,
    ARCHIVE,
    CAPTIONS,
    CONLL,
    CSV,
    FEATURES,
    IDS,
    IMAGE,
    JSONL,
    MIDI,
    MUSIC,
    PAIRS,
    RESULTS,
    SERIES,
    TAR,
    UNLABELLED,
    VECTORS,
    changed,
    cut,
)
from malformed import Case

from rnn_zoo.tasks.music.midi import write_midi
from rnn_zoo.tasks.registry import tasks


@dataclasses.dataclass(frozen=True)
class Source:
    """A file that a command reads.

    Args:
        name: the file's name in the folder of the data.
        content: the right content, bytes.
        faults: what to make of it.
        command: (folder) -> the command line with that file.
        beside: further files of the folder, by name.
        among: whether it is one of a folder's files, of which what is no file of the format is left out.
    """

    name: str
    content: bytes
    faults: dict
    command: Callable[[Path], list[str]]
    beside: dict = dataclasses.field(default_factory=dict)
    among: bool = False


_SIZES = ["--model", "imdb_vanilla", "--vocabulary-size", "50", "--max-length", "8", "--epochs", "1"]


def sources(folder: Path, export: Path) -> list[Source]:
    """The files of every task's example, the other formats that recipes read, and those of `predict` and `inspect`.

    Args:
        folder: where the examples are written.
        export: an exported classifier of texts.
    """
    return [*_of_examples(folder), *_of_other_formats(folder), *_of_exports(export)]


def _of_examples(folder):
    examples = {}
    for name, task in tasks().items():
        (folder / name).mkdir()
        examples[name] = task.load(task.example)(folder / name)

    def of(task, name, faults, beside=()):
        place, example = folder / task, examples[task]

        def command(to):
            return ["train", example.recipe, *(str(part).replace(str(place), str(to)) for part in example.arguments)]

        others = {other: (place / other).read_bytes() for other in beside}
        return Source(name, (place / name).read_bytes(), faults, command, others)

    return [
        of("tagging", "names.conll", ANY_TEXT | CONLL),
        of("translation", "pairs.tsv", ANY_TEXT | PAIRS),
        of("captioning", "captions.tsv", ANY_TEXT | CAPTIONS, ["features.npy"]),
        of("captioning", "features.npy", FEATURES, ["captions.tsv"]),
        of("forecasting", "sales.csv", ANY_TEXT | SERIES),
        of("text_generation", "plays.txt", ANY_TEXT),
        of("music", "pieces.json", MUSIC),
    ]


def _texts():
    return [{"text": f"a film {n} that is {word}", "label": word} for n in range(20) for word in ("good", "bad")]


def _csv(*columns):
    rows = [",".join(row[column] for column in columns) for row in _texts()]
    return "\n".join([",".join(columns), *rows, ""]).encode()


def _of_other_formats(folder):
    def sentiment(*arguments):
        return lambda to: ["train", "imdb_sentiment", *(str(part).format(to) for part in (*arguments, *_SIZES))]

    jsonl = "".join(json.dumps(row) + "\n" for row in _texts()).encode()
    csv, texts = _csv("text", "label"), "".join(row["text"] + "\n" for row in _texts()).encode()
    vectors = "3 4\n" + "".join(f"{word} .1 .2 .3 {n}\n" for n, word in enumerate(["film", "good", "bad"]))
    results = "recipe,data,model,seed,split,metric,value,command,commit,machine\n"
    pictures = [*(folder / "image_classification" / "images").rglob("*.png")][:12]
    images = {f"images/{n % 2}/{n}.png": file.read_bytes() for n, file in enumerate(pictures)}
    pixels = io.BytesIO()
    np.savez(pixels, images=np.arange(60 * 16).reshape(60, 4, 4) % 255, labels=np.arange(60) % 2)
    small = ["--copies", "1", "--units", "4", "--epochs", "1"]
    midi = folder / "piece.mid"
    write_midi(midi, np.eye(88)[[40, 44, 47, 52]], lowest=21)
    pieces = {f"midi/{n}.mid": midi.read_bytes() for n in range(4)}
    captions = folder / "captioning"
    described = {name: (captions / name).read_bytes() for name in ("captions.tsv", "features.npy")}
    return [
        Source("a.csv", csv, ANY_TEXT | CSV, sentiment("{}/a.csv")),
        Source("a.jsonl", jsonl, ANY_TEXT | JSONL, sentiment("{}/a.jsonl")),
        Source("data/test.csv", csv, ANY_TEXT | CSV, sentiment("{}/data"), {"data/train.csv": csv}),
        Source(
            "data/unlabelled.csv",
            _csv("text"),
            UNLABELLED,
            lambda to: ["train", "imdb_language_model", str(to / "data"), *_SIZES],
            {"data/train.csv": csv, "data/test.csv": csv},
        ),
        Source("v.txt", vectors.encode(), VECTORS, sentiment("{}/a.csv", "--vectors", "{}/v.txt"), {"a.csv": csv}),
        Source("r.csv", results.encode(), RESULTS, sentiment("{}/a.csv", "--results", "{}/r.csv"), {"a.csv": csv}),
        Source(
            "data/test.txt",
            texts,
            ANY_TEXT,
            lambda to: ["train", "shakespeare", str(to / "data"), "--seed-text", "a"],
            {"data/train.txt": texts, "data/validation.txt": texts},
        ),
        Source(
            "images/0/x.png",
            pictures[0].read_bytes(),
            IMAGE,
            lambda to: ["train", "digit_images", str(to / "images"), *small],
            images,
            among=True,
        ),
        Source("p.npz", pixels.getvalue(), ARCHIVE, lambda to: ["train", "digit_images", str(to / "p.npz"), *small]),
        Source(
            "midi/x.mid",
            midi.read_bytes(),
            MIDI,
            lambda to: ["train", "chorales", str(to / "midi")],
            pieces,
            among=True,
        ),
        Source(
            "p.tar",
            b"",
            TAR,
            lambda to: [
                "train",
                "image_captions",
                str(to / "captions.tsv"),
                str(to / "features.npy"),
                "--min-count",
                "1",
                "--pictures",
                str(to / "p.tar"),
            ],
            described,
        ),
    ]


def _of_exports(export):
    def ask(name):
        return lambda to: ["predict", str(export), "--file", str(to / name)]

    ids = io.BytesIO()
    np.save(ids, np.array([2, 3, 4]))
    texts = "".join(row["text"] + "\n" for row in _texts()).encode()
    jsonl = "".join(json.dumps({"text": row["text"]}) + "\n" for row in _texts()).encode()
    return [
        Source("b.csv", _csv("text", "label"), UNLABELLED, ask("b.csv")),
        Source("b.txt", texts, ANY_TEXT, ask("b.txt")),
        Source(
            "b.jsonl",
            jsonl,
            ANY_TEXT | {name: fault for name, fault in JSONL.items() if "surrogate" not in name},
            ask("b.jsonl"),
        ),
        Source("ids.npy", ids.getvalue(), IDS, lambda to: ["inspect", str(export), str(to / "ids.npy")]),
    ]


def file_cases(source: Source, pick: random.Random) -> list[Case]:
    """Each fault of a file, and what can stand in place of any file."""
    named = (Path(source.name).name, *([Path(source.name).parts[0]] if source.among else []))

    def with_content(change):
        def make(folder):
            write(folder, source, change(source.content, random.Random(pick.random())))
            return source.command(folder)

        return make

    made = [Case(f"{source.name}: {fault}", with_content(change), named) for fault, change in source.faults.items()]
    if source.content:
        for fault, change in {"cut anywhere": cut, "a changed byte": changed}.items():
            made.append(Case(f"{source.name}: {fault}", with_content(change), named, refused=False))
    for fault in ("missing", "a folder", "a pipe", "a circle of links", "no gzip", "a cut gzip"):

        def make(folder, fault=fault):
            write(folder, source, None)
            path, given = folder / source.name, source.command(folder)
            if fault == "a folder":
                path.mkdir()
            elif fault == "a pipe":
                os.mkfifo(path)
            elif fault == "a circle of links":
                path.symlink_to(path)
            elif "gzip" in fault:
                packed = gzip.compress(source.content + b"." * 100)
                packed = source.content if fault == "no gzip" else packed[: pick.randrange(11, len(packed) - 9)]
                path.with_name(path.name + ".gz").write_bytes(packed)
                given = [part + ".gz" if part.endswith(source.name) else part for part in given]
            return given

        optional = fault == "missing" and ("r.csv" in source.name or "data/" in source.name)
        inside = source.among or "data/" in source.name or source.name.endswith((".npz", ".npy", ".tar", "r.csv"))
        optional |= fault == "a folder" and source.faults is TAR
        unsure = source.among or optional or ("gzip" in fault and inside)
        made.append(Case(f"{source.name}: {fault}", make, (*named, "data"), refused=not unsure))
    return made


def write(folder: Path, source: Source, content: bytes | None) -> None:
    """Writes the files of a source to a folder, its own with the given content unless it is None."""
    for name, data in source.beside.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    (folder / source.name).parent.mkdir(parents=True, exist_ok=True)
    if content is not None:
        (folder / source.name).write_bytes(content)
