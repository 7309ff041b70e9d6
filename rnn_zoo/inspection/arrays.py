"""Page of live models that read a sequence of numbers, or of ids without a vocabulary."""

from typing import Any

import numpy as np

from rnn_zoo.inspection.look import Look
from rnn_zoo.inspection.pictures import charts
from rnn_zoo.inspection.subject import Picture, Subject, answer_of, own_answer
from rnn_zoo.types import Model


def is_live(model: Model, given: Any) -> bool:
    """Always true: this page is the last resort."""
    return True


def subject(model: Model, given: Any, look: Look) -> Subject:
    """The subject: any model of one input, <any>[batch, time, ...], and one sequence <any>[time, ...]."""
    inputs = np.asarray(given)
    if len(model.inputs) != 1 or inputs.ndim != len(model.inputs[0].shape) - 1 or not inputs.size:
        wanted = " and ".join(str(tensor.shape[1:]).replace("None", "any") for tensor in model.inputs)
        raise ValueError(f"`given` must be one sequence of the shape {wanted}, got the shape {inputs.shape}.")
    answer = answer_of(model, inputs)
    steps = [str(step + 1) for step in range(len(inputs) if inputs.ndim else 1)]
    if look.steps is not None:
        if len(look.steps) != len(steps):
            raise ValueError(f"`steps` must name each of {len(steps)} steps, got {len(look.steps)} names.")
        steps = [str(step) for step in look.steps]
    index = look.index
    if index is None and answer.ndim > 1:
        index = (len(answer) - 1, *np.unravel_index(answer[-1].argmax(), answer[-1].shape))
    index = (int(answer.argmax()),) if index is None else index if isinstance(index, tuple) else (index,)
    targets, loss = own_answer(model, answer)
    numbers = answer[index[:-1]]
    names = look.label(len(numbers))
    place = f" at step {steps[index[0]]}" if answer.ndim > 1 else ""
    order = [index[-1], *(k for k in np.argsort(-numbers, kind="stable") if k != index[-1])]
    shown = []
    if answer.ndim == 2 and len(answer) == len(steps):
        title = "Prediction at every step"
        low, high = answer.min(), answer.max()
        alt = f"Line chart of {len(names)} outputs over {len(steps)} steps, from {low:.3g} to {high:.3g}."
        shown.append(Picture(title, lambda: charts.draw_steps(answer, names, steps, title), alt))
    numeric = inputs.ndim == 2 and inputs.dtype.kind == "f"
    return Subject(
        name=look.named(model),
        model=model,
        inputs=inputs,
        steps=steps,
        answers=[(f"{names[k]}{place}", float(numbers[k])) for k in order],
        index=tuple(int(k) for k in index),
        unit="units of the output",
        targets=np.asarray(targets)[None],
        card=look.card,
        given=f"{len(steps)} steps",
        shown=shown,
        columns=[str(k + 1) for k in range(inputs.shape[1])] if numeric and inputs.shape[1] > 1 else None,
        loss=loss,
        texts=inputs.dtype.kind != "f",
    )
