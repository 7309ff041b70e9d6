"""Labelled texts from a user's files: one file, or a folder with one file per split."""

import functools
import json
from pathlib import Path

import numpy as np

from rnn_zoo.files.splits import hold_out
from rnn_zoo.files.tables import ENDINGS, is_table, read_table
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
) -> TextDataset:
    """Reads one CSV, TSV or JSONL file: a tenth for test, the fraction `validation` of the rows for validation."""
    table, texts, names, groups = _read(path, text_column, label_column, group_column)
    labels = _classes(table.path, names)
    rows = TextSplit(texts, _indices(labels, names))
    for label, count in zip(labels, np.bincount(rows.labels), strict=True):
        if count < 3:
            line = table.lines[names.index(label)]
            raise ValueError(
                f"{table.path}: line {line}: label {label!r} is on {count} row(s); train, validation and test need one "
                "each: add rows, remove the label, or give a folder with a train and a test file."
            )
    if groups is not None and len(set(groups)) < 3:
        raise ValueError(f"{table.path}: column {group_column!r} has {len(set(groups))} group(s); three splits need 3.")
    rest, test = hold_out(rows.labels, _TEST_SHARE, seed, groups)
    rest_groups = None if groups is None else groups[rest]
    # `validation` is a fraction of all rows, of which a tenth is held out already.
    kept, held = hold_out(rows.labels[rest], min(validation / (1 - _TEST_SHARE), 0.99), seed, rest_groups)
    train = rows.take(rest[kept])
    _check_all_in_training(table.path, labels, train)
    return TextDataset(
        name=str(path),
        labels=labels,
        train=train,
        validation=rows.take(rest[held]),
        test=rows.take(test),
        licence=_LICENCE,
        source=str(path),
    )


def load_folder(
    path: str | Path,
    *,
    text_column: str,
    label_column: str,
    group_column: str | None,
    validation: float,
    seed: int,
) -> TextDataset:
    """Reads a folder with train.*, test.* and optionally validation.* and unlabelled.*.

    Without validation.*, the fraction `validation` of the training rows is held out.
    """
    files = _find_splits(Path(path))
    _, texts, names, groups = _read(files["train"], text_column, label_column, group_column)
    labels = _classes(files["train"], names)
    splits = {"train": TextSplit(texts, _indices(labels, names))}
    for split in ("validation", "test"):
        if split in files:
            table, texts, names, _ = _read(files[split], text_column, label_column, None)
            for line, name in zip(table.lines, names, strict=True):
                if name not in labels:
                    raise ValueError(
                        f"{table.path}: line {line}: label {name!r} is not in {files['train']}, which has "
                        f"{', '.join(map(repr, labels))}: a model cannot learn it. Correct it, or add it there."
                    )
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
        read_unlabelled = functools.partial(_read_texts, files["unlabelled"], text_column)
    return TextDataset(
        name=str(path), labels=labels, **splits, licence=_LICENCE, source=str(path), read_unlabelled=read_unlabelled
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


def _read(path, text_column, label_column, group_column):
    columns = [text_column, label_column] + ([] if group_column is None else [group_column])
    table = read_table(path, dict.fromkeys(columns))
    texts = _texts(table, text_column)
    names = [_label_name(table, row, value) for row, value in enumerate(table.columns[label_column])]
    groups = None
    if group_column is not None:
        groups = np.array([json.dumps(value) for value in table.columns[group_column]])
    return table, texts, names, groups


def _read_texts(path, text_column):
    return _texts(read_table(path, [text_column]), text_column)


def _texts(table, column):
    texts = table.columns[column]
    for line, text in zip(table.lines, texts, strict=True):
        if not isinstance(text, str):
            raise ValueError(f"{table.path}: line {line}: {column!r} must be a string, got {json.dumps(text)[:40]}.")
        if not text.isascii():
            try:
                text.encode()
            except UnicodeEncodeError as error:
                half = text[error.start].encode("unicode_escape").decode()
                message = f"{table.path}: line {line}: {column!r} holds {half}, half a character; write the whole one."
                raise ValueError(message) from error
    return texts


def _label_name(table, row, value):
    line = table.lines[row]
    if isinstance(value, str):
        name = value.strip()
    elif isinstance(value, int):
        name = json.dumps(value)
    elif value is None:
        name = ""
    else:
        raise ValueError(f"{table.path}: line {line}: a label must be a string or an integer, got {json.dumps(value)}.")
    if not name:
        raise ValueError(f"{table.path}: line {line}: the label is empty. Fill it in, or remove the row.")
    return name


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
