"""Tables of a trace of back-propagation through time, for the terminal and as a page."""

from pathlib import Path
from typing import Any

import numpy as np

from rnn_zoo.inspection.pages import render, write_page


def tables(trace: Any) -> Any:
    """The tables as a `rich.console.Group`; see `BPTTTrace.to_table`."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Group
    from rich.table import Table

    groups: list[Any] = []
    for section in _sections(trace):
        table = Table(title=section["title"], title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
        for column in section["columns"]:
            table.add_column(column, justify="right" if "/d" in column or "_t" in column else "left")
        for row in section["rows"]:
            table.add_row(*(cell["text"] for cell in row), end_section=True)
        groups += [table, section["note"], ""]
    return Group(*groups)


def page(trace: Any, path: str | Path | None = None) -> str:
    """The tables as HTML; see `BPTTTrace.to_html`."""
    html = render("trace.html.j2", title="Back-propagation through time", sections=_sections(trace), loss=trace.loss)
    if path is not None:
        write_page(path, html)
    return html


def _sections(trace: Any) -> list[dict[str, Any]]:
    return [
        _forward(trace),
        _backward(trace),
        _contributions(trace, {"W": ("input", trace.of_kernel), "U": ("state", trace.of_recurrent_kernel)}),
        _contributions(trace, {"V": ("output", trace.of_head_kernel)}),
    ]


def _forward(trace: Any) -> dict[str, Any]:
    peaks = np.abs(trace.states).max(), np.abs(trace.outputs).max()
    rows = []
    for t, name in enumerate(trace.input_names):
        best = int(trace.outputs[t].argmax())
        predicted = trace.output_names[best] if trace.outputs.shape[1] > 1 else f"{trace.outputs[t, 0]:.3f}"
        numbers = _numbers(trace.states[t], peaks[0]), _numbers(trace.outputs[t], peaks[1])
        rows.append([_cell(t + 1), _cell(name), *numbers, _cell(predicted), _cell(f"{trace.losses[t]:.4f}")])
    return {
        "title": "Forward",
        "columns": ["t", "input", "h_t", "y_t", "predicts", "loss"],
        "rows": rows,
        "note": f"Loss: {trace.loss:.6f}, the sum over the steps. Outputs: {', '.join(trace.output_names)}.",
    }


def _backward(trace: Any) -> dict[str, Any]:
    peaks = np.abs(trace.of_outputs).max(), np.abs(trace.of_states).max()
    rows = [
        [_cell(t + 1), _cell(name), _numbers(trace.of_outputs[t], peaks[0]), _numbers(trace.of_states[t], peaks[1])]
        for t, name in enumerate(trace.input_names)
    ]
    return {
        "title": "Backward",
        "columns": ["t", "input", "dL/dy_t", "dL/dh_t"],
        "rows": rows[::-1],
        "note": "From the last step to the first; dL/dh_t is the sum over the step's own output and all later steps.",
    }


def _contributions(trace: Any, parts: dict[str, tuple[str, np.ndarray]]) -> dict[str, Any]:
    """Terms of the steps in gradients; `parts` maps a weight to (the factor it multiplies, <float>[time, n, m])."""
    rows = []
    for t, name in enumerate(trace.input_names):
        numbers = [_numbers(part[t], np.abs(part).max()) for _, part in parts.values()]
        rows.append([_cell(t + 1), _cell(name), *numbers])
    sums = [_numbers(trace.gradients[name], np.abs(trace.gradients[name]).max()) for name in parts]
    rows.append([_cell("all"), _cell("sum"), *sums])
    return {
        "title": f"Terms of the steps in the gradient of {' and '.join(parts)}",
        "columns": ["t", "input", *(f"dL/d{name} ({factor})" for name, (factor, _) in parts.items())],
        "rows": rows,
        "note": "Rows of a matrix are inputs of its product. The sum is the gradient.",
    }


def _cell(text: Any) -> dict[str, Any]:
    return {"text": str(text), "rows": None}


def _numbers(values: np.ndarray, peak: float) -> dict[str, Any]:
    """A cell of numbers: as text, and as rows of (text, value in [-1, 1] for the colour)."""
    matrix = np.atleast_2d(values)
    return {
        "text": "\n".join(" ".join(f"{value:+.3f}" for value in row) for row in matrix),
        "rows": [[(f"{value:+.4f}", float(value / peak) if peak else 0.0) for value in row] for row in matrix],
    }
