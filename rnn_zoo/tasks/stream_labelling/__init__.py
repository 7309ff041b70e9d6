"""Stream labelling: a label at every step of a stream, such as the end of a word."""

from rnn_zoo.tasks.task import Task

TASK = Task(
    name="stream_labelling",
    title="A label at every step of a stream, such as the end of a word.",
    recipes=("word_detector",),
    kind="steps",
    answers="answers:Steps",
    files=("symbols.json", "labels.json"),
    models="models",
)
