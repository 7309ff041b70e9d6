import re

import keras
import numpy as np
import pandas as pd
import pytest
from waves import waves

from rnn_zoo import create_model, encoder_decoder, load, many_to_many, one_to_many
from rnn_zoo.export import save_series, save_tagger, save_writer
from rnn_zoo.forecasting import Network
from rnn_zoo.inspection import inspect
from rnn_zoo.inspection.subject_kinds import tags_subject, writer_subject
from rnn_zoo.layers import Characters, NextToken, Recurrent, Tags, Tokens
from rnn_zoo.layers.quantiles import LEVELS
from rnn_zoo.text import Spelling, Symbols

NAMES = ["O", "B-PER", "I-PER"]
READS, WRITES = Symbols.fit(["a dog runs ."]), Symbols.fit(["ein hund läuft ."])
LETTERS = Symbols.fit(["to be, or not"], "characters")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    keras.utils.set_random_seed(0)
    return tmp_path_factory.mktemp("kinds")


def test_a_tagger_shows_marginals_and_transitions(folder):
    spelling = Spelling.fit([["John", "lives", "here", "."]])
    front = Characters(spelling.vocabulary.size, 3, spelling.letters, letter_dim=2, letter_units=2)
    model = many_to_many(front, Recurrent("gru", 3, bidirectional=True), Tags(NAMES, crf=True))
    exported = load(save_tagger(model, spelling, NAMES, folder / "tagger", card={"data": "one sentence"}))
    page = inspect(exported, "John lives.", folder / "tags.html").read_text(encoding="utf-8")
    for shown in ("Tags of the words (marginals)", "Which tag follows which (CRF)", "log-probability of the tag"):
        assert shown in page
    subject = tags_subject(exported, "John lives.", 10)
    assert subject.steps == ["John", "lives", "."]
    marginals, transitions = subject.matrices
    np.testing.assert_allclose(marginals.values.sum(axis=0), 1, rtol=1e-4)
    assert np.isnan(transitions.values[0, 2]) and not np.isnan(transitions.values[1, 2])  # "I-PER" after "O" is none
    found = [answer.tag for answer in exported.predict(["John lives."])[0].tokens]
    named = dict(name.split(": ") for name, _ in subject.answers)
    assert [named[word] for word in subject.steps] == found
    gap = re.search(r"miss that change by ([\d.e+-]+) %", page)
    assert float(gap[1]) <= 1
    assert "holds no word" in inspect(exported, "", folder / "empty.html").read_text(encoding="utf-8")


def test_a_translator_shows_where_it_looks(folder):
    writer = encoder_decoder(
        Tokens(READS.size, 3), Recurrent("gru", 4), Tokens(WRITES.size, 3), Recurrent("gru", 4), NextToken(WRITES.size)
    )
    exported = load(save_writer(writer, WRITES, folder / "writer", source_symbols=READS, max_length=5, width=2))
    subject = writer_subject(exported, "a dog runs.", 10)
    (attention,) = subject.matrices
    assert attention.columns == ["a", "dog", "runs", "."] and 1 <= len(attention.rows) <= 5
    np.testing.assert_allclose(attention.values.sum(axis=1), 1, rtol=1e-4)
    page = inspect(exported, "a dog runs.", folder / "writer.html").read_text(encoding="utf-8")
    assert "Attention" in page and 'id="words"' not in page and "recurrent" in page


def test_a_language_model_says_what_may_come_next(folder):
    writer = one_to_many(Tokens(LETTERS.size, 3), Recurrent("gru", 4), NextToken(LETTERS.size))
    options = {"first": None, "end": None, "max_length": 4}
    exported = load(save_writer(writer, LETTERS, folder / "letters", **options))
    page = inspect(exported, "to be", folder / "letters.html").read_text(encoding="utf-8")
    ((likeliest, chance), *_) = exported.predict(["to be"])[0].next.items()
    shown = {" ": "␣"}.get(likeliest, likeliest)
    assert f'<p class="answer">next: {shown}: {chance:.4g}</p>' in page
    with pytest.raises(ValueError, match="holds 'x'"):
        inspect(exported, "x", folder / "no.html")


def test_a_forecaster_shows_what_each_step_of_the_past_contributes(folder):
    windows = waves()

    def build(seen):
        sizes = {"lookback": 14, "horizon": 3, "features": seen.features, "targets": 2, "known": seen.known}
        return create_model("forecast_lstm", **sizes, units=2)

    network = Network("tiny", build, LEVELS, folder / "run", epochs=1, patience=0).fit(windows)
    exported = load(save_series(network, windows, folder / "series"))
    frame = pd.DataFrame(windows.series.values, columns=["a", "b", "sunday"], index=windows.series.times)
    frame.loc[frame.index[-3:], ["a", "b"]] = np.nan  # what is known of the steps ahead
    frame.rename_axis("time").to_csv(folder / "series.csv")
    page = inspect(exported, folder / "series.csv", folder / "series.html").read_text(encoding="utf-8")
    forecast = exported.predict(folder / "series.csv")
    assert f"{forecast['time'][0]}: {forecast['a'][0]:.4g}" in page
    assert "against a past that stays at its mean" in page and "lstm, 2 units" in page
