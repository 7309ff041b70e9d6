"""Labelled texts from a user's files: one file, or a folder with one file per split."""

import collections
import functools
import json
from pathlib import Path

import numpy as np

from rnn_zoo.files.cleaning import Cleaning
from rnn_zoo.files.splits import hold_out
from rnn_zoo.files.tables import ENDINGS, LEAVES_OUT, is_table, read_table
from rnn_zoo.tasks.text_classification.dataset import TextDataset, TextSplit

_TEST_SHARE = 0.1
_SPLITS = ("train", "validation", "test", "unlabelled")
_LICENCE = "the user's own files; not stated"


def load_file(
    path: str | Path,
    *,
    text_column: str,
    label_column: str,
    group_column: str | None,
    validation: float,
    seed: int,
    clean: bool = False,
) -> TextDataset:
    """Reads one CSV, TSV or JSONL file: a tenth for test, the fraction `validation` of the rows for validation."""
    cleaning = Cleaning(clean)
    path, lines, texts, names, groups = _read(path, text_column, label_column, group_column, cleaning)
    rare = {label: count for label, count in collections.Counter(names).items() if count < 3}
    for line, label in zip(lines, names, strict=True):
        if label in rare:
            message = f"label {label!r} is on {rare[label]} row(s); train, validation and test need one each. Add rows."
            cleaning.fault(path, line, message, "leaves rows of such labels out")
    common = [row for row, label in enumerate(names) if label not in rare]
    texts, names = [texts[row] for row in common], [names[row] for row in common]
    groups = None if groups is None else groups[common]
    labels = _classes(path, names)
    rows = TextSplit(texts, _indices(labels, names))
    if groups is not None and len(set(groups)) < 3:
        raise ValueError(f"{path}: column {group_column!r} has {len(set(groups))} group(s); three splits need 3.")
    rest, test = hold_out(rows.labels, _TEST_SHARE, seed, groups)
    rest_groups = None if groups is None else groups[rest]
    # `validation` is a fraction of all rows, of which a tenth is held out already.
    kept, held = hold_out(rows.labels[rest], min(validation / (1 - _TEST_SHARE), 0.99), seed, rest_groups)
    train = rows.take(rest[kept])
    _check_all_in_training(path, labels, train)
    return TextDataset(
        name=str(path),
        labels=labels,
        train=train,
        validation=rows.take(rest[held]),
        test=rows.take(test),
        licence=_LICENCE,
        source=str(path),
        cleaned=cleaning.report(),
    )


def load_folder(
    path: str | Path,
    *,
    text_column: str,
    label_column: str,
    group_column: str | None,
    validation: float,
    seed: int,
    clean: bool = False,
) -> TextDataset:
    """Reads a folder with train.*, test.* and optionally validation.* and unlabelled.*.

    Without validation.*, the fraction `validation` of the training rows is held out.
    """
    files = _find_splits(Path(path))
    cleaning = Cleaning(clean)
    _, _, texts, names, groups = _read(files["train"], text_column, label_column, group_column, cleaning)
    labels = _classes(files["train"], names)
    splits = {"train": TextSplit(texts, _indices(labels, names))}
    for split in ("validation", "test"):
        if split in files:
            file, lines, texts, names, _ = _read(files[split], text_column, label_column, None, cleaning)
            for line, name in zip(lines, names, strict=True):
                if name not in labels:
                    listed = ", ".join(map(repr, labels))
                    message = f"label {name!r} is not in {files['train']}, which has {listed}. Add it there."
                    cleaning.fault(file, line, message, LEAVES_OUT)
            known = [row for row, name in enumerate(names) if name in labels]
            texts, names = [texts[row] for row in known], [names[row] for row in known]
            splits[split] = TextSplit(texts, _indices(labels, names))
    if "validation" not in splits:
        train = splits["train"]
        rare = np.bincount(train.labels)
        if validation and (rare.min() < 2 or (groups is not None and len(set(groups)) < 2)):
            scarce = f"label {labels[rare.argmin()]!r} is on one row" if rare.min() < 2 else "all rows are of one group"
            raise ValueError(
                f"{files['train']}: {scarce}, and train and validation need one each: add more, pass `validation=0`, "
                "or give a validation file."
            )
        kept, held = hold_out(train.labels, validation, seed, groups)
        splits |= {"train": train.take(kept), "validation": train.take(held)}
        _check_all_in_training(files["train"], labels, splits["train"])
    read_unlabelled = None
    if "unlabelled" in files:
        read_unlabelled = functools.partial(_read_texts, files["unlabelled"], text_column, clean)
    return TextDataset(
        name=str(path),
        labels=labels,
        **splits,
        licence=_LICENCE,
        source=str(path),
        read_unlabelled=read_unlabelled,
        cleaned=cleaning.report(),
    )


