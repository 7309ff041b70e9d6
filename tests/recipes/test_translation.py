import csv

import pytest
from helpers import load_recipe

import rnn_zoo
from rnn_zoo.evaluation import results
from rnn_zoo.tasks.translation.data import load_pairs

pytestmark = pytest.mark.long  # test_every_task.py trains its task too

pytest.importorskip("sacrebleu")
TINY = {"units": 6, "dim": 6, "epochs": 1, "min_count": 1, "width": 2, "batch_size": 32, "seed": 1}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The folder of a finished run on real pairs, which ship with the package."""
    folder = tmp_path_factory.mktemp("translation")
    pairs = load_pairs("tatoeba").train
    lines = [f"{source}\t{target}\n" for source, target in zip(pairs.sources[:90], pairs.targets, strict=False)]
    (folder / "pairs.tsv").write_text("".join(lines), encoding="utf-8")
    load_recipe("translation").main(
        str(folder / "pairs.tsv"), **TINY, sampling=0.2, out=str(folder / "run"), results=str(folder / "results.csv")
    )
    return folder


def test_it_leaves_numbers_examples_and_a_model(run):
    with open(run / "results.csv", encoding="utf-8", newline="") as file:
        rows = {(row["model"], row["split"], row["metric"]): float(row["value"]) for row in csv.DictReader(file)}
    for model in ("gru_multiplicative", "gru_multiplicative greedy", "baseline:dictionary"):
        for split in ("validation", "test"):
            assert 0 <= rows[model, split, "bleu"] <= 100 and (model, split, "detokenised_bleu") in rows
    assert "given: " in (run / "run" / "examples.txt").read_text(encoding="utf-8")
    model = rnn_zoo.load(run / "run" / "export")
    assert model.settings["task"] == "translate" and model.settings["width"] == 2
    assert len(model.predict(["I won!", ""])) == 2
    for file in ("history.csv", "curves.png", "model.keras"):
        assert (run / "run" / file).is_file()


def test_a_validation_run_evaluates_only_the_validation_pairs(run, tmp_path):
    arguments = {"sampling": 0.2, "out": str(run / "run"), "results": str(tmp_path / "trial.csv")}
    load_recipe("translation").main(str(run / "pairs.tsv"), **TINY, **arguments, split="validation")
    assert {row["split"] for row in results.read(tmp_path / "trial.csv")} == {"validation"}


def test_bad_arguments_cost_no_training(tmp_path):
    main = load_recipe("translation").main
    with pytest.raises(ValueError, match="`width` must be a positive integer, got 0"):
        main(width=0, out=str(tmp_path))
    with pytest.raises(ValueError, match="`attention` must be one of"):
        main(attention="dot", out=str(tmp_path))
    with pytest.raises(ValueError, match="`length_penalty` must be a number >= 0, got -1"):
        main(length_penalty=-1, out=str(tmp_path))
    with pytest.raises(ValueError, match="`epochs` must be a positive integer, got 0"):
        main(epochs=0, out=str(tmp_path))
    with pytest.raises(
        ValueError, match="`max_length` 1 is less than every training pair has words: raise it, or --cut"
    ):
        main(max_length=1, out=str(tmp_path))
    assert not any(tmp_path.iterdir())
