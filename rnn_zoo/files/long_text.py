"""One long text in three splits by position, for models that go on writing it."""

import dataclasses
import gzip
import hashlib
from pathlib import Path
from typing import Any

from rnn_zoo.checks import one_of
from rnn_zoo.files.splits import SPLIT_NAMES
from rnn_zoo.samples import sample_folder

_SAMPLES = {"tinyshakespeare": sample_folder("tinyshakespeare") / "tinyshakespeare.txt.gz"}
_HELD_OUT = 0.05


@dataclasses.dataclass(frozen=True)
class LongText:
    """A text in three parts.

    Args:
        name: what `load_text` was given.
        train, validation, test: str; of one file the first nine tenths and twice a twentieth, in this order.
        licence, source: str.
    """

    name: str
    train: str
    validation: str
    test: str
    licence: str
    source: str

    @property
    def digest(self) -> Any:
        """SHA-256 of the text."""
        return hashlib.sha256((self.train + self.validation + self.test).encode()).hexdigest()

    def __str__(self):
        sizes = " / ".join(f"{len(part):,}" for part in (self.train, self.validation, self.test))
        return f"{self.name}: {sizes} characters for training, validation and test"


def load_text(data: Any) -> Any:
    """Loads a text, one of one file cut 90 / 5 / 5 by position.

    Args:
        data: "tinyshakespeare" (in the package); a file of one's own, UTF-8, .txt or .txt.gz; or a folder with
            such a file for each split, such as the Penn Treebank's `ptb.train.txt`: a part of the name, between dots,
            says which (train; val, valid, validation or dev; test).
    Returns:
        LongText
    Raises:
        ValueError: an unknown name, a file that is not UTF-8, one too short to be cut in three, or not one file of each
            split in a folder.
        FileNotFoundError: there is no such file or folder.
    """
    if data in _SAMPLES:
        licence, source = "public domain", "Andrej Karpathy's Tiny Shakespeare, https://github.com/karpathy/char-rnn"
        return _cut(data, read_text(_SAMPLES[data]), licence, source)
    path = Path(data)
    if path.is_dir():
        splits = {split: read_text(_file_of(path, names)) for split, names in SPLIT_NAMES.items()}
        return LongText(str(data), **splits, licence="not stated", source=path.name)
    if not path.is_file():
        if not path.suffix:
            one_of("data", str(data), [*_SAMPLES, "a .txt file", "a folder"])
        raise FileNotFoundError(f"`data`: there is no file or folder {path}.")
    return _cut(str(data), read_text(path), "the user's own file; not stated", str(path))


def read_text(path: str | Path) -> Any:
    """The whole of a UTF-8 text file, .gz or plain, lines ending with "\\n"; ValueError names the byte that is not."""
    path = Path(path)
    try:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ValueError(
            f"{path}: line {line}: byte {data[error.start]:#04x} is not UTF-8. Save the file as UTF-8 (for Latin-1: "
            "iconv -f latin1 -t utf-8)."
        ) from error
    except (gzip.BadGzipFile, EOFError) as error:
        raise ValueError(f"{path} is not a whole gzip file ({error}); rename or download it again.") from error


def _file_of(folder, names):
    """The one text file of a folder that a part of its name, between dots, calls by one of these."""
    found = [path for path in sorted(folder.iterdir()) if path.name.endswith((".txt", ".txt.gz"))]
    found = [path for path in found if set(path.name.lower().split(".")) & set(names)]
    if len(found) != 1:
        listed = ", ".join(path.name for path in found) or "none"
        raise ValueError(f"{folder} must hold one .txt or .txt.gz file called {' or '.join(names)}, got {listed}.")
    return found[0]


def _cut(name, text, licence, source):
    held = int(len(text) * _HELD_OUT)
    if held < 2:
        raise ValueError(f"{source}: holds {len(text)} characters, and training, validation and test need 40 at least.")
    end = len(text) - held
    return LongText(name, text[: end - held], text[end - held : end], text[end:], licence, source)
