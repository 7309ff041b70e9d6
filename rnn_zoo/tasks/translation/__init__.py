"""Translation: a sentence in one language to a sentence in another."""

from rnn_zoo.tasks.task import Task

TASK = Task(
    name="translation",
    title="A sentence in one language to a sentence in another.",
    recipes=("translation",),
    kind="writer",
    answers="rnn_zoo.generation.answers:PretrainedWriter",
    files=("symbols.json", "writer.json"),
    exporter="rnn_zoo.generation.export:save_run",
    page="rnn_zoo.generation.page",
)
