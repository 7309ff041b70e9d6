"""A run of tagging on tiny data, for tests and newcomers."""

from pathlib import Path

from rnn_zoo.tasks.task import Example

_SENTENCES = (
    ("Anna lives in Paris .", "B-PER O O B-LOC O"),
    ("John works in New York", "B-PER O O B-LOC I-LOC"),
    ("rain falls on London .", "O O O B-LOC O"),
)


def example(folder: Path) -> Example:
    """A run on twelve sentences that are written to the folder, beside a file with a tag that must not be there."""
    data, faulty = folder / "names.conll", folder / "faulty.conll"
    sentences = [
        "".join(f"{word}\t{tag}\n" for word, tag in zip(words.split(), tags.split(), strict=True))
        for words, tags in _SENTENCES
    ]
    data.write_text("\n".join(sentences * 4), encoding="utf-8")
    faulty.write_text("in\tO\nYork\tI-LOC\nParis\tE-LOC\n", encoding="utf-8")
    return Example(
        recipe="named_entities",
        arguments=(str(data), "--dim", "8", "--epochs", "2", "--batch-size", "8"),
        question="Anna lives in Paris.",
        refused=(str(faulty),),
        refused_because="faulty.conll: line 2: tag 'I-LOC' after 'O' is not BIOES",
    )
