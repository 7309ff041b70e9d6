"""The subject of a page: a live model, an exported folder, a .keras file or the folder of a run."""

import dataclasses
import io
from pathlib import Path
from typing import Any

import keras

from rnn_zoo.export import folder as export_folder
from rnn_zoo.export.kinds import answers_class, kind_of
from rnn_zoo.export.locate import find_pretrained
from rnn_zoo.export.reading import load_keras_model
from rnn_zoo.files.reading import read_array
from rnn_zoo.inspection import arrays
from rnn_zoo.inspection.look import Look
from rnn_zoo.inspection.subject import Subject
from rnn_zoo.tasks.loading import load
from rnn_zoo.tasks.registry import pages
from rnn_zoo.types import Model


def open_subject(model: Any, given: Any, look: Look) -> Subject:
    """The `Subject` of a model and one input.

    Args:
        model: see `rnn_zoo.tasks.inspecting.inspect`.
        given: the input, in the form that the kind of the model takes.
        look: settings of the page; those of an exported folder take precedence.
    """
    path = Path(model) if isinstance(model, (str, Path)) else None
    if path is not None:
        path, named = _export_at(path), path
        if path.suffix == ".keras" or not (path / export_folder.SAVED_MODEL).is_file():
            file = path if path.suffix == ".keras" else path / export_folder.KERAS_MODEL
            model, look = _load(file), _with_files(file.parent, look, file)
        elif export_folder.KERAS_MODEL in export_folder.missing_files(path):
            return saved_model_subject(path, given)
        else:
            model = load(path)
            if path == named / "export":
                look = dataclasses.replace(look, name=named.resolve().name)
    if isinstance(given, str) and given.endswith(".npy"):
        given = read_array(given, "numbers")
    if hasattr(model, "kind"):
        module = pages()[model.kind]
        look = dataclasses.replace(
            look, name=look.name or model.name, card=model.card, exported=model, **module.opened(model)
        )
        return module.subject(model.model, given, look)
    model = _network(model, given)
    if not look.card:
        look = dataclasses.replace(look, card=live_card(model))
    live = [*pages().values(), arrays]
    return next(page for page in live if page.is_live(model, given)).subject(model, given, look)


def live_card(model: Model) -> str:
    """A card for a live model, as Markdown: its layers and parameters."""
    rows = []
    for layer in model.layers:
        shape = getattr(getattr(layer, "output", None), "shape", None)
        shown = "" if shape is None else "[" + ", ".join("any" if size is None else str(size) for size in shape) + "]"
        rows.append(f"| {layer.name} | {type(layer).__name__} | {shown} | {layer.count_params():,} |")
    table = "\n".join(["| layer | class | output | parameters |", "|---|---|---|---:|", *rows])
    note = "A live model, which has no card; the card of an exported model states its data, licence and limits."
    return f"# {model.name}\n\n{note} It has {model.count_params():,} parameters.\n\n{table}\n"


def saved_model_subject(folder: Path, given: Any) -> Subject:
    """The subject of an exported folder without `model.keras`: the prediction of the SavedModel alone."""
    exported = object.__new__(answers_class(kind_of(folder)))  # `__init__` refuses an incomplete folder
    exported.folder, exported.name = Path(folder), Path(folder).resolve().name
    card = exported.folder / export_folder.CARD
    note = (
        f"{folder} holds a SavedModel but no {export_folder.KERAS_MODEL}, which contains the layers. Shown: prediction "
        "and model card. Not shown, because they need the layers: contributions, states, gates, gradients, drawing. "
        "Export the model again to see them."
    )
    answers, sentence = _saved_model_answer(exported, given)
    return Subject(
        name=exported.name,
        answers=answers,
        answer=sentence,
        card=card.read_text(encoding="utf-8") if card.is_file() else "",
        notes=[note],
        given=str(given),
    )


