"""PretrainedWriter: opens an exported network that writes, and has it write."""

import csv
import dataclasses
import functools
import json
from pathlib import Path

import numpy as np

from rnn_zoo.checks import positive_integer
from rnn_zoo.decoding.sample import check_drawing
from rnn_zoo.export.asking import checked_texts
from rnn_zoo.export.bulk import check_output, read_texts
from rnn_zoo.export.exported import Exported
from rnn_zoo.files import atomic_file


@dataclasses.dataclass(frozen=True)
class WrittenText:
    """What a network wrote for one text.

    Attributes:
        text: str, what was written; of a text gone on with, what follows it.
        score: float, its log-probability in nats, of a beam search made up for the length.
        next: dict of str to float, the likeliest next symbols with their probabilities; empty but for language models.
        ranked: dict of str to float, the continuations found with their probabilities, the best first; empty but for
            language models that search.
    """

    text: str
    score: float
    next: dict[str, float]
    ranked: dict[str, float]


class PretrainedWriter(Exported):
    """An exported network that writes, run from its SavedModel; nothing is read before it is asked for.

    Args:
        folder: an exported folder, as `rnn_zoo.export.save_writer` writes it.
    Raises:
        ValueError: the folder lacks a file of an export, or is of another kind.
    """

    kind = "writer"
    draws = ("temperature", "top_k", "top_p", "seed")

    @functools.cached_property
    def settings(self):
        """dict: the content of writer.json, how it writes."""
        return json.loads((self.folder / "writer.json").read_text(encoding="utf-8"))

    @functools.cached_property
    def symbols(self):
        """rnn_zoo.text.Symbols: what it writes."""
        from rnn_zoo.text import Symbols

        return Symbols.load(self.folder / "symbols.json")

    @property
    def reads_vectors(self):
        """bool, whether it describes vectors; else it reads texts."""
        return self.settings["task"] == "describe"

    def predict(self, texts, batch_size=64):
        """Has it write for every text.

        Args:
            texts: sequence of str: what to go on from, or to translate; of a network that describes vectors
                <float>[rows, ...], the vectors, or of several inputs a dict of these by name.
            batch_size: int > 0, texts computed at once.
        Returns:
            list of WrittenText, in the order of `texts`.
        Raises:
            ValueError: `texts` is one string, an item is no text, there is nothing to go on from, a character is not
                known (it is named), or vectors of another shape are needed.
        """
        return self._written(texts, batch_size, self._saved_model.signatures["serve"])

    def sample(self, texts, temperature=None, top_k=None, top_p=None, seed=None, batch_size=64):
        """Has it draw what it writes for every text, otherwise than it was exported.

        Args:
            texts, batch_size: as of `predict`; each batch draws by the same seed.
            temperature, top_p, seed: see `rnn_zoo.decoding.sample`; None: as exported.
            top_k: the same, and 0: all symbols.
        Returns:
            list of WrittenText, in the order of `texts`; `ranked` is empty.
        Raises:
            ValueError: as of `predict`, an argument is out of its range, or the export searches and draws nothing.
        """
        drawing = self._drawing({"temperature": temperature, "top_k": top_k, "top_p": top_p, "seed": seed})
        return self._written(texts, batch_size, functools.partial(self._saved_model.signatures["sample"], **drawing))

    def _drawing(self, asked):
        """What the signature `sample` is given beside the texts: dict of tensors."""
        said = self.settings | {name: value for name, value in asked.items() if value is not None}
        if said["width"] is not None:
            raise ValueError(
                f"{self.folder} searches, with a beam of {said['width']}, and draws nothing: it takes no temperature, "
                "top_k, top_p or seed. One that is exported without a `width` draws."
            )
        check_drawing(said["temperature"], said.get("top_k") or None, said["top_p"], said["seed"])
        signature = self._saved_model.signatures.get("sample")
        known = signature.structured_input_signature[1] if signature else {}
        if not {"temperature", "seed"} <= known.keys() or (
            "top_k" not in known and (said["temperature"] == 0 or asked["top_k"] or asked["top_p"] is not None)
        ):
            raise ValueError(
                f"{self.folder} was exported by an earlier version, which cannot be asked for top_k, top_p or a "
                "temperature of 0: export it again."
            )
        import tensorflow as tf

        values = {**said, "top_k": said.get("top_k") or 0, "top_p": said["top_p"] or 1.0}
        return {name: tf.constant(values[name], spec.dtype) for name, spec in known.items() if name in asked}

    def _written(self, texts, batch_size, ask):
        """What an endpoint answers, batch by batch: list of WrittenText."""
        positive_integer("batch_size", batch_size)
        goes_on = self.settings["task"] == "continue"
        given = self._checked_vectors(texts) if self.reads_vectors else {"text": checked_texts(texts)}
        for index, text in enumerate(given["text"] if goes_on else ()):
            self.symbols.check_beginning(text, f"texts[{index}]")
        import tensorflow as tf

        written = []
        for start in range(0, len(next(iter(given.values()))), batch_size):
            batch = {name: tf.constant(part[start : start + batch_size]) for name, part in given.items()}
            answer = ask(**batch)
            texts_and_scores = answer["text"].numpy(), answer["score"].numpy()
            following = found = [{}] * len(texts_and_scores[0])
            if goes_on:
                following = _chances(self._saved_model.rank(batch["text"]), "next")
                if self.settings["width"] is not None:
                    found = _chances(self._saved_model.complete(batch["text"]), "text")
            for text, score, *ranks in zip(*texts_and_scores, following, found, strict=True):
                written.append(WrittenText(text.decode(), float(score), *ranks))
        return written

    def show(self, texts, console, *, batch_size=64, format="table", **drawing):
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
            for found, chance in answer.ranked.items():
                console.out(f"{chance:8.2%}  {text}{between}{found}", highlight=False)
            if not answer.ranked:
                console.out(f"{text}{between}{answer.text}", highlight=False)
            if unknown := self.symbols.unknown(text):
                console.out(f"  read as unknown: {', '.join(map(repr, unknown))}", highlight=False)
            shown = ", ".join(f"{symbol!r} {chance:.0%}" for symbol, chance in list(answer.next.items())[:5])
            console.out(f"  next: {shown}", highlight=False)

    def answer_file(self, path, out=None, *, text_column="text", batch_size=64, overwrite=False, **drawing):
        """As of `Exported`; a network that describes vectors takes a .npy file <float>[rows, ...], or an .npz file."""
        if self.reads_vectors:
            texts, head = self._checked_vectors(path), ["row"]
            out = Path(path).with_suffix(".predictions.csv") if out is None else Path(out)
            if out.exists() and not overwrite:
                raise FileExistsError(f"{out} already exists; name another `out`, or pass `overwrite` to replace it.")
            given = [[row] for row in range(len(next(iter(texts.values()))))]
        else:
            out, head = check_output(path, out, overwrite), ["line", "text"]
            lines, texts = read_texts(path, text_column)
            given = list(zip(lines, texts, strict=True))
        answers = self._answers(texts, batch_size, drawing)
        with atomic_file(out, newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([*head, "written", "score"])
            for start, answer in zip(given, answers, strict=True):
                writer.writerow([*start, answer.text, f"{answer.score:.6f}"])
        return f"{out}: {len(given):,} {'vectors' if self.reads_vectors else 'texts'} answered."

    def _answers(self, texts, batch_size, drawing):
        """As exported, or drawn as it is told."""
        if drawing:
            return self.sample(texts, batch_size=batch_size, **drawing)
        return self.predict(texts, batch_size)

    def _checked_vectors(self, vectors):
        """Arrays by name, as the network reads them, of such, of one array, or of a .npy or .npz file."""
        wanted = dict(sorted(self._saved_model.signatures["serve"].structured_input_signature[1].items()))
        shapes = ", ".join(
            f"{name} {str(list(spec.shape[1:])).replace('None', 'any')}" for name, spec in wanted.items()
        )
        if isinstance(vectors, (str, Path)):
            loaded = np.load(vectors)
            vectors = loaded if isinstance(loaded, np.ndarray) else dict(loaded)
        if not isinstance(vectors, dict):
            vectors = dict.fromkeys(wanted, vectors) if len(wanted) == 1 else {}
        try:
            given = {name: np.asarray(vectors[name], spec.dtype.as_numpy_dtype) for name, spec in wanted.items()}
        except (KeyError, ValueError, TypeError) as error:
            raise ValueError(
                f"{self.folder} describes vectors, not texts: give <float>[rows, ...], or a .npy file of it; of "
                f"several inputs a dict, or an .npz file ({shapes})."
            ) from error
        for name, spec in wanted.items():
            if not spec.shape.is_compatible_with(given[name].shape) or len({len(one) for one in given.values()}) > 1:
                got = ", ".join(f"{name} {list(one.shape)}" for name, one in given.items())
                raise ValueError(f"{self.folder} describes {shapes} for each of as many rows, got {got}.")
        return given


def _chances(answer, name):
    """One dict a row of what an endpoint ranked, str to float, the best first; of texts that are equal the best."""
    rows = []
    for texts, chances in zip(answer[name].numpy(), answer["probability"].numpy(), strict=True):
        rows.append({})
        for text, chance in zip(texts, chances, strict=True):
            if text or chance > 0:  # else there are fewer than were looked for
                rows[-1].setdefault(text.decode(), float(chance))
    return rows
