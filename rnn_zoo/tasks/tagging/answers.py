"""Tagger: an exported tagger, which finds names or tags every word of raw sentences."""

import collections
import dataclasses
import functools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnn_zoo.checks import positive_integer
from rnn_zoo.export import folder as export_folder
from rnn_zoo.export.batching import batches_of_like_length, checked_texts, progress_bar
from rnn_zoo.export.bulk import TextFile, check_output
from rnn_zoo.export.exported import Exported
from rnn_zoo.export.reading import read_labels
from rnn_zoo.files import atomic_file
from rnn_zoo.files.cleaning import with_report
from rnn_zoo.runtime.sentences import split_sentence
from rnn_zoo.runtime.spans import Scheme, find_spans
from rnn_zoo.runtime.spelling import Letters
from rnn_zoo.tasks.tagging.highlight import colors, highlighted
from rnn_zoo.text.tag_scheme import split

if TYPE_CHECKING:
    from rich.console import Console

    from rnn_zoo.text import Spelling


_OUTPUTS = ("tags", "scores", "steps", "ends")


@dataclasses.dataclass(frozen=True)
class Token:
    """A word, `text[start:end]` of its sentence, its tag and the probability of the tag."""

    text: str
    start: int
    end: int
    tag: str
    score: float


@dataclasses.dataclass(frozen=True)
class Name:
    """A name, `text[start:end]` of its sentence, its type and the probability of exactly this span and type."""

    text: str
    start: int
    end: int
    type: str
    score: float


@dataclasses.dataclass(frozen=True)
class Tagged:
    """The prediction for one sentence.

    Attributes:
        text: the sentence.
        tokens: its words, from left to right.
        spans: its names, from left to right.
    """

    text: str
    tokens: list[Token]
    spans: list[Name]


