"""Draws docs/architecture.svg: the rooms of the package and their imports, from the contract in pyproject.toml.

python docs/architecture.py
"""

import tomllib
from html import escape
from pathlib import Path

from rnn_zoo.tasks.registry import NAMES

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "architecture.svg"
NOTES = {
    "recipes": "training programs, one per data set: load, build, fit, report, export",
    "cli": "the command rnn-zoo: list, info, train, predict, inspect, export",
    "zoo": "named models: create_model, list_models, load",
    "datasets": "loaders of all tasks, by name or path",
    "tasks": "one folder per task: data, models, baselines, report, export, answers, page; no task imports another",
    "generation": "export and answers of models that generate",
    "experiments": "studies of recurrent networks: memory, gradients",
    "run": "the protocol of a run: options, training, evaluation, result rows, export",
    "inspection": "contributions, states, gates, gradients through time, drawings; the HTML page",
    "evaluation": "metrics, reports, result tables",
    "export": "exported folders: SavedModel, ONNX, card, checksums",
    "decoding": "greedy, sampling, beam search",
    "training": "fit: checkpoints, resuming, averages, seeds",
    "topologies": "the builders: many_to_one, many_to_many, one_to_many, encoder_decoder, ...",
    "layers": "fronts, Recurrent, heads, losses, CRF, encoder and decoder",
    "cells": "one recurrence per file: VanillaRNN, MinGRU, MinLSTM",
    "bptt": "fast loops for back-propagation through time",
    "text": "vocabularies, batches, word vectors",
    "series": "time series: files, windows, scales",
    "files": "reading and writing: atomic, checked; tables, splits",
    "samples": "small data sets",
    "terminal": "a console without control characters",
    "checks": "argument checks",
    "faults": "errors as one line",
    "types": "type names",
    "startup": "fast, quiet import",
    "runtime": "answers with ONNX Runtime alone",
}
STYLE = """
    .page { fill: #ffffff }
    .room { fill: #eef3fa; stroke: #4a6fa5 }
    .task { fill: #ffffff; stroke: #4a6fa5 }
    .name { fill: #10243f; font: bold 15px sans-serif }
    .note { fill: #33465f; font: 12.5px sans-serif }
    .arrow { stroke: #c05a00; stroke-width: 2 }
    .head { fill: #c05a00 }
    @media (prefers-color-scheme: dark) {
      .page { fill: #0d1117 }
      .room { fill: #1b2636; stroke: #7fa6dc }
      .task { fill: #0d1117; stroke: #7fa6dc }
      .name { fill: #f0f4fa }
      .note { fill: #c3cedd }
      .arrow { stroke: #ff9d4d }
      .head { fill: #ff9d4d }
    }
"""
WIDTH, MARGIN, GAP, HEIGHT, TASK_HEIGHT = 960, 20, 22, 50, 28


def contracts() -> tuple[list[list[str]], list[str]]:
    """The rooms, row by row from the top, as pyproject.toml states them, and the tasks of the registry."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found = {contract["type"]: contract for contract in settings["tool"]["importlinter"]["contracts"]}
    rows = [[room.strip().removeprefix("rnn_zoo.") for room in row.split("|")] for row in found["layers"]["layers"]]
    return rows, list(NAMES)


def box(kind: str, x: float, y: float, width: float, height: float) -> str:
    return f'<rect class="{kind}" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="6"/>'


def words(kind: str, x: float, y: float, text: str) -> str:
    return f'<text class="{kind}" x="{x:g}" y="{y:g}" text-anchor="middle">{escape(text)}</text>'


def arrow(y: float) -> list[str]:
    x, end = WIDTH / 2, y + GAP - 3
    return [
        f'<line class="arrow" x1="{x:g}" y1="{y + 2:g}" x2="{x:g}" y2="{end - 8:g}"/>',
        f'<path class="head" d="M {x - 6:g} {end - 9:g} L {x + 6:g} {end - 9:g} L {x:g} {end:g} Z"/>',
    ]


def split(count: int, start: float, width: float) -> list[tuple[float, float]]:
    """(left edge, width) of `count` equal boxes side by side."""
    each = (width - 12 * (count - 1)) / count
    return [(start + place * (each + 12), each) for place in range(count)]


def draw() -> str:
    """The picture as SVG text."""
    rows, tasks = contracts()
    shapes, y = [], MARGIN
    for number, row in enumerate([["recipes"], *rows]):
        if number:
            shapes += arrow(y)
            y += GAP
        height = HEIGHT
        for room, (x, width) in zip(row, split(len(row), MARGIN, WIDTH - 2 * MARGIN), strict=True):
            inner = [tasks[:5], tasks[5:]] if room == "tasks" else []
            height = HEIGHT + len(inner) * (TASK_HEIGHT + 8)
            name = f"{room}/" if room == "recipes" else room
            middle = x + width / 2
            shapes += [box("room", x, y, width, height), words("name", middle, y + 21, name)]
            shapes.append(words("note", middle, y + 39, NOTES[room]))
            for line, names in enumerate(inner):
                top = y + HEIGHT + line * (TASK_HEIGHT + 8)
                for task, (left, wide) in zip(names, split(len(names), x + 12, width - 24), strict=True):
                    shapes += [box("task", left, top, wide, TASK_HEIGHT)]
                    shapes += [words("note", left + wide / 2, top + 18, task)]
        y += height
    total = y + MARGIN
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {total:g}" role="img">'
    title = "<title>Rooms of rnn_zoo; each may import those below it</title>"
    body = "\n".join(f"  {shape}" for shape in [box("page", 0, 0, WIDTH, total), *shapes])
    return f"{head}\n  {title}\n  <style>{STYLE}  </style>\n{body}\n</svg>\n"


if __name__ == "__main__":
    PICTURE.write_text(draw(), encoding="utf-8")
    print(PICTURE)
