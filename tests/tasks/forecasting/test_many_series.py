"""Many series in one file: reading, windows, one model, and forecasts of every series."""

import numpy as np
import pandas as pd
import pytest
from helpers import load_recipe

import rnn_zoo
from rnn_zoo.series.file import read_series
from rnn_zoo.series.windows import Windows
from rnn_zoo.tasks.forecasting.forecasters import Auto, Drift, LastValue, Ridge, SeasonalNaive, Smoothing
from rnn_zoo.tasks.forecasting.metrics import naive_error, naive_errors

LENGTHS = {"north": 90, "south": 70, "east": 120}


def table(lengths=LENGTHS, header="day,store,sales,holiday,region"):
    """Stores of unequal size, length and start, with a week that repeats."""
    generator, rows = np.random.default_rng(0), []
    for place, (store, length) in enumerate(lengths.items()):
        for day in pd.date_range(f"2024-01-{place + 1:02d}", periods=length):
            sales = 10.0 ** (place + 1) * (3 + (day.dayofweek == 6) + 0.1 * generator.standard_normal())
            rows.append(f"{day:%Y-%m-%d},{store},{sales:.3f},{int(day.dayofweek == 6)},{'cold' if place else 'warm'}")
    return [header, *rows]


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    path = tmp_path_factory.mktemp("stores") / "stores.csv"
    path.write_text("\n".join(table()) + "\n", encoding="utf-8")
    return path


OPTIONS = {"id": ("store",), "target": ("sales",), "known": ("holiday",), "static": ("region",)}


def test_series_stand_one_after_the_other(stores):
    read = read_series(stores, **OPTIONS)
    assert read.ids == tuple(LENGTHS) and list(np.diff(read.bounds)) == list(LENGTHS.values())
    assert read.columns == ("sales", "region=cold", "region=warm", "holiday")
    assert read.static == {"region": ("cold", "warm")}
    np.testing.assert_array_equal(read.values[[0, 100], 1:3], [[0, 1], [1, 0]])
    south = read.member(1)
    assert (len(south), str(south.times[0])) == (70, "2024-01-02 00:00:00")
    assert "3 series of 70 to 120 steps" in str(read)


def test_rows_of_the_series_may_alternate(stores, tmp_path):
    header, *rows = table()
    mixed = tmp_path / "mixed.csv"
    mixed.write_text("\n".join([header, *sorted(rows)]) + "\n", encoding="utf-8")
    one, other = read_series(stores, **OPTIONS), read_series(mixed, **OPTIONS)
    for name in LENGTHS:
        first, second = (read.member(read.ids.index(name)) for read in (one, other))
        np.testing.assert_array_equal(first.values, second.values)


def test_the_table_of_other_libraries_works_as_it_is(tmp_path):
    path = tmp_path / "peers.csv"
    rows = [
        f"{name},{day:%Y-%m-%d},{k}.5" for name in "ab" for k, day in enumerate(pd.date_range("2024-01-01", periods=9))
    ]
    path.write_text("\n".join(["unique_id,ds,y", *rows]) + "\n", encoding="utf-8")
    read = read_series(path)
    assert (read.ids, read.targets, read.time, read.id_columns) == (("a", "b"), ("y",), "ds", ("unique_id",))


def test_no_window_crosses_two_series_and_every_window_is_scaled_by_its_own_past(stores):
    read = read_series(stores, **OPTIONS)
    windows = Windows(read, 14, 7)
    for part in ("train", "validation", "test"):
        starts = windows.starts(part)
        members = windows.members(starts)
        assert (starts - 14 >= read.bounds[members]).all() and (starts + 7 <= read.bounds[members + 1]).all()
        past = windows.past(starts)
        np.testing.assert_allclose(past[:, :, 0].mean(axis=1), 0, atol=1e-4)
        np.testing.assert_allclose(past[:, :, 0].std(axis=1), 1, atol=1e-3)
        np.testing.assert_allclose(windows.units(windows.future(starts), starts), windows.actual(starts), rtol=1e-4)
        np.testing.assert_array_equal(windows.past_of(starts, 0), past[:, :, 0])


