"""A user's own files as data sets."""

import json

import numpy as np
import pytest

from rnn_zoo import datasets


def csv_file(path, rows, header="text,label"):
    path.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    return path


def rows_of(counts):
    return [f"{label} {index},{label}" for label, count in counts.items() for index in range(count)]


def load_error(path, **options):
    with pytest.raises(ValueError) as error:
        datasets.load(path, **options)
    return str(error.value).replace(str(path), "FILE")


def test_one_file_is_split_in_tenths_by_class(tmp_path):
    path = csv_file(tmp_path / "a.csv", rows_of({"good": 100, "bad": 60, "so so": 40}))
    mine = datasets.load(path)
    assert mine.labels == ("bad", "good", "so so")
    assert [list(np.bincount(split.labels)) for split in (mine.train, mine.validation, mine.test)] == [
        [48, 80, 32],
        [6, 10, 4],
        [6, 10, 4],
    ]
    texts = mine.train.texts + mine.validation.texts + mine.test.texts
    assert len(set(texts)) == 200
    for split in (mine.train, mine.validation, mine.test):
        assert all(text.startswith(mine.labels[label]) for text, label in zip(split.texts, split.labels, strict=True))
    assert mine.unlabelled is None
    assert mine.name == str(path)


def test_the_split_depends_on_the_seed_alone(tmp_path):
    path = csv_file(tmp_path / "a.csv", rows_of({"good": 50, "bad": 50}))
    once, again, other = (datasets.load(path, seed=seed).test.texts for seed in (0, 0, 1))
    assert once == again != other


@pytest.mark.parametrize(("validation", "expected"), [(0, [90, 0, 10]), (0.2, [70, 20, 10]), (0.85, [5, 85, 10])])
def test_validation_is_a_share_of_all_rows(tmp_path, validation, expected):
    path = csv_file(tmp_path / "a.csv", rows_of({"good": 50, "bad": 50}))
    mine = datasets.load(path, validation=validation)
    assert [len(mine.train), len(mine.validation), len(mine.test)] == expected


def test_three_rows_a_class_are_enough(tmp_path):
    mine = datasets.load(csv_file(tmp_path / "a.csv", rows_of({"good": 3, "bad": 3})))
    assert [sorted(split.labels) for split in (mine.train, mine.validation, mine.test)] == [[0, 1]] * 3


@pytest.mark.parametrize("values", [[10, 9, -1], ["10", "9", "-1"]])
def test_integer_labels_are_in_order_of_value(tmp_path, values):
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(json.dumps({"text": "a", "label": value}) for value in values * 5))
    mine = datasets.load(path)
    assert mine.labels == ("-1", "9", "10")
    assert mine.train.labels.dtype == np.int32


def test_other_column_names(tmp_path):
    rows = [f"good {index},pos,x" for index in range(5)] + [f"bad {index},neg,x" for index in range(5)]
    path = csv_file(tmp_path / "a.csv", rows, "Review,Sentiment,label")
    assert datasets.load(path, text_column="Review", label_column="Sentiment").labels == ("neg", "pos")


def test_empty_and_very_long_texts_are_kept(tmp_path):
    texts = ["", "word " * 100_000] * 10
    path = csv_file(tmp_path / "a.csv", [f"{text},{index % 4 // 2}" for index, text in enumerate(texts)])
    mine = datasets.load(path)
    assert sorted(mine.train.texts + mine.validation.texts + mine.test.texts) == sorted(texts)


def test_no_group_is_in_two_splits(tmp_path):
    rows = [f"{film} {row},{(film + row) % 2},film {film}" for film in range(30) for row in range(10)]
    path = csv_file(tmp_path / "a.csv", rows, "text,label,film")
    mine = datasets.load(path, group_column="film")
    films = [{text.split()[0] for text in split.texts} for split in (mine.train, mine.validation, mine.test)]
    assert [len(split) for split in films] == [23, 4, 3] or [len(split) for split in films] == [24, 3, 3]
    assert not films[0] & films[1] and not films[0] & films[2] and not films[1] & films[2]


def test_too_few_groups(tmp_path):
    path = csv_file(tmp_path / "a.csv", [f"a,{row % 2},film {row % 2}" for row in range(20)], "text,label,film")
    message = load_error(path, group_column="film")
    assert message == "FILE: column 'film' has 2 group(s); three splits need 3."


def test_a_class_in_one_group_only(tmp_path):
    rows = [f"a,label {row // 3},film {row // 3}" for row in range(9)]
    path = csv_file(tmp_path / "a.csv", rows, "text,label,film")
    assert "FILE: no row with label 'label " in load_error(path, group_column="film")


def test_missing_group_column(tmp_path):
    message = load_error(csv_file(tmp_path / "a.csv", ["a,x"]), group_column="film")
    assert message == "FILE: line 1: no column 'film'; it has 'text', 'label'. Name one of these, or add it."


