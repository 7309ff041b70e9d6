"""Image classification: one label for an image, as a whole or row by row."""

from rnn_zoo.tasks.task import Task

TASK = Task(
    name="image_classification",
    title="One label for an image, as a whole or row by row.",
    recipes=("digit_images",),
    kind="images",
    answers="answers:Images",
    files=("labels.json",),
    models="models",
)
