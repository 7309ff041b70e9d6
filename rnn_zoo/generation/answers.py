"""PretrainedWriter: opens an exported network that generates text."""

import csv
import dataclasses
import functools
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from rnn_zoo.checks import positive_integer
from rnn_zoo.decoding.sample import check_sampling
from rnn_zoo.export.batching import checked_texts
from rnn_zoo.export.bulk import TextFile, check_output
from rnn_zoo.export.exported import Exported
from rnn_zoo.export.output import output_file
from rnn_zoo.files import atomic_file
from rnn_zoo.files.cleaning import with_report
from rnn_zoo.files.reading import read_json
from rnn_zoo.generation.vectors import checked_vectors
from rnn_zoo.text import Symbols
from rnn_zoo.types import Tensor


@dataclasses.dataclass(frozen=True)
class WrittenText:
    """The text that a network generates for one input.

    Attributes:
        text: the generated text; of a language model, what follows the input.
        score: its log-probability in nats; length-normalised if it was found by beam search with a length penalty.
        next: the most likely next symbols with their probabilities; empty except for language models.
        ranked: the continuations found with their probabilities, best first; empty except for language models that use
            beam search.
    """

    text: str
    score: float
    next: dict[str, float]
    ranked: dict[str, float]


class PretrainedWriter(Exported):
    """An exported network that generates text, run from its SavedModel, which is loaded when first used.

    Args:
        folder: an exported folder, see `rnn_zoo.generation.export.save_writer`.
    Raises:
        ValueError: the folder lacks a file of an export, or is of another kind.
    """

    kind = "writer"
    serves = ("text", "score")
    sampling_options = ("temperature", "top_k", "top_p", "seed")

    @functools.cached_property
    def settings(self) -> dict[str, Any]:
        """The content of writer.json: task and decoding options."""
        return read_settings(self.folder)

    @functools.cached_property
    def symbols(self) -> Symbols:
        """The symbols that it generates."""
        return Symbols.load(self.folder / "symbols.json")

    @property
    def reads_vectors(self) -> bool:
        """Whether its inputs are vectors, not texts."""
        return self.settings["task"] == "describe"

    def predict(self, texts: Any, batch_size: int = 64) -> list[WrittenText]:
        """Generates a text for each input.

        Args:
            texts: sequence of str: texts to continue or to translate; for a network that describes vectors
                <float>[rows, ...], or for several inputs a dict of these by name.
            batch_size: inputs per batch.
        Returns:
            the generated texts, in the order of `texts`.
        Raises:
            ValueError: `texts` is one string, an item is not text, a text to continue is empty or holds a character
                that is not known (it is named), or vectors of another shape are needed.
        """
        return self._generate(texts, batch_size, self._saved_model.signatures["serve"])

    def sample(
        self,
        texts: Any,
        temperature: float | None = None,
        top_k: int | None = None,
        top_p: float | None = None,
        seed: int | None = None,
        batch_size: int = 64,
    ) -> list[WrittenText]:
        """Samples a text for each input, with other sampling options than those exported.

        Args:
            texts, batch_size: see `predict`; every batch uses the same seed.
            temperature, top_p, seed: see `rnn_zoo.decoding.sample`. Default None: as exported.
            top_k: the same; 0 for all symbols.
        Returns:
            the generated texts, in the order of `texts`; `ranked` is empty.
        Raises:
            ValueError: as of `predict`, an option is out of its range, or the export uses beam search.
        """
        options = self._sampling({"temperature": temperature, "top_k": top_k, "top_p": top_p, "seed": seed})
        return self._generate(texts, batch_size, functools.partial(self._saved_model.signatures["sample"], **options))

    def _sampling(self, given: Mapping[str, Any]) -> dict[str, Tensor]:
        """Arguments of the signature `sample` besides the inputs."""
        settings = self.settings | {name: value for name, value in given.items() if value is not None}
        if settings["width"] is not None:
            raise ValueError(
                f"{self.folder} uses beam search, of width {settings['width']}, and does not sample: it takes no "
                "temperature, top_k, top_p or seed. One that is exported without a `width` samples."
            )
        check_sampling(settings["temperature"], settings.get("top_k") or None, settings["top_p"], settings["seed"])
        signature = self._saved_model.signatures.get("sample")
        known = signature.structured_input_signature[1] if signature else {}
        if not {"temperature", "seed"} <= known.keys() or (
            "top_k" not in known and (settings["temperature"] == 0 or given["top_k"] or given["top_p"] is not None)
        ):
            raise ValueError(
                f"{self.folder} was exported by an earlier version, which takes no top_k, no top_p and no temperature "
                "of 0: export it again."
            )
        import tensorflow as tf

        values = {**settings, "top_k": settings.get("top_k") or 0, "top_p": settings["top_p"] or 1.0}
        return {name: tf.constant(values[name], spec.dtype) for name, spec in known.items() if name in given}

    def _generate(self, texts: Any, batch_size: int, signature: Callable[..., Any]) -> list[WrittenText]:
        positive_integer("batch_size", batch_size)
        continues = self.settings["task"] == "continue"
        given = self._vectors(texts) if self.reads_vectors else {"text": checked_texts(texts)}
        for index, text in enumerate(given["text"] if continues else ()):
            self.symbols.check_beginning(text, f"texts[{index}]")
        import tensorflow as tf

        written = []
        for start in range(0, len(next(iter(given.values()))), batch_size):
            batch = {name: tf.constant(part[start : start + batch_size]) for name, part in given.items()}
            answer = signature(**batch)
            texts_and_scores = answer["text"].numpy(), answer["score"].numpy()
            following: list[dict[str, float]] = [{}] * len(texts_and_scores[0])
            found = following
            if continues:
                following = _probabilities(self._saved_model.rank(batch["text"]), "next")
                if self.settings["width"] is not None:
                    found = _probabilities(self._saved_model.complete(batch["text"]), "text")
            for text, score, *ranks in zip(*texts_and_scores, following, found, strict=True):
                written.append(WrittenText(text.decode(), float(score), *ranks))
        return written

    def show(
        self, texts: Any, console: Console, *, batch_size: int = 64, format: str = "table", **drawing: Any
    ) -> None:
        answers = self._answers(texts, batch_size, drawing)
        if format == "json":
            rows = [
                {"text": text, "written": answer.text, "score": answer.score}
                | {"next": answer.next, "ranked": answer.ranked}
                for text, answer in zip(texts, answers, strict=True)
            ]
            console.out(json.dumps(rows, indent=2, ensure_ascii=False), highlight=False)
            return
        for text, answer in zip(texts, answers, strict=True):
            if self.settings["task"] != "continue":
                console.out(answer.text, highlight=False)
                continue
            between = " " if self.symbols.unit == "words" else ""
            for found, probability in answer.ranked.items():
                console.out(f"{probability:8.2%}  {text}{between}{found}", highlight=False)
            if not answer.ranked:
                console.out(f"{text}{between}{answer.text}", highlight=False)
            if unknown := self.symbols.unknown(text):
                console.out(f"  read as unknown: {', '.join(map(repr, unknown))}", highlight=False)
            likely = list(answer.next.items())[:5]
            shown = ", ".join(f"{symbol!r} {probability:.0%}" for symbol, probability in likely)
            console.out(f"  next: {shown}", highlight=False)

    def answer_file(
        self,
        path: str | Path,
        out: str | Path | None = None,
        *,
        text_column: str = "text",
        batch_size: int = 64,
        overwrite: bool = False,
        clean: bool = False,
        **drawing: Any,
    ) -> str:
        """See `Exported`; a network that describes vectors takes a .npy file <float>[rows, ...], or an .npz file."""
        pieces: Iterable[tuple[Sequence[list[Any]], Any]]
        cleaned: tuple[str, ...] = ()
        if self.reads_vectors:
            self.refuse_clean(clean)
            out, head = output_file(path, out, overwrite), ["row"]
            inputs = self._vectors(path)
            pieces = [([[row] for row in range(len(next(iter(inputs.values()))))], inputs)]
        else:
            out, head = check_output(path, out, overwrite), ["line", "text"]
            texts = TextFile(path, text_column, clean=clean)
            self._check_beginnings(texts)
            cleaned = texts.cleaned
            pieces = (
                ([list(pair) for pair in zip(lines, piece, strict=True)], piece)
                for lines, piece in texts.pieces(progress=True)
            )
        count = 0
        with atomic_file(out, newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([*head, "written", "score"])
            for given, inputs in pieces:
                for start, answer in zip(given, self._answers(inputs, batch_size, drawing), strict=True):
                    writer.writerow([*start, answer.text, f"{answer.score:.6f}"])
                count += len(given)
        answered = f"{out}: {count:,} {'vectors' if self.reads_vectors else 'texts'} answered."
        return with_report(answered, cleaned)

    def _check_beginnings(self, texts: TextFile) -> None:
        """Checks, before any is continued, that a language model can continue every text of a file."""
        if self.settings["task"] == "continue":
            for lines, piece in texts.pieces():
                for line, text in zip(lines, piece, strict=True):
                    self.symbols.check_beginning(text, f"{texts.path}: line {line}")

    def _answers(self, texts: Any, batch_size: int, drawing: Mapping[str, Any]) -> list[WrittenText]:
        if drawing:
            return self.sample(texts, batch_size=batch_size, **drawing)
        return self.predict(texts, batch_size)

    def _vectors(self, vectors: Any) -> dict[str, Any]:
        specs = self._saved_model.signatures["serve"].structured_input_signature[1]
        return checked_vectors(vectors, specs, self.folder)


def _probabilities(answer: Mapping[str, Tensor], name: str) -> list[dict[str, float]]:
    """Probabilities by text, one dict per row, best first; of equal texts the first counts."""
    rows: list[dict[str, float]] = []
    for texts, probabilities in zip(answer[name].numpy(), answer["probability"].numpy(), strict=True):
        rows.append({})
        for text, probability in zip(texts, probabilities, strict=True):
            if text or probability > 0:  # else padding: fewer were found
                rows[-1].setdefault(text.decode(), float(probability))
    return rows


def read_settings(folder: Path) -> dict[str, Any]:
    """The content of writer.json in an exported folder: task and decoding options; ValueError if they are damaged."""
    number = int | float
    shape = {"task": str, "first": int | None, "end": int | None, "max_length": int, "width": int | None}
    return read_json(folder / "writer.json", shape | {"temperature": number, "top_p": number | None, "seed": int})