def _find_splits(folder):
    files = {}
    for file in sorted(folder.iterdir()):
        split = file.name.partition(".")[0]
        if split in _SPLITS and is_table(file):
            if split in files:
                raise ValueError(
                    f"{folder} holds two files for {split}, {files[split].name} and {file.name}: keep one."
                )
            files[split] = file
    for split in ("train", "test"):
        if split not in files:
            held = ", ".join(sorted(file.name for file in folder.iterdir())[:10]) or "nothing"
            endings = ", ".join(ENDINGS)
            raise ValueError(f"{folder} must hold a file {split} that ends in one of {endings}; it holds {held}.")
    return files


def _read(path, text_column, label_column, group_column, cleaning):
    """(path, lines, texts, names of the labels, groups or None) of the rows of a file."""
    columns = [text_column, label_column] + ([] if group_column is None else [group_column])
    table = read_table(path, dict.fromkeys(columns), cleaning)
    names = [_label_name(value) for value in table.columns[label_column]]
    kept = []
    for row, (line, text, name) in enumerate(zip(table.lines, table.columns[text_column], names, strict=True)):
        fault = _text_fault(text, text_column) or (name if isinstance(name, _Fault) else None)
        if fault:
            cleaning.fault(table.path, line, fault, LEAVES_OUT)
        else:
            kept.append(row)
    if not kept:
        raise ValueError(f"{table.path} holds no row without a fault; correct it.")
    lines, texts, names = ([part[row] for row in kept] for part in (table.lines, table.columns[text_column], names))
    groups = None
    if group_column is not None:
        groups = np.array([json.dumps(table.columns[group_column][row]) for row in kept])
    return table.path, lines, texts, names, groups


def _read_texts(path, text_column, clean):
    cleaning = Cleaning(clean)
    table = read_table(path, [text_column], cleaning)
    texts = []
    for line, text in zip(table.lines, table.columns[text_column], strict=True):
        if fault := _text_fault(text, text_column):
            cleaning.fault(table.path, line, fault, LEAVES_OUT)
        else:
            texts.append(text)
    return texts


def _text_fault(text, column):
    """What is wrong with a text, or None."""
    if not isinstance(text, str):
        return f"{column!r} must be a string, got {json.dumps(text)[:40]}. Correct it."
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            half = text[error.start].encode("unicode_escape").decode()
            return f"{column!r} holds {half}, half a character; write the whole one."
    return None


class _Fault(str):
    """What is wrong with a label."""


def _label_name(value):
    """The name of a label, or what is wrong with it."""
    if isinstance(value, str):
        name = value.strip()
    elif isinstance(value, int):
        name = json.dumps(value)
    elif value is None:
        name = ""
    else:
        return _Fault(f"a label must be a string or an integer, got {json.dumps(value)[:40]}. Correct it.")
    if not name.isascii():
        try:
            name.encode()
        except UnicodeEncodeError:
            return _Fault(f"the label {name!a} holds half a character; write the whole one.")
    return name or _Fault("the label is empty. Fill it in.")


def _classes(path, names):
    """The distinct labels: sorted by value if all are integers, else alphabetically."""
    distinct = set(names)
    if len(distinct) < 2:
        raise ValueError(
            f"{path} has only one class, {names[0]!r}; a classifier needs two or more. Add rows of another."
        )
    try:
        return tuple(sorted(distinct, key=lambda name: (int(name), name)))
    except ValueError:
        return tuple(sorted(distinct))


def _check_all_in_training(path, labels, train):
    missing = set(range(len(labels))) - set(train.labels.tolist())
    if missing:
        raise ValueError(
            f"{path}: no row with label {labels[min(missing)]!r} is left for training: it has too few groups or rows. "
            "Add more, a smaller `validation`, or a file for each split in a folder."
        )


def _indices(labels, names):
    index = {label: place for place, label in enumerate(labels)}
    return np.array([index[name] for name in names], "int32")
