"""Exports a trained forecaster as a folder: raw windows in, forecasts in the units of the data out."""

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from rnn_zoo.export import folder as export_folder
from rnn_zoo.export import kinds
from rnn_zoo.export.card import Use
from rnn_zoo.export.onnx.files import save_onnx
from rnn_zoo.export.onnx.model import model_to_onnx
from rnn_zoo.export.saving import check_place, complete
from rnn_zoo.files import atomic_file, atomic_folder
from rnn_zoo.layers.heads.raw_forecast import RawForecast
from rnn_zoo.layers.recurrent.implementation import portable
from rnn_zoo.series.windows import Windows
from rnn_zoo.tasks.forecasting.answers import read_description
from rnn_zoo.training.checkpoint import save_model
from rnn_zoo.types import Model, Tensor

SERIES = "series.json"
KIND = "series"


def save_series(
    forecaster: Any,
    windows: Windows,
    to: str | Path,
    *,
    card: Mapping[str, Any] | None = None,
    metrics: Mapping[str, Any] | None = None,
) -> Path:
    """Exports a forecaster: a SavedModel from a raw window to the next steps, its description, card and metrics.

    The width of its intervals is fixed: the margins of the last window of the test part, after all earlier steps.
    Atomic: if this is killed, `to` is the old export or the new one. It holds the SavedModel, whose signature `serve`
    takes

        past   <float32>[batch, lookback, columns], in units
        known  <float32>[batch, horizon, known], in units; only for a model with known columns
        times  <int32>[batch, lookback + horizon], minutes since 1970; only for a model with time features

    and returns `forecast`, `lower` and `upper`, each <float32>[batch, horizon, targets], in units; `model.keras` with
    the same inputs and outputs; `series.json`, see `describe`; `metrics.json`, the model card and `SHA256SUMS`.

    Args:
        forecaster: a fitted `rnn_zoo.tasks.forecasting.forecasters.Network`.
        windows: the windows that it was fitted on.
        to: folder to write: new, empty, or an earlier export, which is replaced.
        card: entries of the model card, see `rnn_zoo.export.card.model_card`.
        metrics: written to `metrics.json`.
    Returns:
        the folder.
    Raises:
        ValueError: `to` holds anything but an export. Nothing is written then.
        RuntimeError: the forecaster is not fitted.
        ValueError: Keras runs on another backend than TensorFlow.
    """
    return _save(forecaster.model, describe(forecaster, windows), to, card, metrics)


def save_run(
    model: Model,
    folder: Path,
    to: str | Path,
    *,
    card: Mapping[str, Any] | None = None,
    metrics: Mapping[str, Any] | None = None,
) -> Path:
    """Exports the model of a folder, like `save_series`.

    Args:
        model: keras.Model of the folder: the network of a run, or the raw model of an export.
        folder: a run's folder with the files of `complete_run`, or an earlier export.
        to, card, metrics: as `save_series`.
    Returns:
        the new folder.
    """
    description = read_description(folder)
    raw = [layer for layer in model.layers if isinstance(layer, RawForecast)]
    return _save(raw[0].network if raw else model, description, to, card, metrics)


def complete_run(out: str | Path, forecaster: Any, windows: Windows) -> None:
    """Writes `kind.txt` and `series.json` to a run's folder; `rnn-zoo export` needs them."""
    if forecaster.joins:  # a network's run holds its model already
        save_model(Path(out) / export_folder.KERAS_MODEL, forecaster.model)
    for name, text in ((kinds.KIND, KIND), (SERIES, _json(describe(forecaster, windows)))):
        with atomic_file(Path(out) / name) as file:
            file.write(f"{text}\n")


def describe(forecaster: Any, windows: Windows) -> dict[str, Any]:
    """Description of an exported forecaster, as values for JSON.

    Args:
        forecaster: a fitted `Network`.
        windows: the windows that it was fitted on.
    Returns:
        time, targets, inputs, known: names of the columns; frequency: in pandas notation; lookback, horizon: in steps;
        coverage: of the intervals; clock: whether the model has time features, and time_features their layer; levels:
        quantile levels of the network; mean, deviation: scale of each column; margins: [horizon][targets], scaled; for
        many series id, their columns, and margins [groups][horizon][targets] with their edges; transform: of the
        targets; reading: how the file writes times and numbers; static: the words of the static columns.
    Raises:
        RuntimeError: the forecaster is not fitted.
    """
    if forecaster.margins is None:
        raise RuntimeError(f"{forecaster.name} is not fitted yet: call `fit` first.")
    series, clock = windows.series, windows.time_features
    last = forecaster.margins if series.many else forecaster.margins_at(windows, windows.starts("test")[-1])
    transform = dataclasses.asdict(windows.power)
    finite = [least if np.isfinite(least) else None for least in transform["floor"]]
    return {
        "time": series.time,
        "targets": list(series.targets),
        "inputs": list(series.inputs),
        "known": list(series.known),
        "frequency": series.frequency,
        "lookback": windows.lookback,
        "horizon": windows.horizon,
        "coverage": forecaster.coverage,
        "clock": clock is not None,
        "time_features": keras.saving.serialize_keras_object(clock),
        "levels": list(forecaster.levels),
        "mean": windows.scale.mean.tolist(),
        "deviation": windows.scale.deviation.tolist(),
        "margins": last.tolist(),
        "edges": forecaster.edges.tolist() if series.many else [],
        "transform": {**transform, "floor": finite},
        "reading": dataclasses.asdict(series.reading),
        "id": list(series.id_columns),
        "static": series.static,
    }


