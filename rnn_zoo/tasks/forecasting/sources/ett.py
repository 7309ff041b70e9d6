"""ETT: oil temperature and load of power transformers, from files that the user downloads."""

import os
from pathlib import Path

import pandas as pd

from rnn_zoo.files.tfds import import_tfds
from rnn_zoo.series.series import Series

NAMES = ("ett_h1", "ett_h2", "ett_m1")
_MONTH = 30 * 24  # hours; the literature counts months of 30 days


def load_ett(name: str, *, folder: str | Path | None = None) -> Series:
    """Loads the series of one transformer, with seven columns, all targets.

    ett_h1 and ett_h2 are hourly (17,420 steps), ett_m1 is quarter-hourly (69,680 steps). As in the literature, the
    training, validation and test parts are the first 12, 4 and 4 months of 30 days; the remaining steps are not used.
    TensorFlow Datasets prepares the files once and stores the result in TFDS_DATA_DIR (default:
    ~/tensorflow_datasets). The package does not include the files, because their licence, CC BY-ND 4.0, does not permit
    sharing modified copies.

    Args:
        name: one of `NAMES`.
        folder: folder of ETTh1.csv, ETTh2.csv or ETTm1.csv, optionally .csv.gz; None: the environment variable ETT_DIR.
            Not needed once the data is prepared.
    Raises:
        FileNotFoundError: the file does not exist.
        ValueError: the file differs from the published file.
    Reference: Zhou et al. 2021, "Informer: beyond efficient transformer for long sequence time-series forecasting".
    """
    import_tfds()
    from rnn_zoo.tasks.forecasting.sources.ett_builder import Ett  # here, because TensorFlow Datasets imports slowly

    config = name.removeprefix("ett_")
    builder = Ett(config=config)
    if not builder.data_path.exists():
        builder.prepare_from(folder or os.environ.get("ETT_DIR"))
    example = next(iter(builder.as_dataset(split="series").take(1)))
    per_hour = 4 if config == "m1" else 1
    months = _MONTH * per_hour
    cuts = (12 * months, 16 * months, 20 * months)
    times = pd.DatetimeIndex([time.decode() for time in example["times"].numpy()])[: cuts[-1]]
    columns = tuple(builder.info.metadata["columns"])
    return Series(
        name=name,
        times=times.as_unit("s"),
        values=example["values"].numpy()[: cuts[-1]].astype("float64"),
        targets=columns,
        inputs=(),
        known=(),
        frequency="15min" if config == "m1" else "h",
        season=24 * per_hour,
        cuts=cuts,
        licence="CC BY-ND 4.0",
        source=f"{builder.file_name}, https://github.com/zhouhaoyi/ETDataset",
    )
