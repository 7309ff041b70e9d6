"""A recipe in a process of its own, which a test can kill, and what must hold of the files that it leaves."""

import json
import runpy
import sys
import zipfile
from multiprocessing import get_context
from pathlib import Path

import keras
import numpy as np
from helpers import ROOT

from rnn_zoo.evaluation import results
from rnn_zoo.export import folder as export_folder
from rnn_zoo.tasks.registry import tasks

# Processes start from one that has imported what takes seconds.
PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload(["tensorflow", "keras", "rnn_zoo.zoo", "rnn_zoo.run", "killed_runs"])

# Recipes without an example of their own: the same data, other options.
OTHERS = {
    **{f"forecasting {model}": ("forecasting", model) for model in ("forecast_gru", "forecast_lstm", "auto")},
    "forecasting segrnn": ("forecasting", "forecast_segrnn"),
    "parts_of_speech": ("tagging", None),
    "next_word": ("text_generation", None),
}


def command_lines(folder: Path) -> dict[str, list[str]]:
    """Name -> recipe and arguments of a tiny run, whose data are written to the folder."""
    lines, data = {}, {}
    for name, task in tasks().items():
        (folder / name).mkdir()
        example = task.load(task.example)(folder / name)
        lines[name], data[name] = [example.recipe, *example.arguments], folder / name
    for name, (task, model) in OTHERS.items():
        recipe, *arguments = lines[task]
        if model:
            place = arguments.index("--model") + 1
            arguments[place] = model
            lines[name] = [recipe, *arguments, *(["--segment", "7"] if "segrnn" in model else [])]
    lines["parts_of_speech"] = ["parts_of_speech", *lines["tagging"][1:]]
    sizes = ["--units", "8", "--dim", "6", "--epochs", "2", "--seed-text", "we", "--min-count", "1"]
    lines["next_word"] = ["next_word", str(data["text_generation"] / "plays.txt"), *sizes]
    return lines


def run(command: list[str], out: Path) -> None:
    """Runs a recipe, with its results beside the folder of the run; in a process of its own."""
    recipe, *arguments = command
    path = ROOT / "recipes" / f"{recipe}.py"
    sys.argv = [str(path), *map(str, arguments), "--out", str(out), "--results", str(out.with_suffix(".csv"))]
    with open(out.with_suffix(".log"), "a") as log:
        sys.stdout = sys.stderr = log
        runpy.run_path(str(path), run_name="__main__")


def start(command: list[str], out: Path):
    """The process of a recipe, which has begun."""
    process = PROCESSES.Process(target=run, args=(command, out))
    process.start()
    return process


def faults_of(out: Path) -> list[str]:
    """What is corrupt in the folder of a run and its results: nothing may be, whenever it was killed."""
    found = []
    for path in sorted(out.rglob("*")) if out.exists() else []:
        if not path.is_file() or any(part.startswith(".") for part in path.relative_to(out).parts):
            continue  # what begins with a dot was being written
        try:
            if path.suffix == ".json":
                json.loads(path.read_text(encoding="utf-8"))
            elif path.suffix == ".npz":
                with np.load(path) as arrays:
                    dict(arrays)
            elif path.suffix == ".keras":
                with zipfile.ZipFile(path) as archive:
                    assert archive.testzip() is None
            elif path.suffix in (".csv", ".md", ".html", ".png", ".svg"):
                assert path.stat().st_size
        except Exception as error:
            found.append(f"{path.name}: {error!r}")
    if (out / "export").exists():
        try:
            export_folder.verify_checksums(out / "export")
        except (ValueError, OSError) as error:
            found.append(str(error))
    if out.with_suffix(".csv").exists():
        results.read(out.with_suffix(".csv"))
    return found


def outcome(out: Path) -> dict:
    """Weights, history and rows of a finished run, without what differs from run to run, such as seconds."""
    model = keras.saving.load_model(out / "model.keras", compile=False)
    rows = results.read(out.with_suffix(".csv"))
    return {
        "weights": [weight.tolist() for weight in model.get_weights()],
        # "auto" in forecasting trains each network in a folder of its own.
        "history": [timeless(json.loads(path.read_text("utf-8"))) for path in sorted(out.rglob("history.json"))],
        "metrics": timeless(json.loads((out / "metrics.json").read_text(encoding="utf-8"))),
        "rows": sorted((row["model"], row["metric"], row["value"]) for row in rows if "seconds" not in row["metric"]),
        "export": sorted(export_folder.list_files(out / "export")),
    }


def timeless(value):
    """A JSON value without seconds."""
    if isinstance(value, dict):
        return {key: timeless(one) for key, one in value.items() if not key.endswith("seconds")}
    return [timeless(one) for one in value] if isinstance(value, list) else value
