"""The protocol of a run: options, data, training, evaluation beside baselines, result rows, export."""

from rnn_zoo.run.command import run_command
from rnn_zoo.run.recipe import Run, recipe

__all__ = ["Run", "recipe", "run_command"]
