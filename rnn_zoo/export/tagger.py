"""Opens an exported tagger and finds names, or tags every word, with it."""

import collections
import dataclasses
import functools
import json

from rnn_zoo.checks import positive_integer
from rnn_zoo.evaluation.highlight import colors, highlighted
from rnn_zoo.export import folder as export_folder
from rnn_zoo.export.asking import batches_of_like_length, checked_texts, progress_bar
from rnn_zoo.export.bulk import check_output, read_texts
from rnn_zoo.export.exported import Exported
from rnn_zoo.files import atomic_file
from rnn_zoo.text.tag_scheme import split


@dataclasses.dataclass(frozen=True)
class Token:
    """A word, `text[start:end]` of its sentence, its tag and the probability of that."""

    text: str
    start: int
    end: int
    tag: str
    score: float


@dataclasses.dataclass(frozen=True)
class Name:
    """A name, `text[start:end]` of its sentence, its type and the probability that just these words are one such."""

    text: str
    start: int
    end: int
    type: str
    score: float


@dataclasses.dataclass(frozen=True)
class Tagged:
    """What a model says about one sentence.

    Attributes:
        text: str.
        tokens: list of Token, from left to right.
        spans: list of Name, from left to right.
    """

    text: str
    tokens: list[Token]
    spans: list[Name]


class Tagger(Exported):
    """An exported tagger, run from its SavedModel; nothing is read before it is asked for.

    Its `model` maps {"words": <int>[batch, time], "letters": <int>[batch, time, letters]} to what `Tags` gives.

    Args:
        folder: an exported folder, as `rnn_zoo.export.save_tagger` writes it.
    Raises:
        ValueError: the folder lacks a file of an export, or is of another kind.
    """

    kind = "tags"

    @functools.cached_property
    def labels(self):
        """list of str: the tags, in the order of their numbers."""
        return json.loads((self.folder / export_folder.LABELS).read_text(encoding="utf-8"))

    @property
    def types(self):
        """list of str: the types of names; empty where the tags name none, such as parts of speech."""
        return sorted({split(tag)[1] for tag in self.labels} - {""})

    @functools.cached_property
    def spelling(self):
        """rnn_zoo.text.Spelling: from words to the ids of `model`."""
        from rnn_zoo.text import Spelling

        return Spelling.load(self.folder)

    def predict(self, texts, batch_size=64, progress=False):
        """Tags sentences.

        Args:
            texts: sequence of str of any length; "" has no word.
            batch_size: int > 0, sentences computed at once; fewer where they are very long.
            progress: bool, shows a progress bar on standard error.
        Returns:
            list of Tagged, in the order of `texts`. Places count Unicode code points, as Python's strings do.
        Raises:
            ValueError: `texts` is one string, or an item is not text.
        """
        import tensorflow as tf

        texts = checked_texts(texts)
        positive_integer("batch_size", batch_size)
        serve = self._saved_model.signatures["serve"]
        answers = [None] * len(texts)
        with progress_bar(len(texts), shown=progress) as advance:
            for rows in batches_of_like_length(texts, batch_size):
                given = serve(text=tf.constant([texts[row] for row in rows], tf.string))
                given = {name: part.numpy() for name, part in given.items()}
                for place, row in enumerate(rows):
                    answers[row] = _tagged(texts[row], {name: part[place] for name, part in given.items()})
                advance(len(rows))
        return answers

    def tag(self, sentences, batch_size=64):
        """Tags of words: list of lists of str -> list of lists of str.

        Args:
            sentences: list of lists of str; a word is any string but "".
            batch_size: int > 0, sentences computed at once.
        Raises:
            ValueError: a sentence is no list of words, or a word is empty.
        """
        from rnn_zoo.export.tag_signatures import tag_in_batches

        return tag_in_batches(self._saved_model.signatures["serve_words"], sentences, batch_size)

    def show(self, texts, console, *, batch_size=64, format="table"):
        answers = self.predict(texts, batch_size=batch_size)
        if format == "json":
            console.out(json.dumps([dataclasses.asdict(one) for one in answers], indent=2, ensure_ascii=False))
            return
        palette = colors(self.types or self.labels)
        for one in answers:
            marked = one.spans if self.types else one.tokens
            spans = [(mark.start, mark.end, getattr(mark, "type", None) or mark.tag) for mark in marked]
            console.print(highlighted(one.text, spans, palette))

    def answer_file(self, path, out=None, *, text_column="text", batch_size=64, overwrite=False):
        """Writes JSON lines, one a text: `line` (that the text starts at), `text`, `tokens`, `spans`."""
        out = check_output(path, out, overwrite, ending=".predictions.jsonl")
        lines, texts = read_texts(path, text_column)
        answers = self.predict(texts, batch_size=batch_size, progress=True)
        with atomic_file(out) as file:
            for line, one in zip(lines, answers, strict=True):
                json.dump({"line": line, **dataclasses.asdict(one)}, file, ensure_ascii=False)
                file.write("\n")
        found = collections.Counter(
            mark
            for one in answers
            for mark in ([s.type for s in one.spans] if self.types else [t.tag for t in one.tokens])
        )
        counts = ", ".join(f"{kind} {count:,}" for kind, count in found.most_common()) or "nothing found"
        return f"{out}: {len(texts):,} texts tagged: {counts}."


def _tagged(text, given):
    # Where bytes were no character, U+FFFD stands in the model's text and in Python's alike, so places agree.
    count = int((given["token_start"] >= 0).sum())
    tokens = [
        Token(text[start:end], int(start), int(end), tag.decode(), float(score))
        for start, end, tag, score in zip(
            *(given[name][:count] for name in ("token_start", "token_end", "tag", "tag_score")), strict=True
        )
    ]
    spans = [
        Name(text[start:end], int(start), int(end), kind.decode(), float(score))
        for start, end, kind, score in zip(
            *(given[name] for name in ("span_start", "span_end", "span_type", "span_score")), strict=True
        )
        if start >= 0
    ]
    return Tagged(text, tokens, spans)
