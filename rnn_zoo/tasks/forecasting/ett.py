"""ETT: oil temperature and load of power transformers, from the user's own files."""

import os
from pathlib import Path

import pandas as pd

from rnn_zoo.files.tfds import import_tfds
from rnn_zoo.series.series import Series

NAMES = ("ett_h1", "ett_h2", "ett_m1")
_MONTH = 30 * 24  # hours: what the literature calls a month


def load_ett(name: str, *, folder: str | Path | None = None) -> Series:
    """17,420 hours (69,680 quarters of an hour in ett_m1) of one transformer, seven columns, all to be forecast.

    Training, validation and test are its first 12, 4 and 4 months of 30 days, as in the literature; what comes after
    them is left out. TensorFlow Datasets prepares the files once, into TFDS_DATA_DIR (~/tensorflow_datasets where it is
    not set); their licence, CC BY-ND 4.0, allows whole files only, so that none is in the package.

    Args:
        name: one of `NAMES`.
        folder: where ETTh1.csv and its like are, also as .csv.gz; by default the folder of the variable ETT_DIR. Not
            needed once the data is prepared.
    Returns:
        Series
    Raises:
        FileNotFoundError: the file is not there.
        ValueError: the file is not the one that was published.
    Reference: Zhou et al. 2021, "Informer: beyond efficient transformer for long sequence time-series forecasting".
    """
    import_tfds()
    from rnn_zoo.tasks.forecasting.ett_builder import Ett  # with TensorFlow Datasets, which takes a second to import

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
