import re
from types import SimpleNamespace

import keras
import numpy as np
import pandas as pd
import pytest

from rnn_zoo import create_model, encoder_decoder, many_to_many, one_to_many
from rnn_zoo.inspection import inspect
from rnn_zoo.inspection.subject_kinds import tags_subject, writer_subject
from rnn_zoo.layers import Characters, NextToken, RawForecast, Recurrent, Tags, Tokens
from rnn_zoo.layers.quantiles import LEVELS
from rnn_zoo.text import Spelling, Symbols

NAMES = ["O", "B-PER", "I-PER"]
READS, WRITES = Symbols.fit(["a dog runs ."]), Symbols.fit(["ein hund läuft ."])
LETTERS = Symbols.fit(["to be, or not"], "characters")
FIRST_STATE = ["layer_0/forward/h"]


def exported(kind, model, folder=None, **more):
    """What pages read of an exported folder, without the seconds that an export takes."""
    return SimpleNamespace(kind=kind, name="tiny", model=model, card="# tiny", folder=folder, **more)


def test_a_tagger_shows_marginals_and_transitions(tmp_path):
    spelling = Spelling.fit([["John", "lives", "here", "."]])
    front = Characters(spelling.vocabulary.size, 3, spelling.letters, letter_dim=2, letter_units=2)
    model = many_to_many(front, Recurrent("gru", 3), Tags(NAMES, crf=True))
    tagger = exported("tags", model, labels=NAMES, spelling=spelling)
    page = inspect(tagger, "John lives.", tmp_path / "tags.html", layers=FIRST_STATE).read_text(encoding="utf-8")
    for shown in ("Tags of the words (marginals)", "Which tag follows which (CRF)", "log-probability of the tag"):
        assert shown in page
    assert float(re.search(r"miss that change by ([\d.e+-]+) %", page)[1]) <= 1
    subject = tags_subject(tagger, "John lives.", 10)
    assert subject.steps == ["John", "lives", "."] and len(subject.answers) == 3
    marginals, transitions = subject.matrices
    np.testing.assert_allclose(marginals.values.sum(axis=0), 1, rtol=1e-4)
    assert np.isnan(transitions.values[0, 2]) and not np.isnan(transitions.values[1, 2])  # "I-PER" after "O" is none
    assert "no word" in tags_subject(tagger, "", 10).notes[0]


def test_a_translator_shows_where_it_looks(tmp_path):
    writer = encoder_decoder(
        Tokens(READS.size, 3), Recurrent("gru", 4), Tokens(WRITES.size, 3), Recurrent("gru", 4), NextToken(WRITES.size)
    )
    READS.save(tmp_path / "source_symbols.json")
    settings = {"task": "translate", "first": 2, "end": 3, "max_length": 5}
    translator = exported("writer", writer.training, tmp_path, symbols=WRITES, settings=settings)
    subject = writer_subject(translator, "a dog runs.", 10)
    (attention,) = subject.matrices
    assert attention.columns == ["a", "dog", "runs", "."] and 1 <= len(attention.rows) <= 5
    np.testing.assert_allclose(attention.values.sum(axis=1), 1, rtol=1e-4)
    page = inspect(translator, "a dog runs.", tmp_path / "writer.html").read_text(encoding="utf-8")
    assert "Attention" in page and 'id="words"' not in page and "memory reach" in page.lower()


def test_a_language_model_says_what_may_come_next(tmp_path):
    writer = one_to_many(Tokens(LETTERS.size, 3), Recurrent("gru", 4), NextToken(LETTERS.size))
    settings = {"task": "continue", "first": None}
    letters = exported("writer", writer.training, symbols=LETTERS, settings=settings)
    subject = writer_subject(letters, "to be", 10)
    assert subject.steps == ["t", "o", "␣", "b", "e"]
    likely = keras.ops.softmax(writer.training(subject.batch)[0, -1, 3:]).numpy()  # what is no mark
    chances = [chance for _, chance in subject.answers]
    np.testing.assert_allclose(chances, np.sort(likely)[::-1][: len(chances)], rtol=1e-4)
    with pytest.raises(ValueError, match="holds 'x'"):
        writer_subject(letters, "x", 10)
    with pytest.raises(ValueError, match="describes vectors"):
        writer_subject(exported("writer", None, tmp_path, settings={"task": "describe"}), "x", 10)


def test_a_forecaster_shows_what_each_step_of_the_past_contributes(tmp_path):
    network = create_model("forecast_lstm", lookback=6, horizon=2, features=1, targets=1, units=2)
    past = keras.Input((6, 1), name="past")
    margins = np.zeros((2, 1))
    answers = RawForecast(network, [3.0], [2.0], margins, LEVELS)(past)
    times = pd.date_range("2024-01-01", periods=8)
    given = np.arange(6.0)[:, None]
    forecaster = exported(
        "series",
        keras.Model({"past": past}, answers),
        about={"targets": ["load"], "clock": False},
        _read=lambda path: (given, None, times),
    )
    page = inspect(forecaster, "load.csv", tmp_path / "series.html", layers=FIRST_STATE).read_text(encoding="utf-8")
    forecast = forecaster.model({"past": given[None]})["forecast"].numpy()[0]
    assert f"load, 2024-01-07: {forecast[0, 0]:.4g}" in page
    assert "against a past that stays at its mean" in page and "lstm, 2 units" in page


def test_a_kind_that_no_page_is_made_of(tmp_path):
    with pytest.raises(ValueError, match=r"of the kind 'images'.*'classes', 'tags', 'writer', 'series'"):
        inspect(exported("images", None, tmp_path), "x", tmp_path / "no.html")
