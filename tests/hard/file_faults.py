"""What can be wrong with a file, by format: functions (content, random) -> content."""

import gzip
import io
import json
import struct
import zlib

import numpy as np

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


UNLABELLED = ANY_TEXT | {name: CSV[name] for name in ("no header", "another header", "a header alone", "an open quote")}
VECTORS = {
    "empty": lambda content, pick: b"",
    "a header alone": lambda content, pick: b"3 4\n",
    "a header of terabytes": lambda content, pick: b"999999999999 300\n" + content.split(b"\n", 1)[1],
    "a header of another width": lambda content, pick: b"3 7\n" + content.split(b"\n", 1)[1],
    "a width of zero": lambda content, pick: b"3 0\n" + content.split(b"\n", 1)[1],
    "a word for a number": lines(lambda row, pick: row.rpartition(" ")[0] + " much"),
    "a number too few": lines(lambda row, pick: row.rpartition(" ")[0]),
    "NaN": lines(lambda row, pick: row.rpartition(" ")[0] + " nan"),
    "infinity": lines(lambda row, pick: row.rpartition(" ")[0] + " inf"),
    "other words": lambda content, pick: content.replace(b"film", b"xx").replace(b"good", b"yy").replace(b"bad", b"zz"),
    "binary": lambda content, pick: bytes(range(256)) * 9,
    "a picture": ANY_TEXT["a picture"],
}
RESULTS = {
    "another table": lambda content, pick: b"a,b\n1,2\n",
    "a picture": ANY_TEXT["a picture"],
    "UTF-16": ANY_TEXT["UTF-16"],
    "text": lambda content, pick: b"my notes\n",
}


def archive(**arrays):
    def write(content, pick):
        file = io.BytesIO()
        np.savez(file, **arrays)
        return file.getvalue()

    return write


_PIXELS, _LABELS = np.arange(60 * 16).reshape(60, 4, 4) % 255, np.arange(60) % 2
ARCHIVE = {
    "empty": lambda content, pick: b"",
    "cut": lambda content, pick: content[: pick.randrange(1, len(content) - 30)],
    "text": lambda content, pick: b"pixels\n",
    "one array": saved(_PIXELS),
    "no labels": archive(images=_PIXELS),
    "no images": archive(labels=_LABELS),
    "fewer labels": archive(images=_PIXELS, labels=_LABELS[:-1]),
    "labels of two dimensions": archive(images=_PIXELS, labels=_LABELS[:, None]),
    "flat images": archive(images=_PIXELS.reshape(60, 16), labels=_LABELS),
    "no rows": archive(images=_PIXELS[:0], labels=_LABELS[:0]),
    "images of no size": archive(images=np.zeros((60, 0, 4)), labels=_LABELS),
    "one class": archive(images=_PIXELS, labels=np.zeros(60)),
    "a class of one image": archive(images=_PIXELS, labels=(np.arange(60) == 3)),
    "NaN": archive(images=np.full((60, 4, 4), np.nan), labels=_LABELS),
    "pixels over 255": archive(images=_PIXELS + 200, labels=_LABELS),
    "pixels below 0": archive(images=_PIXELS - 5, labels=_LABELS),
    "complex numbers": archive(images=_PIXELS.astype(complex), labels=_LABELS),
    "texts": archive(images=_PIXELS.astype(str), labels=_LABELS),
    "NaN labels": archive(images=_PIXELS, labels=np.where(_LABELS, np.nan, 0)),
}


def midi(ticks=480, delta=b"\x60", note=60, tracks=1):
    """A MIDI file of one note, written by hand."""
    events = b"\x00\x90" + bytes([note, 80]) + delta + b"\x80" + bytes([note, 0]) + b"\x00\xff\x2f\x00"
    track = b"MTrk" + struct.pack(">I", len(events)) + events
    return b"MThd" + struct.pack(">IHHH", 6, 0, tracks, ticks) + track


MIDI = {
    "empty": lambda content, pick: b"",
    "cut": lambda content, pick: content[: pick.randrange(1, len(content) - 8)],
    "text": lambda content, pick: b"C E G\n",
    "zero ticks": lambda content, pick: midi(ticks=0),
    "a huge delta time": lambda content, pick: midi(delta=b"\xff\xff\xff\x7f"),
    "a note below the piano": lambda content, pick: midi(note=5),
    "no notes": lambda content, pick: b"MThd" + struct.pack(">IHHH", 6, 0, 1, 480) + b"MTrk\0\0\0\4\0\xff\x2f\0",
    "no track": lambda content, pick: b"MThd" + struct.pack(">IHHH", 6, 0, 0, 480),
}
TAR = {
    "empty": lambda content, pick: b"",
    "text": lambda content, pick: b"pictures\n",
    "zip": lambda content, pick: b"PK\3\4",
}
IDS = {
    **{name: FEATURES[name] for name in ("empty", "text", "a header of petabytes", "a negative size", "objects")},
    "complex numbers": saved(np.ones(5, complex)),
    "no steps": saved(np.zeros(0, int)),
    "an id beyond the vocabulary": saved(np.array([2, 10**6])),
    "a negative id": saved(np.array([2, -3])),
    "fractions": saved(np.array([2.5, 3.1])),
    "three dimensions": saved(np.ones((2, 2, 2), int)),
    "NaN": saved(np.array([2, np.nan])),
}
