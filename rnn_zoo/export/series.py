"""Writes a trained forecaster as one folder that takes raw windows and answers in their units."""

import json

import keras
import tensorflow as tf

from rnn_zoo.export import folder as export_folder
from rnn_zoo.export.card import Use
from rnn_zoo.export.saving import check_place, complete
from rnn_zoo.files import atomic_folder
from rnn_zoo.layers.implementation import portable
from rnn_zoo.layers.raw_forecast import RawForecast

SERIES = "series.json"
KIND = "series"


def save_series(forecaster, windows, to, *, card=None, metrics=None):
    """Exports a forecaster: a SavedModel from a raw window to the steps ahead, with all that is known about it.

    Its intervals are as wide as those of the last window of the test part, when all before it is known. The folder `to`
    is the old export or the new one, whenever this is killed. It holds the SavedModel, whose signature
    `serve` takes `past` <float32>[batch, lookback, columns] in units, where there are such `known` <float32>[batch,
    horizon, known], and where the model reads the time `times` <int32>[batch, lookback + horizon], minutes since 1970,
    and gives `forecast`, `lower` and `upper` <float32>[batch, horizon, targets] in units; `model.keras`, the same;
    `series.json`, what a file to predict from has to hold; `metrics.json`, the model card and `SHA256SUMS`.

    Args:
        forecaster: rnn_zoo.forecasting.Network, fitted.
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
    to = check_place(to)
    if forecaster.margins is None:
        raise RuntimeError(f"{forecaster.name} has not learned anything yet: call `fit` first.")
    series = windows.series
    model = raw_model(forecaster, windows)
    said = {
        "time": series.time,
        "targets": list(series.targets),
        "inputs": list(series.inputs),
        "known": list(series.known),
        "frequency": series.frequency,
        "lookback": windows.lookback,
        "horizon": windows.horizon,
        "coverage": forecaster.coverage,
        "clock": windows.time_features is not None,
    }
    with atomic_folder(to) as new:
        with portable(forecaster.model):
            _archive(model).write_out(str(new), verbose=False)
        model.save(new / export_folder.KERAS_MODEL)
        (new / SERIES).write_text(json.dumps(said, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        parameters = forecaster.model.count_params()
        complete(new, to.name, [], card, metrics, kind=KIND, use=_use(said), parameters=parameters)
    return to


def raw_model(forecaster, windows):
    """keras.Model from a raw window, named as the signature, to a dict of forecast, lower and upper in units."""
    series = windows.series
    inputs = {"past": keras.Input((windows.lookback, len(series.columns)), name="past")}
    if series.known:
        inputs["known"] = keras.Input((windows.horizon, len(series.known)), name="known")
    if windows.time_features is not None:
        inputs["times"] = keras.Input((windows.lookback + windows.horizon,), dtype="int32", name="times")
    layer = RawForecast(
        forecaster.model,
        windows.scale.mean,
        windows.scale.deviation,
        forecaster.margins_at(windows, windows.starts("test")[-1]),
        forecaster.levels,
        known=len(series.known),
        clock=windows.time_features,
        name="raw_forecast",
    )
    return keras.Model(inputs, layer(**inputs), name=forecaster.name)


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
