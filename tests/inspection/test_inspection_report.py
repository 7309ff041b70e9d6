import html.parser
import shutil

import keras
import numpy as np
import pytest
from helpers import random_inputs

from rnn_zoo import Classes, Recurrent, Tokens, Vectors, cli, many_to_many, many_to_one
from rnn_zoo.tasks.inspecting import inspect
from rnn_zoo.tasks.text_classification.export import save
from rnn_zoo.text import Vocabulary

TEXT = "The food is <b>not</b> good & cheap, 🙂"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    keras.utils.set_random_seed(0)
    vocabulary = Vocabulary.fit(["the food is good", "the food is not good"], size=20)
    recurrence = Recurrent("lstm", 3, bidirectional=True, name="reader")
    model = many_to_one(Tokens(vocabulary.size, 2), recurrence, Classes(2), pooling="max", name="tiny")
    card = {"data": "two <i>sentences</i>", "name": "tiny"}
    return save(model, vocabulary, ["bad", "good"], tmp_path_factory.mktemp("models") / "tiny", card=card, metrics={})


@pytest.fixture(scope="module")
def page(folder, tmp_path_factory):
    path = inspect(str(folder), TEXT, tmp_path_factory.mktemp("page") / "report.html")
    return path.read_text(encoding="utf-8")


class Parsed(html.parser.HTMLParser):
    """The tags and the text of a page."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.text += data


def test_what_is_on_the_page(page):
    parsed = Parsed(page)
    sections = [attributes["id"] for tag, attributes in parsed.tags if tag == "section"]
    assert sections == ["answer", "words", "states", "gradient", "network", "card"]
    assert TEXT in parsed.text  # as it was asked, its tags escaped
    assert "two <i>sentences</i>" in parsed.text  # of the card too
    images = [attributes for tag, attributes in parsed.tags if tag == "img"]
    # Two states and three gates of two directions are ten, of which eight are shown; a chart; two drawings.
    assert len(images) == 11 and all(len(image["alt"]) > 20 for image in images)
    assert "layer_0/backward/f, layer_0/backward/o" in parsed.text
    words = [attributes for tag, attributes in parsed.tags if tag == "span" and "title" in attributes]
    assert len(words) == 9 and "not in the vocabulary" in words[-1]["title"]
    assert "memory reach" in parsed.text.lower() and "integrated gradients" in parsed.text


def test_it_needs_no_network(page):
    for tag, attributes in Parsed(page).tags:
        assert tag not in ("script", "link") or attributes.get("href") == "data:,"
        assert attributes.get("src", "data:").startswith("data:")
        if tag == "a" and attributes["href"].startswith("http"):
            assert "target" not in attributes  # a link of the card, followed by a reader only
    assert "url(" not in page and "@import" not in page
    assert len(page) < 2e6


def test_an_empty_text(folder, tmp_path):
    parsed = Parsed(inspect(folder, "", tmp_path / "report.html").read_text(encoding="utf-8"))
    sections = [attributes["id"] for tag, attributes in parsed.tags if tag == "section"]
    assert sections == ["answer", "network", "card"]
    assert "(an empty text)" in parsed.text and "holds no word" in parsed.text


def test_a_long_text_shows_a_window(folder, tmp_path):
    text = "the food is not good " * 2_000
    page = inspect(folder, text, tmp_path / "report.html", start=9_999, window=30, layers=["layer_0/forward/h"])
    parsed = Parsed(page.read_text(encoding="utf-8"))
    assert "The text has 10,000 words" in parsed.text and "words 9,971 to 10,000" in parsed.text
    assert len([tag for tag, attributes in parsed.tags if tag == "span" and "title" in attributes]) == 30


def test_without_the_native_model(folder, tmp_path):
    blind = tmp_path / "blind"
    shutil.copytree(folder, blind)
    (blind / "model.keras").unlink()
    parsed = Parsed(inspect(str(blind), TEXT, tmp_path / "report.html").read_text(encoding="utf-8"))
    sections = [attributes["id"] for tag, attributes in parsed.tags if tag == "section"]
    assert sections == ["answer", "card"]
    assert "no model.keras" in parsed.text and "Not shown" in parsed.text


def test_a_live_model_of_a_series(tmp_path):
    model = many_to_many(Vectors(2), Recurrent("vanilla", 3), Classes(3), name="live")
    path = inspect(model, random_inputs((62, 2)), tmp_path / "report.html", labels=["low", "mid", "high"])
    parsed = Parsed(path.read_text(encoding="utf-8"))
    assert "at step 62" in parsed.text and "Steps 3 to 62" in parsed.text


def test_bad_input(folder, tmp_path):
    out = tmp_path / "report.html"
    with pytest.raises(ValueError, match=r"`layers` must be one of 'layer_0/forward/h', .*got 'layer_7'"):
        inspect(folder, TEXT, out, layers=["layer_7"])
    plain = keras.Sequential([keras.Input((3, 2)), keras.layers.Flatten(), keras.layers.Dense(2)])
    with pytest.raises(ValueError, match="must hold a recurrence"):
        inspect(plain, np.zeros((3, 2), "float32"), out)
    live = many_to_one(Tokens(9, 2), Recurrent("gru", 2), Classes(2), pooling="max")
    with pytest.raises(ValueError, match="`vocabulary` must be given for a live model to read a text"):
        inspect(live, TEXT, out)
    with pytest.raises(ValueError, match=r"must be one sequence of the shape \(any,\), got the shape \(2, 2\)"):
        inspect(live, np.zeros((2, 2), "int32"), out)
    with pytest.raises((ValueError, FileNotFoundError), match="no-such-model"):
        inspect("no-such-model", TEXT, out)
    with pytest.raises(ValueError, match="`start` must be an integer >= 0"):
        inspect(folder, TEXT, out, start=-1)
    assert not out.exists()


def test_the_command(folder, tmp_path, capsys):
    out = tmp_path / "report.html"
    command = ["inspect", str(folder), "good", "--out", str(out), "--layers", "layer_0/forward/c"]
    assert cli.main(command) == 0
    assert "open it in a browser" in capsys.readouterr().out
    assert cli.main(command) == 2
    assert "already exists; give --overwrite" in capsys.readouterr().err
