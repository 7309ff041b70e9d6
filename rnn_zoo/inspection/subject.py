"""Subject: a model and one input of it, as a page shows them."""

import dataclasses
import json
from pathlib import Path

import keras
import numpy as np

from rnn_zoo.inspection.observed import EAGER_STEPS
from rnn_zoo.layers.tokens import UNKNOWN

NATIVE = "model.keras"


@dataclasses.dataclass
class Subject:
    """What a page is about.

    Attributes:
        name: str, the model's.
        model: keras.Model, or None where there is none to look into.
        inputs: what the model takes of this input, without the batch: <any>[time, ...]; None without a model.
        steps: list of str, the name of each step: the words of a text.
        unknown: <bool>[time], which steps the model does not know.
        answers: list of (str, float): the classes with their probabilities, or the numbers predicted, the most probable
            first.
        index: tuple, the place in the model's answer of the number that is explained, or None.
        targets: what the gradient is taken with respect to: the model's own answer, with the batch.
        card: str, Markdown, or "".
        notes: list of str, what is left out of the page and why.
        given: str, what was asked.
        written: list of str, the names of the steps that are written, where the model writes another sequence.
        matrices: list of `Matrix`, what this kind of model has to show besides.
        loss: what the gradient is of, as of `gradient_flow`; None: the loss of the model.
        baseline: as of `integrated_gradients`.
        drawn: keras.Model to draw in place of `model`, or None.
    """

    name: str
    model: object
    inputs: object
    steps: list
    unknown: object
    answers: list
    index: object
    targets: object
    card: str = ""
    notes: list = dataclasses.field(default_factory=list)
    given: str = ""
    written: list = dataclasses.field(default_factory=list)
    matrices: list = dataclasses.field(default_factory=list)
    loss: object = None
    baseline: object = None
    drawn: object = None

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
class Matrix:
    """Numbers for every pair of a row and a column.

    Attributes:
        title: str.
        values: <float>[rows, columns].
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


def text_subject(name, model, vocabulary, labels, text, start, window, card=""):
    """The subject of a classifier and a text.

    Args:
        name: str.
        model: keras.Model, ids <int>[batch, time] -> probabilities <float>[batch, classes].
        vocabulary: rnn_zoo.text.Vocabulary, or a list of its words.
        labels: list of str.
        text: str.
        start: int >= 0, the first word that is looked at more closely.
        window: int > 0, how many are.
        card: str.

    Returns:
        Subject.
    """
    words = tokens_of(text)
    numbers = {word: number for number, word in enumerate(getattr(vocabulary, "words", vocabulary))}
    ids = np.array([numbers.get(word, UNKNOWN) for word in words], "int32")
    probabilities = _answer(model, ids)
    notes = []
    if len(words) > window:
        start = max(0, min(start, len(words) - window))
        part = slice(start, start + window)
        notes.append(
            f"The text has {len(words):,} words. The answer is to all of them; the page looks into words "
            f"{start + 1:,} to {start + window:,}, for which alone the answer would be "
            f"{_said(labels, _answer(model, ids[part]))}. Another window: --start."
        )
        words, ids = words[part], ids[part]
    if not words:
        notes.append("The text holds no word: there is nothing to contribute to the answer and no step to look into.")
    best = int(probabilities.argmax())
    order = np.argsort(-probabilities, kind="stable")
    return Subject(
        name=name,
        model=model,
        inputs=ids,
        steps=words,
        unknown=ids == UNKNOWN,
        answers=[(labels[k], float(probabilities[k])) for k in order],
        index=(best,),
        targets=np.array([best]),
        card=card,
        notes=notes,
        given=text,
    )


def array_subject(name, model, inputs, steps=None, index=None, targets=None, outputs=None, card=""):
    """The subject of a live model and one sequence of numbers.

    Args:
        name, model, card: as of `Subject`.
        inputs: <float>[time, features], or <int>[time].
        steps: list of str, a name for each step; by default their numbers.
        index: as of `integrated_gradients`.
        targets: as the loss takes them, without the batch; by default what the model answers.
        outputs: list of str, a name for each number of the answer.
    """
    inputs = np.asarray(inputs)
    answer = keras.ops.convert_to_numpy(model(inputs[None], training=False))[0]
    steps = [str(step + 1) for step in range(len(inputs))] if steps is None else [str(step) for step in steps]
    if len(steps) != len(inputs):
        raise ValueError(f"`steps` must name each of {len(inputs)} steps, got {len(steps)} names.")
    if index is None and answer.ndim > 1:
        index = (len(answer) - 1, *np.unravel_index(answer[-1].argmax(), answer[-1].shape))
    index = (int(answer.argmax()),) if index is None else index if isinstance(index, tuple) else (index,)
    loss = None
    if targets is None:
        targets, loss = _own_answer(model, answer)
    numbers = answer[index[:-1]]
    names = [str(k) for k in range(len(numbers))] if outputs is None else list(outputs)
    place = f" at step {steps[index[0]]}" if answer.ndim > 1 else ""
    return Subject(
        name=name,
        model=model,
        inputs=inputs,
        steps=steps,
        unknown=np.zeros(len(inputs), bool),
        answers=[(f"{names[k]}{place}", float(numbers[k])) for k in np.argsort(-numbers, kind="stable")],
        index=tuple(int(k) for k in index),
        targets=np.asarray(targets)[None],
        card=card,
        given=f"{len(inputs)} steps",
        loss=loss,
    )


def blind_subject(folder, text):
    """The subject of an exported folder without its `model.keras`: the answer of the SavedModel alone."""
    import tensorflow as tf

    folder = Path(folder)
    labels = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
    answers = tf.saved_model.load(str(folder)).signatures["serve"](text=tf.constant([text]))
    probabilities = answers["probabilities"].numpy()[0]
    card = folder / "README.md"
    note = (
        f"{folder} holds a SavedModel but no {NATIVE}, in which the layers are. Shown: the answer and the model card. "
        "Not shown, because a SavedModel does not tell its layers: contributions of words, states, gates, gradients, "
        "the drawing. Export the model again with `rnn-zoo export` to see them."
    )
    return Subject(
        name=folder.resolve().name,
        model=None,
        inputs=None,
        steps=[],
        unknown=np.zeros(0, bool),
        answers=[(labels[k], float(probabilities[k])) for k in np.argsort(-probabilities, kind="stable")],
        index=None,
        targets=None,
        card=card.read_text(encoding="utf-8") if card.is_file() else "",
        notes=[note],
        given=text,
    )


def tokens_of(text):
    """The words of a text as the vocabulary sees them."""
    import tensorflow as tf

    from rnn_zoo.text.standardize import standardize

    return [word.decode() for word in tf.strings.split(standardize(tf.constant([text])))[0].numpy()]


def _answer(model, ids):
    # A text without a word has no step at all; recurrences need one, which is padding.
    ids = ids if len(ids) else np.zeros(1, "int32")
    if len(ids) > EAGER_STEPS:
        return model.predict(ids[None], verbose=0)[0]
    return keras.ops.convert_to_numpy(model(ids[None], training=False))[0]


def mean_output(targets, predictions):
    """In place of a loss, where the model's own answer would be one of 0: the mean of what it answers."""
    return keras.ops.mean(predictions)


def _own_answer(model, answer):
    """(targets, loss) that make the model's own answer the right one: class numbers, where its loss is a sparse one."""
    heads = [layer for layer in model._flatten_layers() if hasattr(layer, "make_loss")]
    if heads and "sparse" in heads[-1].make_loss().name:
        return answer.argmax(axis=-1), None
    return answer, mean_output


def _said(labels, probabilities):
    best = int(probabilities.argmax())
    return f"{labels[best]}, {probabilities[best]:.1%}"
