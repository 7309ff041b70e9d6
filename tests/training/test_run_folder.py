import json
from pathlib import Path

import numpy as np
import pytest

from rnn_zoo.training import run_folder

SETTINGS = {"config": {"cell": "lstm", "units": [64, 32]}, "training": {"seed": 0}}


def test_an_empty_or_missing_folder_is_a_new_run(tmp_path):
    assert run_folder.check_folder(tmp_path, SETTINGS) is False
    assert run_folder.check_folder(tmp_path / "none", SETTINGS) is False


def test_the_same_settings_are_the_same_run_whatever_made_it(tmp_path):
    run_folder.write_config(tmp_path, SETTINGS)
    assert "python" in json.loads((tmp_path / "config.json").read_text())["made_with"]
    assert run_folder.check_folder(tmp_path, SETTINGS) is True


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (
            {"config": {"cell": "gru", "units": [64, 32]}, "training": {"seed": 0}},
            "cell was lstm, is now gru",
        ),
        ({"config": {"cell": "lstm"}, "training": {"seed": 0}}, "config.units was .*, is now absent"),
        (SETTINGS | {"training": {"seed": 0, "dim": 2}}, "training.dim was absent, is now 2"),
        (SETTINGS | {"training": {"seed": None}}, "training.seed was 0, is now None"),
    ],
)
def test_other_settings_are_another_run(tmp_path, other, message):
    run_folder.write_config(tmp_path, SETTINGS)
    with pytest.raises(ValueError, match=message):
        run_folder.check_folder(tmp_path, other)


@pytest.mark.parametrize("name", run_folder.WRITTEN)
def test_results_without_a_config_are_not_overwritten(tmp_path, name):
    (tmp_path / name).write_text("precious")
    with pytest.raises(ValueError, match=f"holds {name} but no config.json"):
        run_folder.check_folder(tmp_path, SETTINGS)


def test_a_file_or_a_broken_config_is_named(tmp_path):
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(ValueError, match=r"config.json is not JSON, or is damaged .* Or give another `out`"):
        run_folder.check_folder(tmp_path, SETTINGS)
    with pytest.raises(ValueError, match="`out` must be a folder"):
        run_folder.check_folder(tmp_path / "config.json", SETTINGS)


def test_settings_become_plain_values():
    made = run_folder.plain({"path": Path("a/b"), "count": np.int64(3), "rates": (0.1, np.float32(0.5)), "none": None})
    assert made == {"path": "a/b", "count": 3, "rates": [0.1, 0.5], "none": None}
