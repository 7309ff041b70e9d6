"""Loads tagged sentences by name or from a path."""

import functools
from pathlib import Path
from typing import Any

import numpy as np

from rnn_zoo.checks import fraction, one_of
from rnn_zoo.files.cleaning import Cleaning
from rnn_zoo.files.tfds import import_tfds
from rnn_zoo.samples import sample_folder
from rnn_zoo.tasks.tagging.conll import read_conll
from rnn_zoo.tasks.tagging.dataset import TaggedDataset, TaggedSplit

TAGGED_NAMES = ("wnut17", "conll2003")

_WNUT17_FILES = {"train": "train", "validation": "dev", "test": "test"}
_WNUT17 = sample_folder("wnut17")
# "testa" is the validation part of CoNLL-2003, so validation is looked for before test.
_PARTS = {"train": ("train",), "validation": ("dev", "valid", "testa"), "test": ("test",)}
_ENDINGS = (".conll", ".conllu", ".conllup", ".txt", ".tsv", ".bio", ".iob", ".train", ".testa", ".testb")


def load_tagged(
    data: str | Path,
    *,
    word_column: int | str | None = None,
    tag_column: int | str | None = None,
    scheme: str | None = None,
    validation: float = 0.1,
    seed: int = 0,
    clean: bool = False,
) -> TaggedDataset:
    """Loads sentences with a tag for every word in three splits.

    Args:
        data: "wnut17" (names in tweets and comments, in the package), "conll2003" (names in news, through
            TensorFlow Datasets), or the path of your own: a file for `read_conll`, of which a tenth becomes the test
            split; or a folder with a file for each split, with train, dev (or valid, testa), test in their names, such
            as that of a Universal Dependencies treebank.
        word_column, tag_column, scheme: columns and tag scheme of your own files, see `read_conll`.
        validation: fraction of the sentences of one file, or of the training sentences, to hold out for validation. 0:
            none. Whole documents are held out if the file has them. The splits of a named data set, and of a folder
            with a dev file, are fixed.
        seed: seed of the splits, >= 0.
        clean: mends the faults of your own files, which otherwise are errors, see `read_conll`; `cleaned` of the data
            set says what was done.
    Returns:
        TaggedDataset; names are tagged in BIO.
    Raises:
        ValueError: an unknown name; or bad data: the message names the file, the line and the fix.
        OSError: a path that does not exist, or a data set that cannot be downloaded.
    """
    validation = fraction("validation", validation)
    if data == "wnut17":
        splits: dict[str, Any] = {
            split: read_conll(_WNUT17 / f"{file}.conll.gz")[0] for split, file in _WNUT17_FILES.items()
        }
        source = "WNUT 2017, Derczynski et al. 2017, https://github.com/leondz/emerging_entities_17"
        return TaggedDataset("wnut17", "BIO", **splits, licence="CC BY 4.0", source=source)
    if data == "conll2003":
        return _conll2003()
    path = Path(data)
    if not path.exists():
        if path.suffix or len(path.parts) > 1:
            raise FileNotFoundError(f"`data`: there is no file or folder {path}.")
        one_of("data", str(data), TAGGED_NAMES)
    cleaning = Cleaning(clean)
    read = functools.partial(
        read_conll, word_column=word_column, tag_column=tag_column, scheme=scheme, cleaning=cleaning
    )
    files = _files(path) if path.is_dir() else {"train": path}
    splits, schemes = {}, {}
    for split, file in files.items():
        splits[split], schemes[split] = read(file)
    if "plain" in schemes.values() and len(set(schemes.values())) > 1:
        listed = ", ".join(f"{files[split]} as {found}" for split, found in schemes.items())
        raise ValueError(f"{path}: the files have tags of different kinds: {listed}. Pass `tag_column` or `scheme`.")
    if "test" not in splits:
        splits["train"], splits["test"] = _hold_out(path, splits["train"], 0.1, seed)
        validation = min(validation / 0.9, 0.99)  # a fraction of all sentences, of which a tenth is gone
    if "validation" not in splits:
        splits["train"], splits["validation"] = _hold_out(path, splits["train"], validation, seed)
    scheme = "plain" if schemes["train"] == "plain" else "BIO"
    licence = "the user's own files; not stated"
    return TaggedDataset(str(data), scheme, **splits, licence=licence, source=str(path), cleaned=cleaning.report())


def _conll2003() -> TaggedDataset:
    tfds = import_tfds()

    def read(split: str) -> TaggedSplit:
        rows = tfds.load("conll2003/conll2003:1.0.0", split=split, shuffle_files=False)
        found = [(row["tokens"], row["ner"]) for row in rows.as_numpy_iterator()]
        words = [[word.decode() for word in tokens] for tokens, _ in found]
        return TaggedSplit(words, [[names[tag] for tag in tags] for _, tags in found], [0] * len(words))

    try:
        builder = tfds.builder("conll2003/conll2003:1.0.0")
        builder.download_and_prepare()
        names = builder.info.features["ner"].feature.names
        splits: dict[str, Any] = {"train": read("train"), "validation": read("dev"), "test": read("test")}
    except (OSError, tfds.download.DownloadError) as error:
        raise OSError(
            f"conll2003 could not be read or downloaded: {error}\nSet the variable TFDS_DATA_DIR to a folder that "
            "holds conll2003/conll2003/1.0.0, or connect to the network."
        ) from error
    return TaggedDataset(
        "conll2003",
        "BIO",
        **splits,
        licence="not stated; the text is Reuters news, under Reuters' own terms",
        source="conll2003 1.0.0 of TensorFlow Datasets, Tjong Kim Sang and De Meulder 2003",
    )


def _files(folder: Path) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for file in sorted(folder.iterdir()):
        stem = file.name.lower().removesuffix(".gz")
        split = next((split for split, parts in _PARTS.items() if any(part in stem for part in parts)), None)
        if split is None or file.is_dir() or not stem.endswith(_ENDINGS):
            continue
        if split in found:
            raise ValueError(f"{folder} holds two files for {split}, {found[split].name} and {file.name}: keep one.")
        found[split] = file
    if "train" not in found:
        listed = ", ".join(sorted(file.name for file in folder.iterdir())[:10]) or "nothing"
        raise ValueError(f"{folder} must hold a file with 'train' in its name, such as train.conll; it holds {listed}.")
    return found


def _hold_out(path: Path, split: TaggedSplit, share: float, seed: int) -> tuple[TaggedSplit, TaggedSplit]:
    """(kept, held out): whole documents if there are at least ten, else single sentences."""
    if share == 0:
        return split, split.take([])
    documents = np.asarray(split.documents)
    units = documents if len(np.unique(documents)) >= 10 else np.arange(len(split))
    order = np.random.default_rng(seed).permutation(np.unique(units))
    if len(order) < 2:
        raise ValueError(f"{path}: one sentence cannot be split; give more, or a file for each split in a folder.")
    held = np.isin(units, order[: min(max(1, round(share * len(order))), len(order) - 1)])
    return split.take(np.flatnonzero(~held)), split.take(np.flatnonzero(held))
