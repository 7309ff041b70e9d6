"""Forecasting: the next steps of a time series, with prediction intervals."""

from rnn_zoo.tasks.task import Task

TASK = Task(
    name="forecasting",
    title="The next steps of a time series, with prediction intervals.",
    recipes=("forecasting",),
    kind="series",
    answers="answers:Forecasts",
    files=("series.json",),
    exporter="export:save_run",
    models="models",
)
