"""Text classification: one label for a whole text, such as the sentiment of a review."""

from rnn_zoo.tasks.task import Task

TASK = Task(
    name="text_classification",
    title="One label for a whole text, such as the sentiment of a review.",
    recipes=("imdb_sentiment", "imdb_language_model"),
    kind="classes",
    answers="answers:Pretrained",
    files=("vocabulary.txt", "labels.json"),
    exporter="export:save_run",
    export_options={
        "vocabulary": ("vocabulary.txt", "the vocabulary"),
        "labels": ("labels.json", "the names of the classes"),
    },
    models="models",
)
