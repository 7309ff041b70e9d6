"""The command `rnn-zoo`: list, info, predict, inspect, export."""

import os
import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, CycloptsError, Parameter

from rnn_zoo import __version__

app = App(
    name="rnn-zoo", help="Recurrent networks for Keras: look at models, run them, export them.", version=__version__
)


def main(arguments=None):
    """Runs the command; returns its exit code: 0, or 2 after one line on standard error where the user can fix it."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        app(arguments, exit_on_error=False, print_error=False, result_action="return_none")
        sys.stdout.flush()
    except BrokenPipeError:  # `rnn-zoo list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (CycloptsError, ValueError, OSError, RuntimeError) as error:
        print("rnn-zoo: error:", " ".join(str(error).split()), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


@app.command(name="list")
def list_models(pattern: str = "*", /, *, pretrained: bool = False):
    """List the models by name.

    Args:
        pattern: which names, e.g. "imdb*".
        pretrained: only those that are here as an exported folder, ready for `predict`.
    """
    from rnn_zoo import zoo

    ready = set(zoo.list_models(pattern, pretrained=True))
    names = zoo.list_models(pattern, pretrained=pretrained)
    if not names:
        missing = "no exported model is here that is" if pretrained else "no model is"
        raise ValueError(f"{missing} called {pattern!r}; `rnn-zoo list` shows all that there are.")
    table = _table("model", "pretrained")
    for name in sorted({*names, *ready}):
        table.add_row(name, str(zoo.find_pretrained(name)) if name in ready else "")
    _print(table)


@app.command
def info(name: str, /):
    """Show what is known about a model: how it is built or, where it is exported, its card and whether it is whole.

    Args:
        name: a name that `rnn-zoo list` shows, or an exported folder.
    """
    from rnn_zoo import zoo
    from rnn_zoo.checks import one_of

    exported = zoo.list_models(pretrained=True)
    if not Path(name).is_dir() and name not in exported:
        one_of("name", name, sorted({*zoo.list_models(), *exported}))
        zoo.create_model(name).summary(expand_nested=True)
        return
    from rich.markdown import Markdown

    from rnn_zoo.export.kinds import load

    model = load(name)
    _print(Markdown(model.card))
    print(f"\n{model.folder}: {len(model.verify())} files, all as they were exported.")


@app.command
def predict(
    model: str,
    /,
    *text: str,
    file: Path | None = None,
    text_column: str = "text",
    out: Path | None = None,
    overwrite: bool = False,
    batch_size: int = 64,
    format: Literal["table", "json"] = "table",
    temperature: float | None = None,
    top_k: int | None = None,
    top_p: float | None = None,
    seed: int | None = None,
):
    """Answer texts, from the command line or a whole file, with an exported model of any kind.

    Args:
        model: a name that `rnn-zoo list --pretrained` shows, or an exported folder.
        text: the texts, each in quotes; after `--` they may start with a hyphen. For a model of images their files.
        file: a .csv, .tsv or .jsonl file, each also with .gz, or .txt with a text a line, instead of texts. For a model
            of images a folder of them or an .npz file.
        text_column: the column of the file that holds the text.
        out: CSV file to write, a row a text; by default NAME.predictions.csv beside the file.
        overwrite: replace `--out` where it exists; the file itself is never replaced.
        batch_size: texts computed at once.
        format: how to print the answers to texts of the command line.
        temperature: of a model that draws what it writes: less is safer, more is wilder, 0 is always the likeliest; by
            default, as of the three below, as it was exported.
        top_k: draw among so many of the likeliest symbols; 0 for all.
        top_p: draw among the fewest likeliest symbols that hold this share of the probability; 1 for all.
        seed: of what is drawn; another seed draws something else.
    """
    if bool(text) == bool(file):
        raise ValueError('predict needs either texts or --file, e.g. rnn-zoo predict MODEL "The food is not good".')
    if out and not file:
        raise ValueError("`out` is where the answers to a --file go; texts of the command line are answered there.")
    from rnn_zoo.export.kinds import load

    exported = load(model)
    drawing = {"temperature": temperature, "top_k": top_k, "top_p": top_p, "seed": seed}
    drawing = {name: value for name, value in drawing.items() if value is not None}
    if refused := [_option(name) for name in drawing if name not in exported.draws]:
        taken = f"takes only {', '.join(map(_option, exported.draws))}" if exported.draws else "draws nothing"
        raise ValueError(
            f"{', '.join(refused)}: {model} is of the kind {exported.kind!r}, which {taken}; leave it out."
        )
    if file:
        options = {"text_column": text_column, "batch_size": batch_size, "overwrite": overwrite}
        print(exported.answer_file(file, out, **options, **drawing))
    else:
        exported.show(text, _console(), batch_size=batch_size, format=format, **drawing)


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
):
    """Look inside a model of any kind: one page with its answer to one input, what each word or step contributes,
    states, gates, gradients through time, the network drawn, and the model card.

    Args:
        model: a name that `rnn-zoo list --pretrained` shows, an exported folder, a .keras file beside whose words and
            labels it lies, or the folder of a run.
        given: a text, in quotes; for a model that forecasts the path of a file of its columns, for one of images that
            of an image, for one of music MIDI numbers, such as "48 55 64 72", or a .mid file; for each the path of a
            .npy file of one sequence.
        out: HTML file to write; it needs no other file and no network.
        overwrite: replace `--out` where it exists.
        layers: names of the states and gates to show, such as layer_0/forward/z; by default the first eight.
        start: words before the first that is looked into, in a text longer than the window.
        window: the most words that are looked into.
    """
    if out.exists() and not overwrite:  # before the seconds that TensorFlow takes
        raise ValueError(f"{out} already exists; give --overwrite to replace it, or another --out.")
    from rnn_zoo.inspection.report import inspect

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
):
    """Export a trained model as a folder that answers raw text with TensorFlow alone.

    Args:
        source: a run's folder (with model.keras, vocabulary.txt, labels.json), or a .keras file.
        to: the folder to write; new, empty, or an earlier export, which is replaced.
        vocabulary: the vocabulary's file; by default vocabulary.txt beside the model.
        labels: the names of the classes, in the order of the model's outputs; by default those of labels.json.
        data: for the model card: what the model was trained on.
        licence: for the model card: the licence of the data and of the model.
        limits: for the model card: what the model is not good for.
    """
    from rnn_zoo.export.source import save_from

    card = {"data": data, "licence": licence, "limits": limits, "command": " ".join(["rnn-zoo export", str(source)])}
    folder = save_from(source, to, vocabulary=vocabulary, labels=labels, card=card)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"{folder}: exported, {size / 1e6:.1f} MB. `rnn-zoo info {folder}` says how to ask it.")


def _option(name):
    return "--" + name.replace("_", "-")


def _table(*columns):
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _print(renderable):
    _console().print(renderable)


def _console():
    from rich.console import Console

    return Console(markup=False, highlight=False)


if __name__ == "__main__":
    sys.exit(main())
