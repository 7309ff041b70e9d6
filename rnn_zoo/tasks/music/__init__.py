"""Music: predicts the chords that continue a piece."""

from rnn_zoo.tasks.task import Task

TASK = Task(
    name="music",
    title="The chords that continue a piece of music.",
    recipes=("chorales",),
    kind="music",
    answers="answers:PretrainedMusic",
    files=("music.json",),
    exporter="export:save_run",
)
