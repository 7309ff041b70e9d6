"""Exports a model on disk: the folder of a run, an earlier export or a .keras file."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rnn_zoo.export import folder as export_folder
from rnn_zoo.export.kinds import KIND, KINDS, kind_of, resolve
from rnn_zoo.export.reading import existing_file, load_keras_model, read_json


def save_from(
    source: str | Path,
    to: str | Path,
    *,
    vocabulary: str | Path | None = None,
    labels: Sequence[str] | None = None,
    card: Mapping[str, Any] | None = None,
) -> Path:
    """Exports a trained model from its files.

    Args:
        source: folder with `model.keras`, the files of its kind (kind.txt states it; without kind.txt: `vocabulary.txt`
            and `labels.json`) and, if present, `metrics.json`. Or a .keras file in such a folder.
        to: folder to write.
        vocabulary: file that `rnn_zoo.text.Vocabulary.save` wrote. Default None: `vocabulary.txt` in the folder.
        labels: the classes in the order of the model's outputs. Default None: those of `labels.json`.
        card: entries of the model card.

    Returns:
        The folder written.

    Raises:
        FileNotFoundError: a file is missing; names it and the option that replaces it.
        ValueError: a file has the wrong content, an argument does not fit the kind, the kind has no exporter, or the
            exporter of the task refuses the model.
    """
    source, to = Path(source), Path(to)
    export_folder.refuse_foreign_folder("to", to)
    folder = source if source.is_dir() else source.parent
    model_file = existing_file(folder / export_folder.KERAS_MODEL if source.is_dir() else source, "a trained model")
    if model_file.suffix != ".keras":
        raise ValueError(
            f"{model_file} must be a .keras file, written by `model.save('model.keras')`, or the folder of a run."
        )
    kind = KINDS[kind_of(folder)]
    given = {"vocabulary": vocabulary, "labels": labels}
    given = {name: value for name, value in given.items() if value is not None}
    for name in given:
        if name not in kind.options:
            raise ValueError(
                f"`{name}` is for classifiers; {folder / KIND} says {kind.name!r}, whose files come from the folder."
            )
    if not kind.exporter:
        raise ValueError(
            f"{folder} is of the kind {kind.name!r}, which its recipe exports: repeat the command of the run, which "
            "loads and exports the finished model."
        )
    exported = folder / "export"
    if not (given or (folder / KIND).is_file() or (folder / kind.files[0]).exists()) and (exported / KIND).is_file():
        raise FileNotFoundError(f"{folder} is a run of the kind {kind_of(exported)!r}; pass its export, {exported}.")
    for name in kind.files:
        option, what = next(((o, w) for o, (file, w) in kind.options.items() if file == name), ("", ""))
        if option not in given:
            what = f"{what}; or pass `{option}`" if option else f"data that an export of the kind {kind.name!r} needs"
            existing_file(folder / name, what)
    if vocabulary is not None:
        existing_file(vocabulary, "the vocabulary; or pass `vocabulary`")
    metrics_file = folder / export_folder.METRICS
    metrics = read_json(metrics_file, dict) if metrics_file.is_file() else None
    save_run = resolve(kind.exporter)
    return save_run(load_keras_model(model_file), folder, to, **given, card=card, metrics=metrics)
