"""What a page is asked about: a live model, an exported folder, a .keras file or the folder of a run."""

import dataclasses
import importlib
import io
from pathlib import Path

import keras
import numpy as np

from rnn_zoo.export import folder as export_folder
from rnn_zoo.export.kinds import KINDS as EXPORTED
from rnn_zoo.export.kinds import kind_of
from rnn_zoo.inspection import kinds
from rnn_zoo.inspection.subject import Subject


def open_subject(model, given, look):
    """The `Subject` of a model and one input of it.

    Args:
        model: as of `rnn_zoo.inspection.inspect`.
        given: the input, as the kind of the model takes it.
        look: `rnn_zoo.inspection.kinds.look.Look`; what an exported folder says of itself goes before it.
    """
    path = Path(model) if isinstance(model, (str, Path)) else None
    if path is not None:
        path, asked = _export_at(path), path
        if path.suffix == ".keras" or not (path / export_folder.SAVED_MODEL).is_file():
            file = path if path.suffix == ".keras" else path / export_folder.KERAS_MODEL
            model, look = _load(file), _beside(file.parent, look, file)
        elif export_folder.KERAS_MODEL in export_folder.missing_files(path):
            return blind_subject(path, given)
        else:
            from rnn_zoo.export import load

            model = load(path)
            if path == asked / "export":
                look = dataclasses.replace(look, name=asked.resolve().name)
    if isinstance(given, str) and given.endswith(".npy"):
        given = _array(given)
    if hasattr(model, "kind"):
        module = kinds.KINDS[model.kind]
        look = dataclasses.replace(
            look, name=look.name or model.name, card=model.card, exported=model, **module.opened(model)
        )
        return module.subject(model.model, given, look)
    model = _network(model, given)
    if not look.card:
        look = dataclasses.replace(look, card=live_card(model))
    return next(module for module in kinds.LIVE if module.is_live(model, given)).subject(model, given, look)


def live_card(model):
    """What can be said of a model that has no card, as Markdown."""
    rows = []
    for layer in model.layers:
        shape = getattr(getattr(layer, "output", None), "shape", None)
        shown = "" if shape is None else "[" + ", ".join("any" if size is None else str(size) for size in shape) + "]"
        rows.append(f"| {layer.name} | {type(layer).__name__} | {shown} | {layer.count_params():,} |")
    table = "\n".join(["| layer | kind | output | parameters |", "|---|---|---|---:|", *rows])
    said = "A live model, which has no card of its own; an exported one says its data, its licence and its limits."
    return f"# {model.name}\n\n{said} It has {model.count_params():,} parameters.\n\n{table}\n"


def blind_subject(folder, given):
    """The subject of an exported folder without its `model.keras`: the answer of the SavedModel alone."""
    kind = EXPORTED[kind_of(folder)]
    exported = object.__new__(_class(kind))  # which would refuse a folder that is not whole
    exported.folder, exported.name = Path(folder), Path(folder).resolve().name
    card = exported.folder / export_folder.CARD
    note = (
        f"{folder} holds a SavedModel but no {export_folder.KERAS_MODEL}, in which the layers are. Shown: the answer "
        "and the model card. Not shown, because a SavedModel does not tell its layers: contributions of words, states, "
        "gates, gradients, the drawing. Export the model again to see them."
    )
    answers, said = _blind_answer(exported, given)
    return Subject(
        name=exported.name,
        answers=answers,
        answer=said,
        card=card.read_text(encoding="utf-8") if card.is_file() else "",
        notes=[note],
        given=str(given),
    )


def _blind_answer(exported, given):
    """(answers, sentence), as `rnn-zoo predict` has them."""
    if exported.kind in ("classes", "images"):
        (answer,) = exported.predict([given])
        ranked = sorted(answer.probabilities.items(), key=lambda one: -one[1])
        return [(name, float(value)) for name, value in ranked], ""
    if exported.kind == "series":
        table, target = exported.predict(given), exported.about["targets"][0]
        return [(f"{target}, {row.time}", float(row[target])) for _, row in table.iterrows()], ""
    from rich.console import Console

    written = io.StringIO()
    exported.show([given], Console(file=written, width=100, markup=False, highlight=False, no_color=True))
    return [], written.getvalue().strip()


def _class(kind):
    return getattr(importlib.import_module(kind.module), kind.name)


def _export_at(path):
    """The folder that a name or a path means: of a run that has one, its export."""
    if path.suffix == ".keras" and not path.is_dir():
        return path
    if not path.is_dir():
        from rnn_zoo.zoo import find_pretrained

        return Path(find_pretrained(str(path)))  # or an error that lists those that there are
    inner = path / "export"
    return inner if not (path / export_folder.SAVED_MODEL).is_file() and inner.is_dir() else path


def _load(file):
    import rnn_zoo.layers  # noqa: F401  registers the layers that the file names

    if not file.is_file():
        raise FileNotFoundError(
            f"there is no file {file}: give an exported folder, a .keras file, or the folder of a run, which holds one."
        )
    try:
        return keras.saving.load_model(file, compile=False)
    except (ValueError, TypeError, OSError) as error:
        raise ValueError(f"{file} cannot be read as a Keras model: {error}") from error


def _beside(folder, look, file):
    """The `Look` with what the files beside a .keras file say: words, letters, symbols, labels."""
    from rnn_zoo.export.source import read_labels
    from rnn_zoo.text import Spelling, Symbols, Vocabulary

    found = {"name": file.stem if file.name != export_folder.KERAS_MODEL else folder.resolve().name}
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
    # What the caller gives goes before what lies there.
    given = {name: value for name in found if (value := getattr(look, name)) is not None}
    return dataclasses.replace(look, **{**found, **given})


def _array(path):
    try:
        return np.load(path, allow_pickle=False)
    except (ValueError, OSError) as error:
        raise ValueError(f"{path} does not hold an array: {error}") from error


def _network(model, given):
    """The keras.Model of a live one: of a `Writer` or its generator the training one, of a forecaster its network."""
    if isinstance(model, keras.Model):
        return model
    if isinstance(getattr(model, "training", None), keras.Model):
        return model.training
    if hasattr(model, "decoder"):
        return _training(model)
    if hasattr(model, "margins") and isinstance(getattr(model, "model", None), keras.Model):
        from rnn_zoo.export.series import raw_model

        return raw_model(model, given) if model.margins is not None and hasattr(given, "series") else model.model
    raise ValueError(
        "`model` must be an exported folder, the name of one, a .keras file, the folder of a run, a keras.Model, a "
        f"`Writer` or a fitted forecaster, got {type(model).__name__}."
    )


def _training(generator):
    """The training model of a `Generator`, of the same layers."""
    from rnn_zoo.topologies.writer import front_input

    previous = front_input("front", generator.decoder.front, "previous")
    if generator.encoder is None:
        return keras.Model(previous, generator.decoder(previous), name="writer")
    if isinstance(generator.encoder, keras.Model):
        sources, read = generator.encoder.inputs, generator.encoder.output
    else:
        sources = [front_input("source_front", generator.encoder.front, "read")]
        read = generator.encoder(sources[0])
    return keras.Model([*sources, previous], generator.decoder(previous, read), name="writer")
