"""Subject: a model and one input of it, as a page shows them; what every kind of model makes, and every page reads."""

import dataclasses
from collections.abc import Callable

import keras
import numpy as np

from rnn_zoo.inspection import figures
from rnn_zoo.inspection.observed import EAGER_STEPS


@dataclasses.dataclass
class Subject:
    """What a page is about.

    Attributes:
        name: str, the model's.
        model: keras.Model, or None where there is none to look into.
        inputs: what the model takes of this input, without the batch: <any>[time, ...]; None without a model.
        steps: list of str, the name of each step that is read: the words of a text.
        answers: list of (str, float): the classes with their probabilities, or the numbers predicted, the first being
            the one explained.
        index: tuple, the place in the model's answer of the number that is explained, or None.
        targets: what the gradient is taken with respect to: the model's own answer, with the batch.
        unknown: <bool>[time], which steps the model does not know; None: it knows all.
        explained: str, what the number explained is; by default the first of the answers.
        unit: str, what the number explained is measured in.
        card: str, Markdown, or "".
        notes: list of str, what is left out of the page and why.
        given: str, what was asked.
        answer: str, the answer in a sentence; by default the first of the answers with its number.
        written: list of str, the names of the steps that are written, where the model writes another sequence.
        columns: list of str, the names of the numbers that make a step, to show what each of them contributes; None:
            they have no names, as those of a word have none.
        way: str, where the columns go, as of `charts.draw_parts`.
        shown: list of `Picture`, of the input and the answer.
        pictures: list of `Picture`, what this kind of model has to show besides.
        loss: what the gradient is of, as of `gradient_flow`; None: the loss of the model.
        baseline, through: as of `integrated_gradients`.
        start: str, what the baseline is.
        drawn: keras.Model to draw in place of `model`, or None.
        marked: list of (str, str), words and what the model says of each, "" where nothing.
        texts: bool, whether the steps are words or letters, to be coloured; else their contributions are a chart.
    """

    name: str
    model: object = None
    inputs: object = None
    steps: list = dataclasses.field(default_factory=list)
    answers: list = dataclasses.field(default_factory=list)
    index: object = None
    targets: object = None
    unknown: object = None
    explained: str = ""
    unit: str = "probability"
    card: str = ""
    notes: list = dataclasses.field(default_factory=list)
    given: str = ""
    answer: str = ""
    written: list = dataclasses.field(default_factory=list)
    columns: list | None = None
    way: str = "down"
    shown: list = dataclasses.field(default_factory=list)
    pictures: list = dataclasses.field(default_factory=list)
    loss: object = None
    baseline: object = None
    through: object = None
    start: str = "as many empty steps"
    drawn: object = None
    marked: list = dataclasses.field(default_factory=list)
    texts: bool = True

    def __post_init__(self):
        if self.unknown is None:
            self.unknown = np.zeros(len(self.steps), bool)
        if self.answers:
            name, value = self.answers[0]
            self.explained = self.explained or name
            self.answer = self.answer or ("" if self.marked else f"{name}: {value:.4g}")

    @property
    def batch(self):
        """The inputs as a batch of one."""
        return keras.tree.map_structure(lambda array: np.asarray(array)[None], self.inputs)

    def axis(self, length):
        """The names of the steps of a recurrence that takes so many; their numbers where it has steps of its own."""
        for names in (self.steps, self.written):
            if len(names) == length:
                return names
        return [str(step + 1) for step in range(length)]


@dataclasses.dataclass
class Picture:
    """A figure of what one kind of model has to show.

    Attributes:
        title: str.
        figure: function without arguments -> matplotlib Figure.
        alt: str, the same in words.
    """

    title: str
    figure: Callable
    alt: str


@dataclasses.dataclass
class Matrix:
    """Numbers for every pair of a row and a column.

    Attributes:
        title: str.
        values: <float>[rows, columns]; NaN where there is none.
        rows, columns: list of str, their names.
        row_axis, column_axis: str, what they are.
        unit: str, what the numbers are.
        signed: bool, whether 0 is the middle of the colours; else they go from 0 to 1.
    """

    title: str
    values: object
    rows: list
    columns: list
    row_axis: str
    column_axis: str
    unit: str
    signed: bool = False

    def picture(self):
        """The `Picture` of it."""
        size = f"{len(self.rows)} x {len(self.columns)}, {self.row_axis} by {self.column_axis}"
        low, high = np.nanmin(self.values), np.nanmax(self.values)
        alt = f"Matrix, {self.title}: {size}, {self.unit} from {low:.3g} to {high:.3g}."
        return Picture(self.title, lambda: figures.draw_matrix(self), alt)


def answer_of(model, inputs):
    """What a model answers to one input, without the batch, as NumPy or a nest of it."""
    batch = keras.tree.map_structure(lambda array: np.asarray(array)[None], inputs)
    if max(np.shape(array)[0] if np.ndim(array) else 1 for array in keras.tree.flatten(inputs)) > EAGER_STEPS:
        answers = model.predict_on_batch(batch)
    else:
        answers = model(batch, training=False)
    return keras.tree.map_structure(lambda array: keras.ops.convert_to_numpy(array)[0], answers)


def mean_output(targets, predictions):
    """In place of a loss, where the model's own answer would be one of 0: the mean of what it answers."""
    return keras.ops.mean(predictions)


def own_answer(model, answer):
    """(targets, loss) that make the model's own answer the right one: class numbers, where its loss is a sparse one."""
    heads = [layer for layer in model._flatten_layers() if hasattr(layer, "make_loss")]
    if heads and "sparse" in heads[-1].make_loss().name:
        return answer.argmax(axis=-1), None
    return answer, mean_output


def head_of(model, kind):
    """The layer of a class, or of one of several, in a model; None where it has none."""
    return next((layer for layer in model._flatten_layers() if isinstance(layer, kind)), None)