def test_forecasts_do_not_depend_on_the_size_of_a_series(stores):
    read = read_series(stores, **OPTIONS)
    import dataclasses

    values = read.values.copy()
    values[:, 0] *= 1_000
    large = Windows(dataclasses.replace(read, values=values), 14, 7)
    small = Windows(read, 14, 7)
    starts = small.starts("test")
    for kind in (LastValue, SeasonalNaive, Drift, Ridge, Smoothing):
        one, other = kind().fit(small).predict(small, starts), kind().fit(large).predict(large, starts)
        np.testing.assert_allclose(one.value, other.value, atol=2e-3)
        np.testing.assert_allclose(one.upper, other.upper, atol=5e-3)


def test_the_unit_of_mase_is_that_of_each_series(stores):
    read = read_series(stores, **OPTIONS)
    windows = Windows(read, 14, 7)
    for place in range(3):
        one = read.member(place)
        training = one.values[: one.cuts[0], :1]
        np.testing.assert_allclose(naive_errors(windows)[place], naive_error(training, 7))


def test_naive_forecasts_know_where_a_series_begins(stores):
    windows = Windows(read_series(stores, **OPTIONS), 14, 7)
    start = windows.starts("train")[:1] + 90 - 0  # within the second series
    member = int(windows.members(start)[0])
    one = windows.series.member(member)
    inside = start - windows.series.bounds[member]
    forecast = windows.units(Drift().guess(windows, start)[0], start)[0, :, 0]
    last, first = one.values[inside[0] - 1, 0], one.values[0, 0]
    slope = (last - first) / (inside[0] - 1)
    np.testing.assert_allclose(forecast, last + slope * np.arange(1, 8), rtol=1e-4)


@pytest.fixture(scope="module")
def exported(stores, tmp_path_factory):
    out = tmp_path_factory.mktemp("run")
    sizes = {"horizon": 7, "lookback": 14, "network": (), "batch_size": 64}
    load_recipe("forecasting").main(str(stores), **OPTIONS, **sizes, out=str(out / "run"))
    return out / "run"


def future(lengths):
    """The rows of the past, and those of the known columns ahead."""
    header, *rows = table(lengths)
    for place, (store, length) in enumerate(lengths.items()):
        start = pd.Timestamp(f"2024-01-{place + 1:02d}") + pd.Timedelta(days=length)
        region = "cold" if place else "warm"
        rows += [f"{d:%Y-%m-%d},{store},,{int(d.dayofweek == 6)},{region}" for d in pd.date_range(start, periods=7)]
    return [header, *rows]


def test_every_series_is_forecast_new_ones_too(exported, tmp_path):
    path = tmp_path / "new.csv"
    path.write_text("\n".join(future({"north": 90, "unheard": 40})) + "\n", encoding="utf-8")
    answers = rnn_zoo.load(exported / "export").predict(path)
    assert list(answers.columns) == ["store", "time", "sales", "sales_lower", "sales_upper"]
    assert list(answers["store"]) == 7 * ["north"] + 7 * ["unheard"]
    north, unheard = answers["sales"][:7], answers["sales"][7:]
    assert north.between(25, 50).all() and unheard.between(250, 500).all()
    assert (answers["sales_lower"] <= answers["sales"]).all() and (answers["sales"] <= answers["sales_upper"]).all()


def test_the_export_answers_as_the_run_did(exported, stores):
    read = read_series(stores, **OPTIONS)
    windows = Windows(read, 14, 7)
    starts = windows.starts("test")[[0, -1]]
    past = read.values[starts[:, None] + np.arange(-14, 0)]
    known = read.values[starts[:, None] + np.arange(7), 3:]
    first = rnn_zoo.load(exported / "export").forecast(past, known)["forecast"]
    larger = past.copy()
    larger[:, :, 0] *= 50
    second = rnn_zoo.load(exported / "export").forecast(larger, known)["forecast"]
    np.testing.assert_allclose(second, 50 * first, rtol=1e-3)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (future({"north": 90, "short": 5}), r"line 92: series 'short': the past has 5 rows, fewer than the lookback"),
        (
            future({"north": 90, "early": 40})[:-2],
            r"series 'early': after line \d+: column 'holiday' has no value for 2024-02-1\d",
        ),
        ([*future({"north": 90}), "2024-01-01,,3,0,warm"], "column 'store' is empty: name the series"),
    ],
    ids=["too short", "known ends early", "no id"],
)
def test_faults_name_the_series(exported, tmp_path, rows, message):
    path = tmp_path / "bad.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        rnn_zoo.load(exported / "export").predict(path)


