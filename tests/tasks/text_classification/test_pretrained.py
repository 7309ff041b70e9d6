import shutil

import numpy as np
import pytest

from rnn_zoo.export import batching as asking
from rnn_zoo.export.answer import Answer
from rnn_zoo.zoo import load

TEXTS = ["the film is good", "", "🍕 !", "no " * 50, "the film is not bad"]


@pytest.fixture(scope="module")
def tiny(exported):
    return load(exported)


def test_answers_are_the_models_own(tiny, model, vocabulary):
    expected = np.asarray(model(vocabulary.layer(TEXTS), training=False))
    np.testing.assert_allclose(tiny.probabilities(TEXTS), expected, atol=1e-5)
    answers = tiny.predict(TEXTS)
    for answer, row in zip(answers, expected, strict=True):
        assert isinstance(answer, Answer)
        assert answer.label == ["negative", "neutral", "positive"][row.argmax()]
        assert answer.score == answer.probabilities[answer.label] == pytest.approx(row.max(), abs=1e-5)
        assert list(answer.probabilities) == ["negative", "neutral", "positive"]


def test_the_order_is_the_texts_own_whatever_the_batches(tiny):
    texts = [("good bad film " * n)[: 7 * n] for n in (5, 0, 9, 2, 7, 1, 3)]
    one_by_one = np.concatenate([tiny.probabilities([text]) for text in texts])
    for size in (1, 2, 100):
        np.testing.assert_allclose(tiny.probabilities(texts, batch_size=size), one_by_one, atol=1e-5)


def test_no_texts(tiny):
    assert tiny.predict([]) == []
    assert tiny.probabilities([]).shape == (0, 3)


def test_long_texts_share_no_batch_with_many(monkeypatch):
    monkeypatch.setattr(asking, "_CHARACTERS_PER_BATCH", 100)
    texts = ["a" * 90, "a" * 10, "a" * 60, *[""] * 5, "a" * 1000]
    batches = list(asking.batches_of_like_length(texts, batch_size=4))
    assert sorted(row for batch in batches for row in batch) == list(range(len(texts)))
    assert [len(batch) for batch in batches] == [1, 1, 1, 4, 2]


def test_the_keras_model_and_the_vocabulary_come_back(tiny, model, vocabulary):
    ids = tiny.vocabulary.layer(TEXTS)
    np.testing.assert_allclose(tiny.model(ids), model(ids, training=False), atol=1e-6)
    assert tiny.vocabulary.digest == vocabulary.digest


def test_what_is_written_about_the_model(tiny):
    assert tiny.labels == ["negative", "neutral", "positive"]
    assert tiny.metrics["gru"] == {"accuracy": 0.875}
    assert "four sentences" in tiny.card
    assert tiny.name == "tiny_gru"


def test_a_name_is_looked_up_in_the_folders_of_the_zoo(exported, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RNN_ZOO_MODELS", str(exported.parent))
    assert load("tiny_gru").folder == exported
    with pytest.raises(FileNotFoundError, match=r"tiny_gro.*tiny_gru"):
        load("tiny_gro")


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ("good", r"`texts` must be a list of strings, got the one string 'good'; pass \[text\]"),
        (["good", None], r"`texts\[1\]` must be a string, got None"),
        (["\ud83c"], r"`texts\[0\]` holds half a character"),
    ],
)
def test_what_is_no_text_is_named(tiny, texts, message):
    with pytest.raises(ValueError, match=message):
        tiny.predict(texts)


def test_batch_size_is_checked(tiny):
    with pytest.raises(ValueError, match="`batch_size` must be a positive integer, got 0"):
        tiny.predict(["good"], batch_size=0)


def test_a_folder_that_is_no_export_says_what_it_lacks(tmp_path):
    (tmp_path / "saved_model.pb").write_text("")
    with pytest.raises(ValueError, match=r"is not an exported model: it has no model.keras, vocabulary.txt"):
        load(tmp_path)


def test_the_progress_bar_goes_to_standard_error(tiny, capfd):
    tiny.predict(TEXTS, progress=True)
    shown = capfd.readouterr()
    assert shown.out == ""
    assert "5/5" in shown.err


@pytest.mark.parametrize("change", ["changed", "missing", "not listed"])
def test_verify_names_every_file_that_differs(exported, tmp_path, change):
    folder = shutil.copytree(exported, tmp_path / "copy")
    if change == "changed":
        (folder / "model.keras").write_bytes(b"other")
    elif change == "missing":
        (folder / "fingerprint.pb").unlink()
    else:
        (folder / "variables" / "extra").write_text("")
    with pytest.raises(ValueError, match=change):
        load(folder).verify()
    assert "model.keras" in load(exported).verify()


@pytest.mark.parametrize("file", ["labels.json", "saved_model.pb", "vocabulary.txt", "variables/variables.index"])
def test_a_changed_or_missing_file_is_named_before_the_model_answers(exported, tmp_path, file):
    folder = shutil.copytree(exported, tmp_path / "copy")
    (folder / "notes.txt").write_text("a file of the user does not matter")
    assert load(folder).predict(["good"])
    changed = bytearray((folder / file).read_bytes())
    changed[len(changed) // 2] ^= 1
    (folder / file).write_bytes(changed)
    with pytest.raises(ValueError, match=f"{file} was changed. Export or download it again"):
        load(folder).predict(["good"])
    if file == "labels.json":
        assert load(folder, verify=False).predict(["good"])
    if file not in ("saved_model.pb", "vocabulary.txt"):
        return
    (folder / file).unlink()
    with pytest.raises(ValueError, match=file):
        load(folder).predict(["good"])


def test_a_broken_list_of_checksums_names_the_line(exported, tmp_path):
    folder = shutil.copytree(exported, tmp_path / "copy")
    (folder / "SHA256SUMS").write_text("abc\n")
    with pytest.raises(ValueError, match="SHA256SUMS, line 1"):
        load(folder).verify()
