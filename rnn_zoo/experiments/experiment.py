"""Experiment: the command, the result rows and the page in `docs/` that the experiments share."""

import contextlib
import io
import shlex
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, TypeAlias

from cyclopts import Parameter

from rnn_zoo.evaluation import results as result_files
from rnn_zoo.evaluation.hardware import describe_hardware, describe_versions
from rnn_zoo.files import atomic_file
from rnn_zoo.inspection.pictures import figures
from rnn_zoo.run.command import command_words

# Options such as `--lengths 10 30`.
Lengths: TypeAlias = Annotated[list[int] | None, Parameter(consume_multiple=True, negative=())]


class Experiment:
    """One run of an experiment that measures models.

    Args:
        name: the experiment's name, equal to that of its file in `recipes/`.
        seed: the seed of the run.
        out: folder for the page and its picture.
        results: CSV file to append rows to. Default None: no file.
    Raises:
        ValueError: `results` is not a result file.
    """

    def __init__(self, name: str, *, seed: int, out: str | Path, results: str | Path | None = None) -> None:
        if results and Path(results).exists():
            result_files.read(results)
        self.name, self.seed, self.out, self.results = name, seed, out, results
        self.command = shlex.join([*command_words(name), *sys.argv[1:]])
        self.hardware, self.versions = describe_hardware(), describe_versions()

    def row(
        self,
        data: str,
        model: str,
        metric: str,
        value: float,
        parameters: int | None = None,
        train_seconds: float | None = None,
    ) -> dict[str, Any]:
        """A result row, see `rnn_zoo.evaluation.results.COLUMNS`."""
        return {
            "recipe": self.name,
            "data": data,
            "split": "test",
            "model": model,
            "seed": self.seed,
            "metric": metric,
            "value": f"{value:.6g}",
            "parameters": "" if parameters is None else parameters,
            "train_seconds": "" if train_seconds is None else f"{train_seconds:.1f}",
            "hardware": self.hardware,
            "versions": self.versions,
            "command": self.command,
        }

    def record(self, rows: Iterable[dict[str, Any]]) -> None:
        """Appends rows to the file `results`, if one is given."""
        if self.results:
            result_files.append(self.results, rows)

    def write(self, readme: str, figure: Any) -> None:
        """Writes the page and its picture."""
        write_page(self.out, readme, figure, f"{self.name}.png")


def write_page(out: str | Path, readme: str, figure: Any, picture: str) -> None:
    """Writes `README.md` and a matplotlib figure to a folder."""
    figures.write(figure, Path(out) / picture)
    with atomic_file(Path(out) / "README.md") as file:
        file.write(readme)


def markdown_table(columns: Iterable[str], alignment: str, rows: Iterable[Iterable[str]]) -> str:
    """A table as Markdown; `alignment` is its second line."""
    return "\n".join(["| " + " | ".join(columns) + " |", alignment, *("| " + " | ".join(row) + " |" for row in rows)])


def quietly() -> contextlib.AbstractContextManager:
    """Context manager that suppresses standard output, such as the progress of a training."""
    return contextlib.redirect_stdout(io.StringIO())