class Tagger(Exported):
    """An exported tagger, run from its ONNX form or its SavedModel; files are read when first needed.

    Its `model` maps {"words": <int>[batch, time], "letters": <int>[batch, time, letters]} to the outputs of `Tags`.

    Args:
        folder: an exported folder, written by `save_tagger`.
    Raises:
        ValueError: the folder lacks a file of an export, or is of another kind.
    """

    kind = "tags"
    serves = ("text", "tag")

    @functools.cached_property
    def labels(self) -> list[str]:
        """The tags, in the order of their ids."""
        return read_labels(self.folder / export_folder.LABELS)

    @property
    def types(self) -> list[str]:
        """The types of names; empty if the tags mark none, such as parts of speech."""
        return sorted({split(tag)[1] for tag in self.labels} - {""})

    @functools.cached_property
    def spelling(self) -> "Spelling":
        """Maps words to the inputs of `model`."""
        from rnn_zoo.text import Spelling

        return Spelling.load(self.folder)

    def predict(self, texts: Sequence[str], batch_size: int = 64, progress: bool = False) -> list[Tagged]:
        """Tags sentences.

        Args:
            texts: sentences of any length; "" has no word.
            batch_size: sentences per batch, > 0; fewer if they are very long.
            progress: shows a progress bar on standard error.
        Returns:
            the predictions in the order of `texts`. Offsets count Unicode code points, as in Python strings.
        Raises:
            ValueError: `texts` is one string, or an item is not text.
        """
        texts = checked_texts(texts)
        positive_integer("batch_size", batch_size)
        tagged = self._by_tensorflow if self._session is None else self._by_onnx
        answers: list[Any] = [None] * len(texts)
        with progress_bar(len(texts), shown=progress) as advance:
            for rows in batches_of_like_length(texts, batch_size):
                for row, answer in zip(rows, tagged([texts[row] for row in rows]), strict=True):
                    answers[row] = answer
                advance(len(rows))
        return answers

    @functools.cached_property
    def _letters(self) -> Letters:
        return Letters.load(self.folder)

    def _by_onnx(self, texts: list[str]) -> list[Tagged]:
        split = [split_sentence(text) for text in texts]
        words, letters = self._letters.ids([[word for word, _, _ in row] for row in split])
        outputs = self._ask(_OUTPUTS, {"words": words, "letters": letters})
        scheme, answers = Scheme.of(self.labels), []
        for text, row, *parts in zip(texts, split, *outputs, strict=True):
            tags, scores, steps, ends = (part[: len(row)] for part in parts)
            tokens = [
                Token(word, start, end, self.labels[tag], float(score))
                for (word, start, end), tag, score in zip(row, tags, scores, strict=True)
            ]
            spans = [
                Name(text[row[first][1] : row[last][2]], row[first][1], row[last][2], kind, score)
                for first, last, kind, score in find_spans(scheme, tags, scores, steps, ends)
            ]
            answers.append(Tagged(text, tokens, spans))
        return answers

    def _by_tensorflow(self, texts: list[str]) -> list[Tagged]:
        import tensorflow as tf

        outputs = self._saved_model.signatures["serve"](text=tf.constant(texts, tf.string))
        outputs = {name: part.numpy() for name, part in outputs.items()}
        return [
            _tagged(text, {name: part[place] for name, part in outputs.items()}) for place, text in enumerate(texts)
        ]

    def tag(self, sentences: Sequence[Sequence[str]], batch_size: int = 64) -> list[list[str]]:
        """Tags sentences that are split into words.

        Args:
            sentences: the words of each sentence, each any string but "".
            batch_size: sentences per batch, > 0.
        Returns:
            the tags of each sentence.
        Raises:
            ValueError: a sentence is not a list of words, or a word is empty.
        """
        from rnn_zoo.tasks.tagging.signatures import tag_in_batches

        return tag_in_batches(self._saved_model.signatures["serve_words"], sentences, batch_size)

    def show(self, texts: Sequence[str], console: "Console", *, batch_size: int = 64, format: str = "table") -> None:
        """Prints the sentences with their names or tags in colour, or the predictions as JSON."""
        answers = self.predict(texts, batch_size=batch_size)
        if format == "json":
            console.out(json.dumps([dataclasses.asdict(answer) for answer in answers], indent=2, ensure_ascii=False))
            return
        palette = colors(self.types or self.labels)
        for answer in answers:
            marked: Sequence[Any] = answer.spans if self.types else answer.tokens
            spans = [(mark.start, mark.end, getattr(mark, "type", None) or mark.tag) for mark in marked]
            console.print(highlighted(answer.text, spans, palette))

    def answer_file(
        self,
        path: str | Path,
        out: str | Path | None = None,
        *,
        text_column: str = "text",
        batch_size: int = 64,
        overwrite: bool = False,
        clean: bool = False,
    ) -> str:
        """Writes one JSON line per text: `line` (where the text starts in the file), `text`, `tokens`, `spans`."""
        out = check_output(path, out, overwrite, ending=".predictions.jsonl")
        texts = TextFile(path, text_column, clean=clean)
        found: collections.Counter[str] = collections.Counter()
        with atomic_file(out) as file:
            for lines, piece in texts.pieces(progress=True):
                for line, answer in zip(lines, self.predict(piece, batch_size=batch_size), strict=True):
                    json.dump({"line": line, **dataclasses.asdict(answer)}, file, ensure_ascii=False)
                    file.write("\n")
                    marks = [span.type for span in answer.spans] if self.types else [word.tag for word in answer.tokens]
                    found.update(marks)
        counts = ", ".join(f"{kind} {count:,}" for kind, count in found.most_common()) or "nothing found"
        return with_report(f"{out}: {len(texts):,} texts tagged: {counts}.", texts.cleaned)


def _tagged(text: str, outputs: dict[str, Any]) -> Tagged:
    # Invalid bytes are one U+FFFD in the model's text and in Python's alike, so offsets agree.
    count = int((outputs["token_start"] >= 0).sum())
    tokens = [
        Token(text[start:end], int(start), int(end), tag.decode(), float(score))
        for start, end, tag, score in zip(
            *(outputs[name][:count] for name in ("token_start", "token_end", "tag", "tag_score")), strict=True
        )
    ]
    spans = [
        Name(text[start:end], int(start), int(end), kind.decode(), float(score))
        for start, end, kind, score in zip(
            *(outputs[name] for name in ("span_start", "span_end", "span_type", "span_score")), strict=True
        )
        if start >= 0
    ]
    return Tagged(text, tokens, spans)