def test_missing_column(tmp_path):
    message = load_error(csv_file(tmp_path / "a.csv", ["a,x"]), label_column="stars")
    assert message == "FILE: line 1: no column 'stars'; it has 'text', 'label'. Name one of these, or add it."


def test_one_class_only(tmp_path):
    message = load_error(csv_file(tmp_path / "a.csv", rows_of({"good": 9})))
    assert message == "FILE has only one class, 'good'; a classifier needs two or more. Add rows of another."


def test_a_class_with_too_few_rows(tmp_path):
    message = load_error(csv_file(tmp_path / "a.csv", rows_of({"good": 9, "bad": 2})))
    assert message.startswith("FILE: line 11: label 'bad' is on 2 row(s)")


def test_an_empty_label(tmp_path):
    message = load_error(csv_file(tmp_path / "a.csv", ["a,x", "b, "]))
    assert message == (
        "FILE: line 3: the label is empty. Fill it in. Or pass `clean`, which leaves such rows out and counts them."
    )


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"text": "a", "label": None}, "line 2: the label is empty"),
        ({"text": "a", "label": 0.5}, "line 2: a label must be a string or an integer, got 0.5"),
        ({"text": None, "label": 1}, "line 2: 'text' must be a string, got null"),
        ({"text": 7, "label": 1}, "line 2: 'text' must be a string, got 7"),
        ({"text": "\ud83d", "label": 1}, r"line 2: 'text' holds \ud83d, half a character"),
    ],
)
def test_a_json_value_of_the_wrong_kind(tmp_path, row, message):
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in [{"text": "a", "label": 0}, row]))
    assert f"FILE: {message}" in load_error(path)


def test_a_folder_holds_out_whole_groups_of_train(tmp_path):
    folder = tmp_path / "d"
    folder.mkdir()
    csv_file(folder / "test.csv", ["t,0"])
    csv_file(folder / "train.csv", [f"{row // 4},{row % 2},{row // 4}" for row in range(40)], "text,label,film")
    mine = datasets.load(folder, group_column="film")
    assert [len(mine.train), len(mine.validation)] == [36, 4]
    assert not set(mine.train.texts) & set(mine.validation.texts)
    csv_file(folder / "train.csv", ["a,0,x", "b,1,x", "c,0,x", "d,1,x"], "text,label,film")
    with pytest.raises(ValueError, match=r"train\.csv: all rows are of one group"):
        datasets.load(folder, group_column="film")


def folder_of(path, **files):
    path.mkdir(exist_ok=True)
    for name, rows in files.items():
        csv_file(path / f"{name}.csv", rows)
    return path


def test_a_folder_keeps_its_splits(tmp_path):
    train, test = rows_of({"good": 10, "bad": 10}), ["t,good"]
    folder = folder_of(tmp_path / "d", train=train, test=test, validation=["v,bad"])
    (folder / "unlabelled.tsv").write_text("text\nu\nw\n")
    (folder / "README.md").write_text("mine")
    mine = datasets.load(folder)
    assert [len(mine.train), len(mine.validation), len(mine.test)] == [20, 1, 1]
    assert (mine.validation.texts, list(mine.validation.labels)) == (["v"], [0])
    assert (mine.test.texts, list(mine.test.labels)) == (["t"], [1])
    assert mine.unlabelled == ["u", "w"]


def test_a_folder_without_validation_holds_some_of_train_out(tmp_path):
    folder = folder_of(tmp_path / "d", train=rows_of({"good": 10, "bad": 10}), test=["t,good"])
    mine = datasets.load(folder, validation=0.2)
    assert [len(mine.train), len(mine.validation), len(mine.test)] == [16, 4, 1]
    assert mine.unlabelled is None


def test_a_rare_class_cannot_be_held_out_of_train(tmp_path):
    folder = folder_of(tmp_path / "d", train=rows_of({"good": 10, "bad": 1}), test=["t,good"])
    assert "label 'bad' is on one row" in load_error(folder)
    assert len(datasets.load(folder, validation=0).train) == 11


@pytest.mark.parametrize("split", ["test", "validation"])
def test_a_label_unseen_in_training(tmp_path, split):
    files = {"train": rows_of({"good": 3, "bad": 3}), "test": ["t,good"], split: ["t,good", "t,ugly"]}
    folder = folder_of(tmp_path / "d", **files)
    with pytest.raises(
        ValueError, match=rf"{split}\.csv: line 3: label 'ugly' is not in .*train\.csv, which has 'bad'"
    ):
        datasets.load(folder)


def test_a_folder_without_a_test_file(tmp_path):
    folder = folder_of(tmp_path / "d", train=["a,x"])
    assert "FILE must hold a file test" in load_error(folder)
    assert "it holds train.csv" in load_error(folder)


def test_two_files_for_one_split(tmp_path):
    folder = folder_of(tmp_path / "d", train=["a,x"], test=["a,x"])
    (folder / "train.jsonl").write_text("{}")
    assert "two files for train, train.csv and train.jsonl" in load_error(folder)
