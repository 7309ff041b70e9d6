"""Text generation: text that continues a given beginning, by characters or by words."""

from rnn_zoo.tasks.task import Task

TASK = Task(
    name="text_generation",
    title="Text that continues a given beginning, by characters or by words.",
    recipes=("shakespeare", "next_word"),
    kind="writer",
    answers="rnn_zoo.generation.answers:PretrainedWriter",
    files=("symbols.json", "writer.json"),
    exporter="rnn_zoo.generation.export:save_run",
    page="rnn_zoo.generation.page",
)
