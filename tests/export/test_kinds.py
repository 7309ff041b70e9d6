import shutil

import pytest

from rnn_zoo.export import folder, kinds
from rnn_zoo.export.exported import Exported
from rnn_zoo.tasks.text_classification.answers import Pretrained
from rnn_zoo.zoo import load


class Echo(Exported):
    kind = "echo"


@pytest.fixture
def echo(exported, tmp_path, monkeypatch):
    """A folder of a kind of its own, without the words and labels of a classifier."""
    monkeypatch.setitem(kinds.KINDS, "echo", kinds.Kind("echo", f"{__name__}:Echo", ("echo.txt",)))
    copy = shutil.copytree(exported, tmp_path / "echo")
    for name in ("vocabulary.txt", "labels.json"):
        (copy / name).unlink()
    (copy / kinds.KIND).write_text("echo\n")
    (copy / "echo.txt").write_text("")
    return copy


def test_a_folder_that_states_no_kind_holds_a_classifier(exported):
    assert not (exported / kinds.KIND).exists()
    assert type(load(exported)) is Pretrained
    assert load(exported).kind == kinds.kind_of(exported) == "classes"


def test_a_folder_is_opened_by_the_class_of_its_kind(echo):
    model = load(echo)
    assert type(model).__name__ == "Echo" and model.kind == "echo"
    assert "four sentences" in model.card
    folder.write_checksums(echo)
    assert kinds.KIND in model.verify()


def test_each_kind_has_files_of_its_own(echo):
    assert folder.missing_files(echo) == []
    (echo / "echo.txt").unlink()
    with pytest.raises(ValueError, match=r"is not an exported model: it has no echo.txt\."):
        load(echo)


def test_the_class_of_another_kind_refuses_the_folder(echo, exported):
    for name in ("vocabulary.txt", "labels.json"):
        shutil.copy(exported / name, echo)
    with pytest.raises(ValueError, match=r"of the kind 'echo', which Pretrained does not open; `rnn_zoo.load` opens"):
        Pretrained(echo)


def test_an_unknown_kind_names_the_file_and_the_known_ones(echo):
    (echo / kinds.KIND).write_text("smells")
    with pytest.raises(ValueError, match=r"kind.txt must name one of the kinds 'classes'.*got 'smells'"):
        load(echo)


def test_a_kind_says_what_it_must_define(echo):
    with pytest.raises(NotImplementedError, match="Echo must define `show`"):
        load(echo).show(["text"], None)
    with pytest.raises(NotImplementedError, match="Echo must define `answer_file`"):
        load(echo).answer_file("texts.txt")
