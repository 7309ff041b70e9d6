"""Writes a trained forecaster as one folder that takes raw windows and answers in their units."""

import json
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from rnn_zoo.export import folder as export_folder
from rnn_zoo.export import kinds
from rnn_zoo.export.card import Use
from rnn_zoo.export.saving import check_place, complete
from rnn_zoo.files import atomic_file, atomic_folder
from rnn_zoo.layers.heads.raw_forecast import RawForecast
from rnn_zoo.layers.recurrent.implementation import portable
from rnn_zoo.types import Model

SERIES = "series.json"
KIND = "series"


def save_series(
    forecaster: Any,
    windows: Any,
    to: str | Path,
    *,
    card: dict[str, Any] | None = None,
    metrics: dict[str, Any] | None = None,
) -> Any:
    """Exports a forecaster: a SavedModel from a raw window to the steps ahead, with all that is known about it.

    Its intervals are as wide as those of the last window of the test part, when all before it is known. The folder `to`
    is the old export or the new one, whenever this is killed. It holds the SavedModel, whose signature
    `serve` takes `past` <float32>[batch, lookback, columns] in units, where there are such `known` <float32>[batch,
    horizon, known], and where the model reads the time `times` <int32>[batch, lookback + horizon], minutes since 1970,
    and gives `forecast`, `lower` and `upper` <float32>[batch, horizon, targets] in units; `model.keras`, the same;
    `series.json`, what `describe` gives; `metrics.json`, the model card and `SHA256SUMS`.

    Args:
        forecaster: rnn_zoo.tasks.forecasting.forecasters.Network, fitted.
        windows: rnn_zoo.datasets.Windows, that it was fitted on.
        to: folder to write; absent, empty, or an earlier export, which is then replaced.
        card: dict for the model card, as of `rnn_zoo.export.save`.
        metrics: dict written to `metrics.json`.
    Returns:
        pathlib.Path: the folder.
    Raises:
        ValueError: `to` holds anything but an export. Nothing has been written then.
        RuntimeError: the forecaster is not fitted, or Keras runs on another backend than TensorFlow.
    """
    return _save(forecaster.model, describe(forecaster, windows), to, card, metrics)


def save_run(
    model: Model,
    folder: Path,
    to: str | Path,
    *,
    card: dict[str, Any] | None = None,
    metrics: dict[str, Any] | None = None,
) -> Any:
    """`save_series` of what lies in a folder: a network beside what `complete_run` wrote, or an earlier export."""
    said = json.loads((folder / SERIES).read_text(encoding="utf-8"))
    raw = [layer for layer in model.layers if isinstance(layer, RawForecast)]
    return _save(raw[0].network if raw else model, said, to, card, metrics)


def complete_run(out: str | Path, forecaster: Any, windows: Any) -> None:
    """Writes `kind.txt` and `series.json`, which `rnn-zoo export` needs, to a run's folder."""
    for name, text in ((kinds.KIND, KIND), (SERIES, _json(describe(forecaster, windows)))):
        with atomic_file(Path(out) / name) as file:
            file.write(f"{text}\n")


def describe(forecaster: Any, windows: Any) -> dict[str, Any]:
    """dict of plain values: what a file to predict from has to hold, and what the network's numbers mean.

    Raises:
        RuntimeError: the forecaster is not fitted.
    """
    if forecaster.margins is None:
        raise RuntimeError(f"{forecaster.name} has not learned anything yet: call `fit` first.")
    series, clock = windows.series, windows.time_features
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
        "margins": forecaster.margins_at(windows, windows.starts("test")[-1]).tolist(),
    }


def raw_model(forecaster: Any, windows: Any) -> Any:
    """keras.Model from a raw window, named as the signature, to a dict of forecast, lower and upper in units."""
    return _raw(forecaster.model, describe(forecaster, windows))


def _raw(network, said):
    columns = len(said["targets"]) + len(said["inputs"]) + len(said["known"])
    inputs = {"past": keras.Input((said["lookback"], columns), name="past")}
    if said["known"]:
        inputs["known"] = keras.Input((said["horizon"], len(said["known"])), name="known")
    if said["clock"]:
        inputs["times"] = keras.Input((said["lookback"] + said["horizon"],), dtype="int32", name="times")
    layer = RawForecast(
        network,
        *(said[name] for name in ("mean", "deviation", "margins", "levels")),
        known=len(said["known"]),
        clock=keras.saving.deserialize_keras_object(said["time_features"]),
        name="raw_forecast",
    )
    return keras.Model(inputs, layer(**inputs), name=network.name)


def _save(network, said, to, card, metrics):
    to = check_place(to)
    model = _raw(network, said)
    with atomic_folder(to) as new:
        with portable(network):
            _archive(model).write_out(str(new), verbose=False)
        model.save(new / export_folder.KERAS_MODEL)
        (new / SERIES).write_text(f"{_json(said)}\n", encoding="utf-8")
        complete(new, to.name, [], card, metrics, kind=KIND, use=_use(said), parameters=network.count_params())
    return to


def _json(said):
    return json.dumps(said, ensure_ascii=False)


def _archive(model):
    names = list(model.input)
    signature = [tf.TensorSpec(one.shape, one.dtype, name=name) for name, one in model.input.items()]

    def serve(*values):
        return model(dict(zip(names, values, strict=True)), training=False)

    archive = keras.export.ExportArchive()
    archive.add_endpoint("serve", serve, signature)
    return archive


def _use(said):
    columns = [*said["targets"], *said["inputs"], *said["known"]]
    arguments = [f"past=tf.zeros([1, {said['lookback']}, {len(columns)}])"]
    if said["known"]:
        arguments.append(f"known=tf.zeros([1, {said['horizon']}, {len(said['known'])}])")
    if said["clock"]:
        arguments.append(f"times=tf.zeros([1, {said['lookback'] + said['horizon']}], tf.int32)")
    ahead = f" and, of the steps ahead, {', '.join(said['known'])}" if said["known"] else ""
    ahead += "; times are minutes since 1970" if said["clock"] else ""
    return Use(
        "A recurrent network that forecasts a series.",
        f"Input: the last {said['lookback']} steps ({said['frequency']}) of {', '.join(columns)}, raw{ahead}. Output: "
        f"the next {said['horizon']} steps of {', '.join(said['targets'])}, each with the ends of an interval of "
        f"{said['coverage']:.0%}, in the same units.",
        f"""answers = model.signatures["serve"]({", ".join(arguments)})
answers["forecast"], answers["lower"], answers["upper"]""",
        "--file FILE.csv",
    )
