"""Tasks: one folder each, with the data, models, baselines, report, export, answers and page of that task."""

from rnn_zoo.tasks.registry import NAMES, find_task, tasks
from rnn_zoo.tasks.task import Example, Task

__all__ = ["NAMES", "Example", "Task", "find_task", "tasks"]

tasks()  # registers the kinds of exports; imports no Keras
