"""Forecasts: opens an exported forecaster and forecasts from raw windows or from a file."""

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_zoo.export.bulk import check_output
from rnn_zoo.export.exported import Exported
from rnn_zoo.files import atomic_file
from rnn_zoo.files.cleaning import Cleaning, with_report
from rnn_zoo.files.reading import read_json
from rnn_zoo.series.times import local_times
from rnn_zoo.tasks.forecasting.questions import asked_windows
from rnn_zoo.types import Tensor

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

_BATCH = 256  # windows asked at once
_ANSWERS = ("forecast", "lower", "upper")


class Forecasts(Exported):
    """An exported forecaster, run from its ONNX form or its SavedModel; files are read when first used.

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
                inputs[name] = array
        if self._session is not None:
            return dict(zip(_ANSWERS, self._ask(_ANSWERS, inputs), strict=True))
        import tensorflow as tf

        tensors = {name: tf.constant(array) for name, array in inputs.items()}
        answers = self._saved_model.signatures["serve"](**tensors)
        return {name: answers[name].numpy() for name in _ANSWERS}

    def predict(self, path: str | Path, *, clean: bool = False) -> "pd.DataFrame":
        """Forecasts the steps after the last row of a file, of every series in it.

        The file has the columns that the model was trained on. If some of them are known ahead, each series ends with
        one row per step of the horizon: its time and the known columns, with the other columns empty. Series that were
        not there in training are forecast like the others.

        Args:
            path: CSV or TSV file.
            clean: mends and counts faults, as `rnn_zoo.datasets.load_series` does; leaves out series that are too
                short.
        Returns:
            one row per series and step: the columns of its id, time, and for each target NAME its forecast `NAME` and
            the interval from `NAME_lower` to `NAME_upper`. Its attribute `attrs["cleaned"]` says what `clean` did.
        Raises:
            ValueError: the file does not match the training data; names the line, the column and the fix.
        """
        import pandas as pd

        cleaning = Cleaning(clean)
        tables, about = [], self.about
        timezone = (about.get("reading") or {}).get("timezone")
        asked = list(asked_windows(Path(path), about, cleaning))
        for first in range(0, len(asked), _BATCH):
            batch = asked[first : first + _BATCH]
            past = np.stack([each.past for each in batch])
            known = np.stack([each.known for each in batch]) if about["known"] else None
            clock = np.stack([each.minutes() for each in batch]) if about["clock"] else None
            answers = self.forecast(past, known, clock)
            for row, each in enumerate(batch):
                table = dict(zip(about.get("id", ()), each.id.split(" / "), strict=False))
                table["time"] = local_times(each.times, timezone)[about["lookback"] :]
                for place, target in enumerate(about["targets"]):
                    table[target] = answers["forecast"][row, :, place]
                    for end in ("lower", "upper"):
                        table[f"{target}_{end}"] = answers[end][row, :, place]
                tables.append(pd.DataFrame(table))
        whole = pd.concat(tables, ignore_index=True)
        whole.attrs["cleaned"] = cleaning.report()
        return whole

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
        out = check_output(path, out, overwrite)
        table = self.predict(path, clean=clean)
        with atomic_file(out, newline="") as file:
            table.to_csv(file, index=False, lineterminator="\n", float_format="%.6g")
        first, last = (str(table["time"].iloc[place]).removesuffix(" 00:00:00") for place in (0, -1))
        intervals = f"{self.about['coverage']:.0%} intervals"
        steps = self.about["horizon"]
        many = f" of {len(table) // steps:,} series" if self.about.get("id") else ""
        said = f"{out}: {steps} steps ahead{many}, from {first} to {last}, with {intervals}."
        return with_report(said, table.attrs["cleaned"])

    def read(self, path: str | Path) -> "tuple[Tensor, Tensor | None, pd.Index]":
        """Reads the last window of a file, of its first series.

        Args:
            path: CSV or TSV file, see `predict`.
        Returns:
            (past <float64>[lookback, columns], known <float64>[horizon, known] or None, times [lookback + horizon]).
        Raises:
            ValueError: as `predict`.
        """
        first = next(iter(asked_windows(Path(path), self.about, Cleaning())))
        return first.past, first.known, first.times


def read_description(folder: Path) -> dict[str, Any]:
    """The content of series.json in an exported folder, see `rnn_zoo.tasks.forecasting.export.describe`."""
    columns = {"time": str, "targets": [str], "inputs": [str], "known": [str], "frequency": str}
    return read_json(folder / "series.json", columns | {"lookback": int, "horizon": int, "clock": bool})
