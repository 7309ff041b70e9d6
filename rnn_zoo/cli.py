"""The command `rnn-zoo`: list, info, train, predict, inspect, export."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import App, Parameter

from rnn_zoo import __version__
from rnn_zoo.faults import one_line_each

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

app = App(
    name="rnn-zoo",
    help="Recurrent networks for Keras: train models, predict with them, inspect and export them.",
    help_format="plaintext",  # the default imports a Markdown parser
    version=__version__,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command.

    Args:
        arguments: the command line. Default None: that of the process.

    Returns:
        The exit code: 0; 2 after an error that the user can fix, with one line on standard error; 130 after Ctrl-C.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        with one_line_each("rnn-zoo: error: "):
            app(arguments, exit_on_error=False, print_error=False, result_action="return_none")
            sys.stdout.flush()
    except BrokenPipeError:  # `rnn-zoo list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


@app.command(name="list")
def list_models(pattern: str = "*", /, *, pretrained: bool = False) -> None:
    """List the models by name.

    Args:
        pattern: shell pattern of the names, e.g. "imdb*".
        pretrained: only the exported models found here, ready for `predict`.
    """
    from rnn_zoo import zoo

    ready = set(zoo.list_models(pattern, pretrained=True))
    names = zoo.list_models(pattern, pretrained=pretrained)
    if not names:
        raise ValueError(f"no {'exported ' * pretrained}model matches {pattern!r}; `rnn-zoo list` shows all models.")
    table = _table("model", "pretrained")
    for name in sorted({*names, *ready}):
        table.add_row(name, str(zoo.find_pretrained(name)) if name in ready else "")
    _print(table)


@app.command
def info(name: str, /) -> None:
    """Show the layers of a named model, or the card of an exported one after its checksums are verified.

    Args:
        name: a name from `rnn-zoo list`, or an exported folder.
    """
    from rnn_zoo import zoo
    from rnn_zoo.checks import one_of

    exported = zoo.list_models(pretrained=True)
    if not Path(name).is_dir() and name not in exported:
        one_of("name", name, sorted({*zoo.list_models(), *exported}))
        zoo.create_model(name).summary(expand_nested=True)
        return
    from rich.markdown import Markdown

    from rnn_zoo.zoo import load

    model = load(name)
    _print(Markdown(model.card))
    print(f"\n{model.folder}: {len(model.verify())} files, all unchanged since the export.")


@app.command(help_flags=[], version_flags=[])
def train(
    recipe: Annotated[str, Parameter(allow_leading_hyphen=True)] = "",
    /,
    *options: Annotated[str, Parameter(allow_leading_hyphen=True)],
) -> None:
    """Train a model: run a recipe, which compares the model with simple baselines and exports it.

    Args:
        recipe: name of a recipe, a task or an experiment. Without one, all are listed.
        options: options of the recipe; `rnn-zoo train RECIPE --help` explains them.
    """
    from rnn_zoo.checks import one_of
    from rnn_zoo.experiments import EXPERIMENTS
    from rnn_zoo.tasks.registry import recipes, tasks

    known = {name: name for name in (*recipes(), *EXPERIMENTS)}
    known |= {task.name: task.recipes[0] for task in tasks().values()}
    if recipe in ("", "--help", "-h"):
        table = _table("task", "recipe", "description")
        for task in tasks().values():
            for number, name in enumerate(task.recipes):
                table.add_row("" if number else task.name, name, "" if number else task.title)
        for number, (name, description) in enumerate(EXPERIMENTS.items()):
            table.add_row("" if number else "experiments", name, description)
        print("Usage: rnn-zoo train RECIPE [OPTIONS]; `rnn-zoo train RECIPE --help` explains the options.\n")
        _print(table)
        return
    one_of("recipe", recipe, known)
    from rnn_zoo.run.command import launch

    launch(known[recipe], options)


@app.command
def predict(
    model: str,
    /,
    *text: str,
    file: Path | None = None,
    text_column: str = "text",
    out: Path | None = None,
    overwrite: bool = False,
    clean: bool = False,
    batch_size: int = 64,
    format: Literal["table", "json"] | None = None,
    temperature: float | None = None,
    top_k: int | None = None,
    top_p: float | None = None,
    seed: int | None = None,
    verify: bool = True,
) -> None:
    """Predict for texts, from the command line or a file, with an exported model of any kind.

    Args:
        model: a name from `rnn-zoo list --pretrained`, or an exported folder.
        text: the texts, each in quotes; after `--` they may start with a hyphen. For an image model: image files.
        file: a .csv, .tsv or .jsonl file, each also with .gz, or a .txt file with one text per line, instead of texts.
            For an image model: a folder of images or an .npz file.
        text_column: column of the file that holds the text.
        out: CSV file to write, one row per text; by default NAME.predictions.csv beside the file.
        overwrite: replace `--out` if it exists; the input file is never replaced.
        clean: leave faulty rows of a file of texts out, and say how many, instead of refusing the file.
        batch_size: texts per batch.
        format: how to print predictions for texts of the command line; by default as a table. With --file, the ending
            of `--out` states the format.
        temperature: for a model that samples: below 1 favours probable symbols, above 1 improbable ones, 0 takes the
            most probable. By default, as for the next two options, as exported.
        top_k: sample among the k most probable symbols; 0 for all.
        top_p: sample among the fewest most probable symbols whose probabilities sum to p; 1 for all.
        seed: seed of the samples.
        verify: compare the model's files with their checksums first, so that a damaged model does not answer.
    """
    if bool(text) == bool(file):
        raise ValueError('predict needs either texts or --file, e.g. rnn-zoo predict MODEL "The food is not good".')
    if out and not file:
        raise ValueError("`out` needs --file; predictions for texts of the command line are printed.")
    if clean and not file:
        raise ValueError("`clean` is for a --file of texts: leave it out.")
    if file and format:
        raise ValueError(f"`format` {format!r} is for texts of the command line: leave it out with --file.")
    from rnn_zoo.zoo import load

    exported = load(model, verify=verify)
    known = exported.sampling_options
    options: dict[str, Any] = {"temperature": temperature, "top_k": top_k, "top_p": top_p, "seed": seed}
    options = {name: value for name, value in options.items() if value is not None}
    if refused := [_option(name) for name in options if name not in known]:
        taken = f"takes only {', '.join(map(_option, known))}" if known else "does not sample"
        raise ValueError(
            f"{', '.join(refused)}: {model} is of the kind {exported.kind!r}, which {taken}; leave it out."
        )
    options["batch_size"] = batch_size
    if file:
        print(exported.answer_file(file, out, text_column=text_column, overwrite=overwrite, clean=clean, **options))
    else:
        exported.show(text, _console(), format=format or "table", **options)


@app.command
def inspect(
    model: str,
    given: str,
    /,
    *,
    out: Path = Path("report.html"),
    overwrite: bool = False,
    layers: Annotated[list[str] | None, Parameter(consume_multiple=True, negative=())] = None,
    start: int = 0,
    window: int = 400,
) -> None:
    """Inspect a model on one input, on one HTML page: prediction, contribution of each word or step, states, gates,
    gradients through time, a drawing of the network, and the model card.

    Args:
        model: a name from `rnn-zoo list --pretrained`, an exported folder, the folder of a run, or a .keras file with
            its vocabulary and labels in the same folder.
        given: a text, in quotes; for a forecaster the path of a file with its columns, for an image model that of an
            image, for a music model MIDI numbers, such as "48 55 64 72", or a .mid file. For any model the path of an
            .npy file of one sequence.
        out: HTML file to write; it is self-contained.
        overwrite: replace `--out` if it exists.
        layers: names of the states and gates to show, such as layer_0/forward/z; by default the first eight.
        start: first word of the window, from 0, in a text longer than the window.
        window: maximum number of words in the window.
    """
    if out.exists() and not overwrite:  # before TensorFlow is imported, which takes seconds
        raise ValueError(f"{out} already exists; give --overwrite to replace it, or another --out.")
    from rnn_zoo.tasks.inspecting import inspect

    written = inspect(model, given, out, layers=layers, start=start, window=window)
    print(f"{written}: {written.stat().st_size / 1e6:.1f} MB, open it in a browser.")


@app.command
def export(
    source: Path,
    /,
    *,
    to: Path,
    vocabulary: Path | None = None,
    labels: Annotated[list[str] | None, Parameter(consume_multiple=True, negative=())] = None,
    data: str | None = None,
    licence: str | None = None,
    limits: str | None = None,
) -> None:
    """Export a trained model as a folder that predicts from raw input with TensorFlow alone.

    Args:
        source: the folder of a run (with model.keras, vocabulary.txt, labels.json), or a .keras file.
        to: folder to write: new, empty, or an earlier export, which is replaced.
        vocabulary: vocabulary file; by default vocabulary.txt in the folder of the model.
        labels: names of the classes, in the order of the model's outputs; by default those of labels.json.
        data: for the model card: the training data.
        licence: for the model card: the licence of data and model.
        limits: for the model card: what the model is not good for.
    """
    from rnn_zoo.tasks.exporting import save_from

    card = {"data": data, "licence": licence, "limits": limits, "command": " ".join(["rnn-zoo export", str(source)])}
    folder = save_from(source, to, vocabulary=vocabulary, labels=labels, card=card)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"{folder}: exported, {size / 1e6:.1f} MB. `rnn-zoo info {folder}` shows how to use it.")


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")


def _table(*columns: str) -> "Table":
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _print(renderable: Any) -> None:
    _console().print(renderable)


def _console() -> "Console":
    from rnn_zoo.terminal import Terminal

    return Terminal()


if __name__ == "__main__":
    sys.exit(main())
