"""Subject: a model and one input, the interface between the kinds of models and the page."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np

from rnn_zoo.inspection.observed import EAGER_STEPS
from rnn_zoo.inspection.pictures import figures
from rnn_zoo.types import Model, Tensor


@dataclasses.dataclass
class Subject:
    """Content of a page.

    Attributes:
        name: name of the model.
        model: keras.Model, or None if only the prediction is known.
        inputs: the model's input without the batch: <any>[time, ...]; None without a model.
        steps: the name of each input step, such as the words of a text.
        answers: classes with their probabilities, or predicted numbers; the first is the one explained.
        index: position of the explained number in the model's output, or None.
        targets: targets of the loss whose gradient is shown: the model's own prediction, with the batch.
        unknown: <bool>[time], steps that are not in the vocabulary; None: all are.
        explained: name of the explained number; by default that of the first answer.
        unit: unit of the explained number.
        card: model card as Markdown, or "".
        notes: what the page leaves out, and why.
        given: the input in words.
        answer: the prediction in a sentence; by default the first answer with its number.
        written: names of the output steps of an encoder-decoder.
        columns: names of the features of a step, whose contributions are shown; None: they have no names.
        columns_direction: direction of the columns in the picture, see `charts.draw_parts`.
        shown: pictures of the input and the prediction.
        pictures: further views of this kind of model.
        loss: loss whose gradient is shown, see `gradient_flow`; None: the loss of the model.
        baseline, through: see `integrated_gradients`.
        baseline_name: the baseline in words.
        drawn: keras.Model to draw in place of `model`, or None.
        marked: (word, label) pairs; the label is "" for an unlabelled word.
        texts: whether the steps are words or letters, which are coloured; else their contributions are a chart.
    """

    name: str
    model: Model = None
    inputs: Any = None
    steps: Sequence[str] = dataclasses.field(default_factory=list)
    answers: Sequence[tuple[str, float]] = dataclasses.field(default_factory=list)
    index: Any = None
    targets: Any = None
    unknown: Any = None
    explained: str = ""
    unit: str = "probability"
    card: str = ""
    notes: list[str] = dataclasses.field(default_factory=list)
    given: str = ""
    answer: str = ""
    written: Sequence[str] = dataclasses.field(default_factory=list)
    columns: Sequence[str] | None = None
    columns_direction: str = "down"
    shown: "list[Picture]" = dataclasses.field(default_factory=list)
    pictures: "list[Picture]" = dataclasses.field(default_factory=list)
    loss: Any = None
    baseline: Any = None
    through: str | int | None = None
    baseline_name: str = "an empty input of the same length"
    drawn: Model = None
    marked: Sequence[tuple[str, str]] = dataclasses.field(default_factory=list)
    texts: bool = True

    def __post_init__(self) -> None:
        if self.unknown is None:
            self.unknown = np.zeros(len(self.steps), bool)
        if self.answers:
            name, value = self.answers[0]
            self.explained = self.explained or name
            self.answer = self.answer or ("" if self.marked else f"{name}: {value:.4g}")

    @property
    def batch(self) -> Any:
        """The inputs as a batch of one."""
        return keras.tree.map_structure(lambda array: np.asarray(array)[None], self.inputs)

    def axis(self, length: int, writes: bool = False) -> Sequence[str]:
        """The names of the steps of a recurrence: of the output's steps if it writes them, else of the input's.

        Numbers if it has another number of steps, as one over segments has.
        """
        names = self.written if writes and self.written else self.steps
        return names if len(names) == length else [str(step + 1) for step in range(length)]


@dataclasses.dataclass
class Picture:
    """A figure with its text alternative.

    Attributes:
        title: heading on the page.
        figure: function without arguments that returns a matplotlib Figure.
        alt: the figure in words.
    """

    title: str
    figure: Callable[[], Any]
    alt: str


@dataclasses.dataclass
class Matrix:
    """A matrix with named rows and columns, shown as a heat map.

    Attributes:
        title: heading on the page.
        values: <float>[rows, columns]; NaN for missing values.
        rows, columns: their names.
        row_axis, column_axis: labels of the axes.
        unit: unit of the values.
        signed: whether 0 is the middle of the colour scale; else it covers 0 to 1.
    """

    title: str
    values: np.ndarray
    rows: Sequence[str]
    columns: Sequence[str]
    row_axis: str
    column_axis: str
    unit: str
    signed: bool = False

    def picture(self) -> Picture:
        """The heat map."""
        size = f"{len(self.rows)} x {len(self.columns)}, {self.row_axis} by {self.column_axis}"
        low, high = np.nanmin(self.values), np.nanmax(self.values)
        alt = f"Matrix, {self.title}: {size}, {self.unit} from {low:.3g} to {high:.3g}."
        return Picture(self.title, lambda: figures.draw_matrix(self), alt)


def answer_of(model: Model, inputs: Any) -> Any:
    """The prediction of a model for one input, without the batch, as a NumPy array or a nest of arrays."""
    batch = keras.tree.map_structure(lambda array: np.asarray(array)[None], inputs)
    if max(np.shape(array)[0] if np.ndim(array) else 1 for array in keras.tree.flatten(inputs)) > EAGER_STEPS:
        answers = model.predict_on_batch(batch)
    else:
        answers = model(batch, training=False)
    return keras.tree.map_structure(lambda array: keras.ops.convert_to_numpy(array)[0], answers)


def mean_output(targets: Tensor, predictions: Tensor) -> Tensor:
    """The mean prediction, for use as a loss where the loss of the model's own prediction is 0."""
    return keras.ops.mean(predictions)


def own_answer(model: Model, answer: np.ndarray) -> tuple[np.ndarray, Any]:
    """(targets, loss) with the model's own prediction as target: class numbers for a sparse loss."""
    heads = [layer for layer in model._flatten_layers() if hasattr(layer, "make_loss")]
    if heads and "sparse" in heads[-1].make_loss().name:
        return answer.argmax(axis=-1), None
    return answer, mean_output


def head_of(model: Model, kind: type | tuple[type, ...]) -> Any:
    """The first layer of a model that is an instance of a class, or of one of several; None without one."""
    return next((layer for layer in model._flatten_layers() if isinstance(layer, kind)), None)
