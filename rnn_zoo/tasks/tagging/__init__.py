"""Tagging: one label for each word of a sentence, such as names or parts of speech."""

from rnn_zoo.tasks.task import Task

TASK = Task(
    name="tagging",
    title="One label for each word of a sentence, such as names or parts of speech.",
    recipes=("named_entities", "parts_of_speech"),
    kind="tags",
    answers="answers:Tagger",
    files=("vocabulary.txt", "letters.json", "labels.json"),
    exporter="export:save_run",
    models="models",
)
