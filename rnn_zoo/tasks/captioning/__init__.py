"""Captioning: a sentence that describes an image."""

from rnn_zoo.tasks.task import Task

TASK = Task(
    name="captioning",
    title="A sentence that describes an image.",
    recipes=("image_captions",),
    kind="writer",
    answers="rnn_zoo.generation.answers:PretrainedWriter",
    files=("symbols.json", "writer.json"),
    exporter="rnn_zoo.generation.export:save_run",
    page="rnn_zoo.generation.page",
)
