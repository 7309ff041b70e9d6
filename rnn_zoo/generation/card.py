"""Usage section of the model card of a network that generates text."""

from collections.abc import Mapping, Sequence
from typing import Any

from rnn_zoo.export.card import Use
from rnn_zoo.text import Symbols


def use_of(settings: Mapping[str, Any], symbols: Symbols, sources: Sequence[str]) -> Use:
    """Describes inputs, outputs and commands.

    Args:
        settings: the content of writer.json.
        symbols: the symbols that it generates.
        sources: names of its inputs, where it describes vectors.
    """
    task, most = settings["task"], f"up to {settings['max_length']} {symbols.unit}"
    if task == "describe":
        given = ", ".join(f"{name}={name}" for name in sources)
        return Use(
            "A recurrent network that describes vectors in words.",
            f"Input: {', '.join(f'`{name}`' for name in sources)}, a row each. Output: a description, {most}.",
            f'model.signatures["serve"]({given})["text"]',
            f"--file features.{'npy' if len(sources) == 1 else 'npz'}",
        )
    if task == "translate":
        example = "A dog runs."
        summary = "A recurrent network that translates a sentence."
        answers = f"Input: a sentence. Output: its translation, {most}."
    else:
        example = "The food is" if symbols.unit == "words" else "To be, or not"
        summary = f"A recurrent network that continues a text, {symbols.unit[:-1]} by {symbols.unit[:-1]}."
        answers = f"Input: the beginning of a text. Output: its continuation, {most}, and its log-probability in nats."
    python, arguments = f'model.serve(tf.constant(["{example}"]))["text"]', f'"{example}"'
    if settings["width"] is None:
        options = f"tf.constant({float(settings['temperature'])}), tf.constant(1)"
        python += f'\nmodel.sample(tf.constant(["{example}"]), {options})["text"]'
        python += "  # temperature, seed; top k and top p may follow"
        arguments += " --seed 1"
    if task == "continue":
        python += f'\nmodel.rank(tf.constant(["{example}"]))["next"]'
        if settings["width"] is not None:
            python += f'\nmodel.complete(tf.constant(["{example}"]))  # text, probability: the best found, ranked'
    return Use(summary, answers, python, arguments)
