"""Opens an exported forecaster and forecasts what comes after the last row of a file."""

import functools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rnn_zoo.export.bulk import check_output
from rnn_zoo.export.exported import Exported
from rnn_zoo.files import atomic_file


class Forecasts(Exported):
    """An exported forecaster, run from its SavedModel; nothing is read before it is asked for.

    Args:
        folder: an exported folder, as `rnn_zoo.export.save_series` writes it.
    Raises:
        ValueError: the folder lacks a file of an export, or is of another kind.
    """

    kind = "series"

    @functools.cached_property
    def about(self) -> Any:
        """dict, as `rnn_zoo.tasks.forecasting.export.describe` gives it."""
        return json.loads((self.folder / "series.json").read_text(encoding="utf-8"))

    def forecast(self, past: Any, known: Any = None, times: Any = None) -> dict[str, Any]:
        """Forecasts from raw windows.

        Args:
            past: <float>[windows, lookback, columns], in units.
            known: <float>[windows, horizon, known], in units; None where the model has none.
            times: pandas.DatetimeIndex [lookback + horizon] or <int>[windows, lookback + horizon], minutes since 1970;
                None where the model reads no time.
        Returns:
            dict: "forecast", "lower", "upper", each <float32>[windows, horizon, targets], in units.
        Raises:
            ValueError: an input is missing, too many, or of another shape.
        """
        import tensorflow as tf

        about = self.about
        columns = len(about["targets"]) + len(about["inputs"]) + len(about["known"])
        if hasattr(times, "asi8"):
            times = np.repeat(_minutes(times)[None], len(past), axis=0)
        given = {"past": past, "known": known, "times": times}
        shapes = {
            "past": (about["lookback"], columns),
            "known": (about["horizon"], len(about["known"])) if about["known"] else None,
            "times": (about["lookback"] + about["horizon"],) if about["clock"] else None,
        }
        inputs = {}
        for name, shape in shapes.items():
            if shape is None and given[name] is not None:
                raise ValueError(f"`{name}` must be left out: this model reads none.")
            if shape is not None:
                array = np.asarray(given[name], "int32" if name == "times" else "float32")
                if array.shape[1:] != shape:
                    wanted = ", ".join(map(str, ("windows", *shape)))
                    raise ValueError(f"`{name}` must have the shape ({wanted}), got {array.shape}.")
                inputs[name] = tf.constant(array)
        answers = self._saved_model.signatures["serve"](**inputs)
        return {name: answers[name].numpy() for name in ("forecast", "lower", "upper")}

    def predict(self, path: str | Path) -> Any:
        """Forecasts the steps after the last row of a file.

        The file has the columns that the model was trained on. Where some are known ahead, rows for the steps ahead
        follow, with their times and those columns, the others empty.

        Args:
            path: CSV or TSV file.
        Returns:
            pandas.DataFrame: time, and for each target its forecast and the ends of its interval, `NAME`, `NAME_lower`,
            `NAME_upper`.
        Raises:
            ValueError: the file is not like those of the training; names the line, the column and the fix.
        """
        import pandas as pd

        past, known, times = self.read(path)
        clock = times if self.about["clock"] else None
        answers = self.forecast(past[None], None if known is None else known[None], clock)
        table = {"time": times[self.about["lookback"] :]}
        for place, target in enumerate(self.about["targets"]):
            table[target] = answers["forecast"][0, :, place]
            for end in ("lower", "upper"):
                table[f"{target}_{end}"] = answers[end][0, :, place]
        return pd.DataFrame(table)

    def show(self, texts: Sequence[str], console: Any, *, batch_size: int = 64, format: str = "table") -> None:
        raise ValueError(f"{self.name} forecasts series and reads no text; give it a --file of its columns.")

    def answer_file(
        self,
        path: str | Path,
        out: str | Path | None = None,
        *,
        text_column: str = "text",
        batch_size: int = 64,
        overwrite: bool = False,
    ) -> str:
        out = check_output(path, out, overwrite)
        table = self.predict(path)
        with atomic_file(out, newline="") as file:
            table.to_csv(file, index=False, lineterminator="\n", float_format="%.6g")
        first, last = (str(table["time"].iloc[place]).removesuffix(" 00:00:00") for place in (0, -1))
        intervals = f"intervals of {self.about['coverage']:.0%}"
        return f"{out}: {len(table)} steps ahead, from {first} to {last}, with {intervals}."

    def read(self, path: str | Path) -> Any:
        """(past <float>[lookback, columns], known <float>[horizon, known] or None, their times)."""
        import pandas as pd

        from rnn_zoo.files.tables import read_header
        from rnn_zoo.series.file import fill_gaps, read_columns
        from rnn_zoo.series.series import next_times

        about, path = self.about, Path(path)
        columns = [*about["targets"], *about["inputs"], *about["known"]]
        header = read_header(path)
        time = about["time"] if about["time"] in header else next((one for one in header if one not in columns), None)
        if missing := [repr(name) for name in columns if name not in header] or (["a column of times"] * (not time)):
            raise ValueError(
                f"{path}: line 1: it lacks {', '.join(missing)}; the model was trained on {about['time']}, "
                f"{', '.join(columns)}. Add what is missing, under these names."
            )
        times, values, frequency, lines = read_columns(path, str(time), columns)
        if frequency != about["frequency"]:
            raise ValueError(
                f"{path}: column {time!r} has steps of {frequency}, the model was trained on "
                f"{about['frequency']}; give a file of that frequency."
            )
        of_past = len(about["targets"]) + len(about["inputs"])
        given = ~np.isnan(values[:, :of_past]).all(axis=1)
        end = int(np.flatnonzero(given)[-1]) + 1 if given.any() else 0
        start = end - about["lookback"]
        if start < 0:
            raise ValueError(
                f"{path}: {end} rows of the past, fewer than the {about['lookback']} that the model reads; give more."
            )
        seen = slice(start, end)
        fix = f"The model reads the last {about['lookback']} steps: add what is missing."
        fill_gaps(path, times[seen], values[seen], columns, frequency, None, lines=lines[start:end], fix=fix)
        ahead = next_times(times[end - 1], frequency, about["horizon"])
        known = None
        if about["known"]:
            rows = pd.DataFrame(values[end:, of_past:], index=times[end:]).reindex(ahead)
            if rows.isna().to_numpy().any():
                row, column = np.argwhere(rows.isna().to_numpy())[0]
                raise ValueError(
                    f"{path}: after line {lines[end - 1]}: column {about['known'][column]!r} is not given for "
                    f"{ahead[row]}. What is known ahead is needed for the {about['horizon']} steps after the past: add "
                    "a row for each, its other columns empty."
                )
            known = rows.to_numpy()
        return values[seen], known, times[seen].append(ahead)


def _minutes(times):
    from rnn_zoo.series.windows import minutes

    return minutes(times)