def test_short_series_are_left_out_on_request(exported, tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text("\n".join(future({"north": 90, "short": 5})) + "\n", encoding="utf-8")
    answers = rnn_zoo.load(exported / "export").predict(path, clean=True)
    assert set(answers["store"]) == {"north"}
    assert "leaves out series that are too short: 1" in answers.attrs["cleaned"][0]


def test_mixed_frequencies_name_both(tmp_path):
    path = tmp_path / "mixed.csv"
    rows = [f"{day:%Y-%m-%d},a,1" for day in pd.date_range("2024-01-01", periods=9)]
    rows += [f"{day:%Y-%m-%d},b,1" for day in pd.date_range("2024-01-01", periods=9, freq="7D")]
    path.write_text("\n".join(["day,id,y", *rows]) + "\n", encoding="utf-8")
    with pytest.raises(ValueError, match="series 'a' has steps of D and series 'b' steps of 7D"):
        read_series(path, id=("id",))


def test_a_column_that_is_not_static(stores, tmp_path):
    rows = table()
    rows[5] = rows[5].replace("warm", "cold")
    path = tmp_path / "a.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"line 6: column 'region' holds 'cold', and 'warm' in line 2"):
        read_series(path, **OPTIONS)


def test_a_series_of_one_row_trains_nothing_and_is_said(stores, tmp_path):
    path = tmp_path / "one.csv"
    path.write_text("\n".join([*table(), "2024-01-01,new,5,0,cold"]) + "\n", encoding="utf-8")
    windows = Windows(read_series(path, **OPTIONS), 14, 7)
    assert windows.notes == (
        "1 of 4 series train nothing: their training part has fewer than 21 steps, the first is 'new'.",
    )
    assert 3 not in windows.members(windows.starts("train"))


def test_steps_with_numbers_train_and_are_answered(tmp_path):
    path = tmp_path / "steps.csv"
    rows = [f"{step},{5 + step % 7}" for step in range(1, 121)]
    path.write_text("\n".join(["step,y", *rows]) + "\n", encoding="utf-8")
    out = tmp_path / "run"
    load_recipe("forecasting").main(str(path), season=7, horizon=7, lookback=21, network=(), out=str(out))
    answers = rnn_zoo.load(out / "export").predict(path)
    assert list(answers["time"]) == list(range(121, 128))
    np.testing.assert_allclose(answers["y"], [5 + step % 7 for step in range(121, 128)], atol=0.5)


def test_answers_are_in_the_local_time_of_the_file(tmp_path):
    utc = pd.date_range("2024-10-20", periods=200, freq="h", tz="UTC")
    local = utc.tz_convert("Europe/Berlin")
    values = np.sin(np.arange(200) * np.pi / 12) + np.random.default_rng(0).normal(0, 0.1, 200)
    table = pd.DataFrame({"time": local.strftime("%Y-%m-%d %H:%M"), "load": values})
    path, out = tmp_path / "load.csv", tmp_path / "run"
    table.to_csv(path, index=False)
    sizes = {"horizon": 24, "lookback": 48, "model": "forecast_gru", "epochs": 1, "units": 2}
    load_recipe("forecasting").main(str(path), timezone="Europe/Berlin", **sizes, out=str(out))
    # Summer time ends between the past and the forecast.
    table[: list(utc).index(pd.Timestamp("2024-10-26 23:00Z"))].to_csv(path, index=False)
    times = rnn_zoo.load(out / "export").predict(path)["time"].astype(str)
    assert list(times[:4]) == [
        f"2024-10-27 {hour}" for hour in ("01:00:00+02:00", "02:00:00+02:00", "02:00:00+01:00", "03:00:00+01:00")
    ]


def test_auto_says_what_it_chose(stores):
    auto = Auto([], (0.05, 0.5, 0.95)).fit(Windows(read_series(stores, **OPTIONS), 14, 7))
    assert sum(auto.choice.weights.values()) == pytest.approx(1)
    assert set(auto.choice.errors) >= {"last_value", "seasonal_naive", "ridge", "ets", "combination"}
    assert auto.choice.sentence().startswith("Chosen on validation data: ")
