"""The rows in results/ come out again. Slow: each trains on the real reviews (`make test-slow`)."""

import shlex
from pathlib import Path

import pytest
from helpers import ROOT, run_recipe

from rnn_zoo.evaluation import results

ROWS = [row for row in results.read(ROOT / "results" / "imdb_sentiment.csv") if row["metric"] == "accuracy"]
# Those that start from nothing; `imdb_pretrained` needs two other runs first.
ALONE = {row["model"]: row for row in ROWS if row["seed"] == "0" and "--pretrained" not in row["command"]}
NETWORKS = [name for name in ALONE if not name.startswith("baseline:")]


@pytest.mark.slow
@pytest.mark.parametrize("model", NETWORKS)
def test_a_row_comes_out_again(model, tmp_path):
    _, script, *arguments = shlex.split(ALONE[model]["command"])
    arguments[arguments.index("--out") + 1] = str(tmp_path / "run")
    arguments[arguments.index("--results") + 1] = str(tmp_path / "results.csv")
    told = run_recipe(Path(script).stem, *arguments)
    assert told.returncode == 0, told.stderr[-2000:]
    again = {row["model"]: row for row in results.read(tmp_path / "results.csv") if row["metric"] == "accuracy"}
    for name in (model, "baseline:tfidf_1_2", "baseline:mean_embedding"):
        # Another machine sums in another order, and a few reviews lie on the border.
        assert float(again[name]["value"]) == pytest.approx(float(ALONE[name]["value"]), abs=2e-3), name


def test_every_row_names_its_command():
    assert len(NETWORKS) == 5 and "imdb_pretrained taught" in {row["model"] for row in ROWS}
    for row in ROWS:
        assert row["command"].startswith("python recipes/imdb_sentiment.py --data imdb_reviews"), row
        assert 0.5 < float(row["value"]) < 1
