"""Exported forecasters: a raw window, or a file, in; the steps ahead in units out."""

import dataclasses

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from waves import waves

import rnn_zoo
from rnn_zoo import cli, create_model
from rnn_zoo.export.folder import verify_checksums
from rnn_zoo.layers import TimeFeatures
from rnn_zoo.layers.heads.quantiles import LEVELS
from rnn_zoo.series.windows import minutes
from rnn_zoo.tasks.forecasting.export import complete_run, raw_model, save_series
from rnn_zoo.tasks.forecasting.forecasters import Network


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    """A network that reads a column known ahead and the calendar, and its windows."""
    keras.utils.set_random_seed(0)
    windows = dataclasses.replace(waves(), time_features=TimeFeatures())

    def build(seen):
        sizes = {"lookback": 14, "horizon": 3, "features": seen.features, "targets": 2, "known": seen.known}
        return create_model("forecast_encoder_decoder", **sizes, units=4)

    network = Network("tiny", build, LEVELS, tmp_path_factory.mktemp("run"), epochs=1, patience=0)
    return network.fit(windows), windows


@pytest.fixture(scope="module")
def folder(fitted, tmp_path_factory):
    return save_series(*fitted, tmp_path_factory.mktemp("export") / "tiny", card={"licence": "none"})


def raw(windows, start):
    """What the exported model reads of one window: past, known, times."""
    series = windows.series
    seen, ahead = slice(start - 14, start), slice(start, start + 3)
    return series.values[None, seen], series.values[None, ahead, 2:], series.times[start - 14 : start + 3]


def write(path, windows, start, columns=("a", "b", "sunday"), known=True):
    """A file of the series up to a step, and of what is known of the next three."""
    frame = pd.DataFrame(windows.series.values, columns=["a", "b", "sunday"], index=windows.series.times)
    frame = frame.iloc[: start + 3 if known else start]
    frame.loc[frame.index[start:], ["a", "b"]] = np.nan
    frame.rename_axis("time")[list(columns)].to_csv(path)
    return path


def test_raw_windows_give_what_predict_gives_in_units(fitted, folder):
    network, windows = fitted
    model = rnn_zoo.load(folder)
    assert (model.kind, model.about["targets"], model.about["frequency"]) == ("series", ["a", "b"], "D")
    starts = windows.starts("test")[[0, -1]]
    expected = network.predict(windows, starts)
    for row, start in enumerate(starts):
        answers = model.forecast(*raw(windows, start))
        np.testing.assert_allclose(answers["forecast"][0], windows.scale.undo(expected.value[row]), rtol=1e-4)
        assert (answers["lower"] <= answers["forecast"]).all() and (answers["forecast"] <= answers["upper"]).all()
    # Its intervals are those of the last window.
    np.testing.assert_allclose(answers["lower"][0], windows.scale.undo(expected.lower[-1]), rtol=1e-4)
    np.testing.assert_allclose(answers["upper"][0], windows.scale.undo(expected.upper[-1]), rtol=1e-4)
    assert len(verify_checksums(folder)) > 5


def test_tensorflow_alone_and_keras_alone_give_the_same(fitted, folder):
    _, windows = fitted
    past, known, times = raw(windows, 130)
    inputs = {"past": past.astype("float32"), "known": known.astype("float32"), "times": minutes(times)[None]}
    saved = tf.saved_model.load(str(folder))
    answers = saved.signatures["serve"](**{name: tf.constant(value) for name, value in inputs.items()})
    for model in (rnn_zoo.load(folder).model, raw_model(*fitted)):
        for name, value in model(inputs).items():
            np.testing.assert_allclose(value, answers[name], rtol=1e-5)


@pytest.mark.long
def test_a_run_and_an_export_are_exported_again(fitted, folder, tmp_path, capsys):
    network, windows = fitted
    complete_run(network.out, network, windows)
    expected = rnn_zoo.load(folder).forecast(*raw(windows, 130))
    for source in (network.out, folder):
        to = tmp_path / source.name
        assert cli.main(["export", str(source), "--to", str(to), "--licence", "my own"]) == 0
        assert "my own" in (to / "README.md").read_text(encoding="utf-8")
        answers = rnn_zoo.load(to).forecast(*raw(windows, 130))
        for name, value in expected.items():
            np.testing.assert_allclose(answers[name], value, rtol=1e-5)


def test_a_file_gets_its_future_rows_with_their_dates(fitted, folder, tmp_path, capsys):
    _, windows = fitted
    path = write(tmp_path / "sales.csv", windows, 130)
    assert cli.main(["predict", str(folder), "--file", str(path)]) == 0
    written = tmp_path / "sales.predictions.csv"
    assert f"{written}: 3 steps ahead, from 2024-05-10 to 2024-05-12," in capsys.readouterr().out
    table = pd.read_csv(written)
    assert list(table) == ["time", "a", "a_lower", "a_upper", "b", "b_lower", "b_upper"]
    assert list(table["time"]) == ["2024-05-10", "2024-05-11", "2024-05-12"]
    answers = rnn_zoo.load(folder).forecast(*raw(windows, 130))
    np.testing.assert_allclose(table["b_upper"], answers["upper"][0, :, 1], rtol=1e-4)
    assert cli.main(["predict", str(folder), "--file", str(path)]) == 2  # it is there already
    assert cli.main(["predict", str(folder), "a text"]) == 2
    assert "forecasts series and reads no text; give it a --file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("start", "options", "message"),
    [
        (130, {"columns": ("a", "sunday")}, "line 1: it lacks 'b'; the model was trained on time, a, b, sunday"),
        (13, {}, r"the past has 13 rows, fewer than the lookback of the model, 14"),
        (130, {"known": False}, r"after line 131: column 'sunday' has no value for 2024-05-10 00:00:00\..*add a row"),
    ],
)  # fmt: skip
def test_files_unlike_those_of_the_training(fitted, folder, tmp_path, start, options, message):
    path = write(tmp_path / "sales.csv", fitted[1], start, **options)
    with pytest.raises(ValueError, match=message):
        rnn_zoo.load(folder).predict(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda lines: [line.replace("2024-04-30,", "2024-04-30,x") for line in lines],
            r"line 122: column 'a' holds 'x",
        ),
        (
            lambda lines: [line for line in lines if "2024-04-30" not in line],
            "1 of 15 steps is missing, .*add the missing ones",
        ),
        (lambda lines: [lines[0], *lines[1::2]], "has steps of 2D, the model was trained on D"),
    ],
)
def test_bad_rows_of_a_file(fitted, folder, tmp_path, change, message):
    path = write(tmp_path / "sales.csv", fitted[1], 130)
    path.write_text("\n".join(change(path.read_text().splitlines())) + "\n")
    with pytest.raises(ValueError, match=message):
        rnn_zoo.load(folder).predict(path)


def test_inputs_of_another_shape_are_refused(fitted, folder):
    past, known, times = raw(fitted[1], 130)
    model = rnn_zoo.load(folder)
    with pytest.raises(ValueError, match=r"`past` must have the shape \(windows, 14, 3\), got \(1, 13, 3\)"):
        model.forecast(past[:, 1:], known, times)
    with pytest.raises(ValueError, match=r"`known` must have the shape \(windows, 3, 1\)"):
        model.forecast(past, None, times)


def test_only_what_is_fitted_is_exported(fitted, tmp_path):
    with pytest.raises(RuntimeError, match="tiny is not fitted yet"):
        save_series(fitted[0].fresh(), fitted[1], tmp_path / "export")
    assert not (tmp_path / "export").exists()