def raw_model(forecaster: Any, windows: Windows) -> Model:
    """keras.Model from a raw window to forecast, lower and upper in units; see `save_series` for inputs and outputs."""
    return _raw(forecaster.model, describe(forecaster, windows))


def _raw(network: Model, description: Mapping[str, Any]) -> Model:
    columns = len(description["targets"]) + len(description["inputs"]) + len(description["known"])
    inputs = {"past": keras.Input((description["lookback"], columns), name="past")}
    if description["known"]:
        inputs["known"] = keras.Input((description["horizon"], len(description["known"])), name="known")
    if description["clock"]:
        inputs["times"] = keras.Input((description["lookback"] + description["horizon"],), dtype="int32", name="times")
    layer = RawForecast(
        network,
        description["mean"],
        description["deviation"],
        description["margins"],
        description["levels"],
        known=len(description["known"]),
        transform=_transform(description.get("transform")),
        by_window=bool(description.get("id")),
        edges=description.get("edges", ()),
        clock=keras.saving.deserialize_keras_object(description["time_features"]),
        name="raw_forecast",
    )
    return keras.Model(inputs, layer(**inputs), name=network.name)


def _transform(described: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The transform of a description for `RawForecast`; None for none."""
    if described is None:
        return None
    floor = [-np.inf if least is None else least for least in described["floor"]]
    plain = all(power == 1 for power in described["power"]) and not any(described["shift"])
    return None if plain and max(floor) == -np.inf else {**described, "floor": floor}


def _save(
    network: Model,
    description: Mapping[str, Any],
    to: str | Path,
    card: Mapping[str, Any] | None,
    metrics: Mapping[str, Any] | None,
) -> Path:
    to = check_place(to)
    model = _raw(network, description)
    with atomic_folder(to) as new:
        with portable(network):
            _archive(model).write_out(str(new), verbose=False)
        model.save(new / export_folder.KERAS_MODEL)
        (new / SERIES).write_text(f"{_json(description)}\n", encoding="utf-8")
        onnx = save_onnx(new, model=lambda: model_to_onnx(model))
        sizes = {"parameters": network.count_params()}
        complete(new, to.name, [], card, metrics, kind=KIND, use=_use(description), **sizes, onnx=onnx)
    return to


def _json(description: Mapping[str, Any]) -> str:
    return json.dumps(description, ensure_ascii=False)


def _archive(model: Model) -> keras.export.ExportArchive:
    names = list(model.input)
    signature = [tf.TensorSpec(tensor.shape, tensor.dtype, name=name) for name, tensor in model.input.items()]

    def serve(*values: Tensor) -> dict[str, Tensor]:
        return model(dict(zip(names, values, strict=True)), training=False)

    archive = keras.export.ExportArchive()
    archive.add_endpoint("serve", serve, signature)
    return archive


def _use(description: Mapping[str, Any]) -> Use:
    lookback, horizon, known = (description[name] for name in ("lookback", "horizon", "known"))
    targets, coverage = ", ".join(description["targets"]), f"{description['coverage']:.0%}"
    columns = [*description["targets"], *description["inputs"], *known]
    arguments = [f"past=tf.zeros([1, {lookback}, {len(columns)}])"]
    further = ""
    if known:
        arguments.append(f"known=tf.zeros([1, {horizon}, {len(known)}])")
        further += f", and {', '.join(known)} of the next {horizon} steps"
    if description["clock"]:
        arguments.append(f"times=tf.zeros([1, {lookback + horizon}], tf.int32)")
        further += "; times are minutes since 1970"
    return Use(
        "A model that forecasts a series.",
        f"Input: the last {lookback} steps ({description['frequency']}) of {', '.join(columns)}, in their units"
        f"{further}. Output: the next {horizon} steps of {targets}, in their units, each with a {coverage} interval.",
        f"""answers = model.signatures["serve"]({", ".join(arguments)})
answers["forecast"], answers["lower"], answers["upper"]""",
        "--file FILE.csv",
    )
