"""Forecasts: opens an exported forecaster and forecasts from raw windows or from a file."""

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_zoo.export.bulk import check_output
from rnn_zoo.export.exported import Exported
from rnn_zoo.files import atomic_file
from rnn_zoo.files.reading import read_json
from rnn_zoo.types import Tensor

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console


class Forecasts(Exported):
    """An exported forecaster, run from its SavedModel; files are read when first used.

    Args:
        folder: an exported folder, see `rnn_zoo.tasks.forecasting.export.save_series`.
    Raises:
        ValueError: the folder lacks a file of an export, or is of another kind.
    """

    kind = "series"
    serves = ("past", "forecast")

    @functools.cached_property
    def about(self) -> dict[str, Any]:
        """Columns, sizes and scale of the model, see `rnn_zoo.tasks.forecasting.export.describe`."""
        return read_description(self.folder)

    def forecast(
        self, past: Tensor, known: Tensor | None = None, times: "pd.DatetimeIndex | Tensor | None" = None
    ) -> dict[str, np.ndarray]:
        """Forecasts from raw windows.

        Args:
            past: <float>[windows, lookback, columns], in units.
            known: <float>[windows, horizon, known], in units; None for a model without known columns.
            times: pandas.DatetimeIndex [lookback + horizon] or <int>[windows, lookback + horizon], minutes since 1970;
                None for a model without time features.
        Returns:
            "forecast", "lower" and "upper", each <float32>[windows, horizon, targets], in units.
        Raises:
            ValueError: an input is missing, is not an input of the model, or has another shape.
        """
        import tensorflow as tf

        about = self.about
        columns = len(about["targets"]) + len(about["inputs"]) + len(about["known"])
        if hasattr(times, "asi8"):
            from rnn_zoo.series.windows import minutes

            times = np.repeat(minutes(times)[None], len(past), axis=0)
        given = {"past": past, "known": known, "times": times}
        shapes = {
            "past": (about["lookback"], columns),
            "known": (about["horizon"], len(about["known"])) if about["known"] else None,
            "times": (about["lookback"] + about["horizon"],) if about["clock"] else None,
        }
        inputs = {}
        for name, shape in shapes.items():
            if shape is None and given[name] is not None:
                raise ValueError(f"`{name}` must be None: the model has no such input.")
            if shape is not None:
                array = np.asarray(given[name], "int32" if name == "times" else "float32")
                if array.shape[1:] != shape:
                    expected = ", ".join(map(str, ("windows", *shape)))
                    raise ValueError(f"`{name}` must have the shape ({expected}), got {array.shape}.")
                inputs[name] = tf.constant(array)
        answers = self._saved_model.signatures["serve"](**inputs)
        return {name: answers[name].numpy() for name in ("forecast", "lower", "upper")}

    def predict(self, path: str | Path) -> "pd.DataFrame":
        """Forecasts the steps after the last row of a file.

        The file has the columns that the model was trained on. If some of them are known ahead, the file ends with one
        row per step of the horizon: its time and the known columns, with the other columns empty.

        Args:
            path: CSV or TSV file.
        Returns:
            one row per step: time, and for each target NAME its forecast `NAME` and the interval from `NAME_lower` to
            `NAME_upper`.
        Raises:
            ValueError: the file does not match the training data; names the line, the column and the fix.
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

    def show(self, texts: Sequence[str], console: "Console", *, batch_size: int = 64, format: str = "table") -> None:
        raise ValueError(f"{self.name} forecasts series and reads no text; give it a --file of its columns.")

    def answer_file(
        self,
        path: str | Path,
        out: str | Path | None = None,
        *,
        text_column: str = "text",
        batch_size: int = 64,
        overwrite: bool = False,
        clean: bool = False,
    ) -> str:
        self.refuse_clean(clean)
        out = check_output(path, out, overwrite)
        table = self.predict(path)
        with atomic_file(out, newline="") as file:
            table.to_csv(file, index=False, lineterminator="\n", float_format="%.6g")
        first, last = (str(table["time"].iloc[place]).removesuffix(" 00:00:00") for place in (0, -1))
        intervals = f"{self.about['coverage']:.0%} intervals"
        return f"{out}: {len(table)} steps ahead, from {first} to {last}, with {intervals}."

    def read(self, path: str | Path) -> "tuple[Tensor, Tensor | None, pd.DatetimeIndex]":
        """Reads the last window of a file.

        Args:
            path: CSV or TSV file, see `predict`.
        Returns:
            (past <float64>[lookback, columns], known <float64>[horizon, known] or None, times [lookback + horizon]).
        Raises:
            ValueError: as `predict`.
        """
        import pandas as pd

        from rnn_zoo.files.tables import read_header
        from rnn_zoo.series.file import fill_gaps, read_columns
        from rnn_zoo.series.series import next_times

        about, path = self.about, Path(path)
        columns = [*about["targets"], *about["inputs"], *about["known"]]
        header = read_header(path)
        others = (name for name in header if name not in columns)
        time = about["time"] if about["time"] in header else next(others, None)
        if missing := [repr(name) for name in columns if name not in header] or (["a column of times"] * (not time)):
            raise ValueError(
                f"{path}: line 1: it lacks {', '.join(missing)}; the model was trained on {about['time']}, "
                f"{', '.join(columns)}. Add the missing columns under these names."
            )
        times, values, frequency, lines = read_columns(path, str(time), columns)
        if frequency != about["frequency"]:
            raise ValueError(
                f"{path}: column {time!r} has steps of {frequency}, the model was trained on "
                f"{about['frequency']}; give a file of that frequency."
            )
        # The past ends with the last row that has a value in a column not known ahead.
        first_known = len(about["targets"]) + len(about["inputs"])
        observed = ~np.isnan(values[:, :first_known]).all(axis=1)
        end = int(np.flatnonzero(observed)[-1]) + 1 if observed.any() else 0
        start = end - about["lookback"]
        if start < 0:
            raise ValueError(
                f"{path}: the past has {end} rows, fewer than the lookback of the model, {about['lookback']}; add "
                "earlier rows."
            )
        window = slice(start, end)
        fix = f"The model reads the last {about['lookback']} steps: add the missing ones."
        fill_gaps(path, times[window], values[window], columns, frequency, None, lines=lines[start:end], fix=fix)
        ahead = next_times(times[end - 1], frequency, about["horizon"])
        known = None
        if about["known"]:
            rows = pd.DataFrame(values[end:, first_known:], index=times[end:]).reindex(ahead)
            if rows.isna().to_numpy().any():
                row, column = np.argwhere(rows.isna().to_numpy())[0]
                raise ValueError(
                    f"{path}: after line {lines[end - 1]}: column {about['known'][column]!r} has no value for "
                    f"{ahead[row]}. The model needs the known columns of the {about['horizon']} steps after the past: "
                    "add a row for each step, with the other columns empty."
                )
            known = rows.to_numpy()
        return values[window], known, times[window].append(ahead)


def read_description(folder: Path) -> dict[str, Any]:
    """The content of series.json in an exported folder, see `rnn_zoo.tasks.forecasting.export.describe`."""
    columns = {"time": str, "targets": [str], "inputs": [str], "known": [str], "frequency": str}
    return read_json(folder / "series.json", columns | {"lookback": int, "horizon": int, "clock": bool})