def _saved_model_answer(exported: Any, given: Any) -> tuple[list[tuple[str, float]], str]:
    """(answers, sentence), equal to those of `rnn-zoo predict`."""
    if exported.kind in ("classes", "images"):
        (answer,) = exported.predict([given])
        ranked = sorted(answer.probabilities.items(), key=lambda one: -one[1])
        return [(name, float(value)) for name, value in ranked], ""
    if exported.kind == "series":
        table, target = exported.predict(given), exported.about["targets"][0]
        return [(f"{target}, {row.time}", float(row[target])) for _, row in table.iterrows()], ""
    from rnn_zoo.terminal import Terminal

    written = io.StringIO()
    exported.show([given], Terminal(file=written, width=100, no_color=True))
    return [], written.getvalue().strip()


def _export_at(path: Path) -> Path:
    """The folder of a name or path; for the folder of a run, its export if there is one."""
    if path.suffix == ".keras" and not path.is_dir():
        return path
    if not path.is_dir():
        return Path(find_pretrained(str(path)))  # or an error that lists the known names
    inner = path / "export"
    return inner if not (path / export_folder.SAVED_MODEL).is_file() and inner.is_dir() else path


def _load(file: Path) -> Model:
    if not file.is_file():
        raise FileNotFoundError(
            f"there is no file {file}: pass an exported folder, a .keras file, or the folder of a run with one."
        )
    return load_keras_model(file)


def _with_files(folder: Path, look: Look, file: Path) -> Look:
    """The `Look` with vocabulary and labels from the files in the folder of a .keras file."""
    from rnn_zoo.export.reading import read_labels
    from rnn_zoo.text import Spelling, Symbols, Vocabulary

    found: dict[str, Any] = {"name": file.stem if file.name != export_folder.KERAS_MODEL else folder.resolve().name}
    if (folder / "letters.json").is_file():
        found["vocabulary"] = Spelling.load(folder)
    elif (folder / export_folder.VOCABULARY).is_file():
        found["vocabulary"] = Vocabulary.load(folder / export_folder.VOCABULARY)
    elif (folder / "symbols.json").is_file():
        found["labels"] = Symbols.load(folder / "symbols.json")
        source = folder / "source_symbols.json"
        found["vocabulary"] = Symbols.load(source) if source.is_file() else found["labels"]
    if (folder / export_folder.LABELS).is_file():
        found["labels"] = read_labels(folder / export_folder.LABELS)
    # Arguments of the caller take precedence over files.
    given = {name: value for name in found if (value := getattr(look, name)) is not None}
    return dataclasses.replace(look, **{**found, **given})


def _network(model: Any, given: Any) -> Model:
    """The keras.Model of a live model: the training model of a `Writer` or generator, the network of a forecaster."""
    if isinstance(model, keras.Model):
        return model
    if isinstance(getattr(model, "training", None), keras.Model):
        return model.training
    if hasattr(model, "decoder"):
        return _training(model)
    if isinstance(getattr(model, "model", None), keras.Model) and hasattr(model, "inspected_model"):
        return model.inspected_model(given)
    raise ValueError(
        "`model` must be an exported folder, the name of one, a .keras file, the folder of a run, a keras.Model, a "
        f"`Writer` or a fitted forecaster, got {type(model).__name__}."
    )


def _training(generator: Any) -> Model:
    """The training model with the layers of a `Generator`."""
    from rnn_zoo.topologies.writer import front_input

    previous = front_input("front", generator.decoder.front, "previous")
    if generator.encoder is None:
        return keras.Model(previous, generator.decoder(previous), name="writer")
    if isinstance(generator.encoder, keras.Model):
        sources, encoded = generator.encoder.inputs, generator.encoder.output
    else:
        sources = [front_input("source_front", generator.encoder.front, "read")]
        encoded = generator.encoder(sources[0])
    return keras.Model([*sources, previous], generator.decoder(previous, encoded), name="writer")
