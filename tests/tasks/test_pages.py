"""A page of each kind of model: live, as an export, and in a real browser."""

import dataclasses
import re
import shutil
from pathlib import Path

import keras
import numpy as np
import pytest
from helpers import ROOT, random_inputs
from in_browser import CHROMIUM, facts
from waves import waves

import rnn_zoo
from rnn_zoo import Classes, Recurrent, Vectors, create_model, encoder_decoder, many_to_many, many_to_one, one_to_many
from rnn_zoo.generation.export import save_writer
from rnn_zoo.inspection import integrated_gradients, report
from rnn_zoo.inspection.look import Look
from rnn_zoo.layers import Characters, Chords, Labels, NextToken, OneHot, Tags, Tokens
from rnn_zoo.tasks.inspecting import inspect
from rnn_zoo.tasks.music.export import save_music
from rnn_zoo.tasks.opening import open_subject
from rnn_zoo.text import Spelling, Symbols, Vocabulary

NAMES = ["O", "B-PER", "I-PER"]
READS, WRITES = Symbols.fit(["a dog runs ."]), Symbols.fit(["ein hund läuft ."])
LETTERS = Symbols.fit(["to be, or not"], "characters")
WORDS = Vocabulary.fit(["the food is good", "the food is not good"], size=20)
SPELLING = Spelling.fit([["John", "lives", "here", "."]])
WINDOWS = waves()


def translator():
    return encoder_decoder(
        Tokens(READS.size, 3), Recurrent("gru", 4), Tokens(WRITES.size, 3), Recurrent("gru", 4), NextToken(WRITES.size)
    )


def music():
    return one_to_many(Vectors(5, mask_value=-1.0), Recurrent("gru", 3), Labels(5))


def tagger():
    front = Characters(SPELLING.vocabulary.size, 3, SPELLING.letters, letter_dim=2, letter_units=2)
    return many_to_many(front, Recurrent("gru", 3), Tags(NAMES, crf=True))


def forecaster(**options):
    return create_model("forecast_encoder_decoder", lookback=14, horizon=3, features=3, targets=2, units=3, **options)


# Name -> function that makes (model, what is given, what is known, sections of its page, what is on it).
LIVE = {
    "text": lambda: (
        many_to_one(Tokens(WORDS.size, 2), Recurrent("lstm", 3), Classes(2), pooling="max"),
        "the <b>food</b> is not good 🙂",
        {"vocabulary": WORDS, "labels": ["bad", "good"]},
        ["answer", "words", "states", "gradient", "network", "card"],
        ["occlusion", "not in the vocabulary", "A live model, which has no card"],
    ),
    "tags": lambda: (
        tagger(),
        "John lives.",
        {"vocabulary": SPELLING},
        ["answer", "words", "states", "kind", "gradient", "network", "card"],
        ["Marginals of the tags", "Transitions of the CRF", "log-probability of the tag"],
    ),
    "writer": lambda: (
        translator(),
        "a dog runs.",
        {"vocabulary": READS, "labels": WRITES, "window": 5},
        ["answer", "words", "states", "kind", "gradient", "network", "card"],
        ["Attention", "Decoded greedily", "attention weight", "source/layer_0/forward"],
    ),
    "series": lambda: (
        forecaster(known=1),
        WINDOWS,
        {},
        ["answer", "words", "states", "gradient", "network", "card"],
        ["a constant past at its mean", "Forecast of a", "Contributions by step and column", "from 2024-"],
    ),
    "images": lambda: (
        create_model("digit_rows", shape=(4, 4, 1), classes=2, units=2),
        np.arange(16).reshape(4, 4) * 16,
        {"labels": ["left", "right"]},
        ["answer", "words", "states", "gradient", "network", "card"],
        ["The image, 4 x 4 pixels", "a black image", "Contributions by step and column"],
    ),
    "steps": lambda: (
        many_to_many(OneHot(LETTERS.size), Recurrent("gru", 3), Labels(1)),
        "to be or",
        {"vocabulary": LETTERS, "labels": ["be has passed"]},
        ["answer", "words", "states", "gradient", "network", "card"],
        ["The answer at every step", "be has passed at"],
    ),
    "music": lambda: (
        music(),
        np.eye(5, dtype="float32")[[0, 2, 4]],
        {},
        ["answer", "words", "states", "gradient", "network", "card"],
        ["Piano roll of 3 steps", "sounds next", "the prediction for silence"],
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def live():
    keras.utils.set_random_seed(0)
    return {name: make() for name, make in LIVE.items()}


@pytest.fixture(scope="module")
def pages(live, tmp_path_factory):
    """Name -> HTML."""
    folder, made = tmp_path_factory.mktemp("pages"), {}
    for name, (model, given, known, *_) in live.items():
        state = "decoder/layer_0/forward/h" if name in ("writer", "series") else "layer_0/forward/h"
        made[name] = inspect(model, given, folder / f"{name}.html", layers=[state], **known).read_text("utf-8")
    return made


@pytest.mark.parametrize("name", LIVE)
def test_what_is_on_the_page_of_a_live_model(name, live, pages):
    *_, sections, shown = live[name]
    page = pages[name]
    assert re.findall('<section id="([a-z]+)"', page) == sections
    for text in (*shown, "memory reach"):
        assert text.lower() in page.lower()
    assert float(re.search(r"differs from that change by ([\d.e+-]+) %", page)[1]) <= 1
    alts = re.findall('<img[^>]* alt="([^"]*)"', page)
    assert len(alts) == page.count("<img ") and all(len(alt) > 20 for alt in alts)


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium")
def test_every_page_in_a_browser(live, pages, tmp_path):
    found = facts(pages, [1280, 390], tmp_path)
    assert set(found) == {(name, width) for name in LIVE for width in (1280, 390)}
    for (name, width), told in found.items():
        assert told["inner"] == width
        assert told["scroll"] <= width and not told["beyond"], name  # to scroll: tables, figures and drawings alone
        assert told["images"] == told["alts"] >= 4 and told["broken"] == 0
        assert told["seen"] == live[name][3]
        assert told["answer"] or name == "tags"
        words = {"text": 6, "tags": 3, "writer": 4, "steps": 8}.get(name, 0)
        assert len(told["colours"]) == words and (not words or len(set(told["colours"])) > 2)


def test_a_tagger_shows_marginals_and_transitions(live):
    subject = open_subject(live["tags"][0], ["John", "lives", "."], Look(vocabulary=SPELLING))
    assert [word for word, _ in subject.marked] == ["John", "lives", "."] and len(subject.answers) == 3
    marginals, transitions = (picture.figure().axes[0].images[0].get_array() for picture in subject.pictures)
    np.testing.assert_allclose(marginals.sum(axis=0), 1, rtol=1e-4)
    assert transitions.mask[0, 2] and not transitions.mask[1, 2]  # "I-PER" after "O" is none
    assert "no word" in open_subject(live["tags"][0], "", Look(vocabulary=SPELLING)).notes[0]
    plain = many_to_many(Tokens(WORDS.size, 2), Recurrent("gru", 2), Tags(2))
    assert len(open_subject(plain, "the food", Look(vocabulary=WORDS)).pictures) == 1
    with pytest.raises(ValueError, match="`vocabulary` must be given for a live tagger"):
        open_subject(plain, "the food", Look())


def test_an_encoder_decoder_by_any_of_its_sides(live):
    writer, given, known, *_ = live["writer"]
    look = Look(**known)
    subject = open_subject(writer, given, look)
    assert subject.steps == ["a", "dog", "runs", "."] and 1 <= len(subject.written) <= 5
    (attention,) = (picture.figure().axes[0].images[0].get_array() for picture in subject.pictures)
    np.testing.assert_allclose(attention.sum(axis=1), 1, rtol=1e-4)
    for side in (writer.training, writer.generator):
        other = open_subject(side, READS.encode(["a dog runs ."])[0], look)
        assert (other.written, other.steps) == (subject.written, subject.steps)
        np.testing.assert_allclose([value for _, value in other.answers], [value for _, value in subject.answers])


def test_the_states_of_a_decoder_are_named_by_what_it_writes(live, monkeypatch):
    """Also where it writes as many steps as it reads."""
    writer, _, known, *_ = live["writer"]
    subject = open_subject(writer, "a dog", Look(**known))
    subject = dataclasses.replace(subject, steps=[f"read {k}" for k in range(len(subject.written))], unknown=None)
    subject.inputs = [np.resize(subject.inputs[0], len(subject.written)), subject.inputs[1]]
    drawn = {}

    def heat_map(array, names, title, *options):
        drawn[title] = list(names)
        return original(array, names, title, *options)

    original = report.figures.heat_map
    monkeypatch.setattr(report.figures, "heat_map", heat_map)
    report._maps(subject, None, None)
    assert drawn["source/layer_0/forward/h (state)"] == list(subject.steps)
    assert drawn["decoder/layer_0/forward/h (state)"] == list(subject.written)


def test_a_language_model_says_what_may_come_next():
    writer = one_to_many(Tokens(LETTERS.size, 3), Recurrent("gru", 4), NextToken(LETTERS.size))
    subject = open_subject(writer, "to be", Look(vocabulary=LETTERS, labels=LETTERS))
    assert subject.steps == ["t", "o", "␣", "b", "e"]
    likely = keras.ops.softmax(writer.training(subject.batch)[0, -1, 3:]).numpy()  # what is no mark
    chances = [chance for _, chance in subject.answers]
    np.testing.assert_allclose(chances, np.sort(likely)[::-1][: len(chances)], rtol=1e-4)


def test_a_network_that_describes_vectors(tmp_path):
    cells = keras.Input((3, 2), name="cells")
    front = Tokens(WRITES.size, 3)
    writer = one_to_many(front, Recurrent("gru", 3), NextToken(WRITES.size), source=cells, attention="additive")
    np.save(tmp_path / "cells.npy", random_inputs((3, 2)))
    look = Look(labels=WRITES, window=3)
    subject = open_subject(writer, str(tmp_path / "cells.npy"), look)
    assert subject.given == "3 x 2 numbers" and not subject.texts and len(subject.pictures) == 1
    with pytest.raises(ValueError, match=r"`given` must be of the shape \(3, 2\) for this network, got \(3,\)"):
        open_subject(writer, np.zeros(3, "float32"), look)


def test_music_whose_keys_depend_on_each_other():
    writer = one_to_many(Vectors(3, mask_value=-1.0), Recurrent("gru", 3), Chords(3, 2))
    keys = np.eye(3, dtype="float32")[[0, 2]]
    subject = open_subject(writer, keys, Look(labels=["C", "E", "G"]))
    every = np.array(list(np.ndindex(2, 2, 2)), "float32")
    chances = np.exp(
        -writer.generator.decoder.head.negative_log_likelihood(writer.training(subject.batch)[0, -1], every).numpy()
    )
    for name, chance in subject.answers:
        exact = chances[every[:, "CEG".index(name[4])] == 1].sum()
        assert chance == pytest.approx(exact, abs=0.12)  # of 200 draws
    logs = subject.model(subject.batch)[0].numpy()
    assert logs.shape == (3,) and subject.index == (2,)
    chord = subject.targets[0, -1]
    assert logs[-1] == pytest.approx(np.log(chances[(every == chord).all(axis=1)][0]), abs=1e-4)
    assert integrated_gradients(subject.model, subject.inputs, subject.index).gap <= 0.01


def test_a_forecaster_of_arrays_has_the_median_explained(live):
    model, past = forecaster(known=0), WINDOWS.past(np.array([30]))[0]
    subject = open_subject(model, past, Look())
    quantiles = model(past[None])[0].numpy()
    assert subject.index == (0, 0, 1)
    np.testing.assert_allclose([value for _, value in subject.answers], quantiles[:, 0, 1], rtol=1e-4)
    with pytest.raises(ValueError, match=r"`given` must be one window without the batch, \(14, 3\) and \(3, 1\)"):
        open_subject(live["series"][0], past, Look())


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    """Exports that no folder of saved_models has a twin of."""
    keras.utils.set_random_seed(0)
    folder = tmp_path_factory.mktemp("exports")
    save_writer(translator(), WRITES, folder / "translator", source_symbols=READS, max_length=5, width=2)
    save_music(music(), folder / "music", lowest=60, seconds=0.5, steps=2)
    return folder


# Folder -> what it is asked.
EXPORTED = {
    "saved_models/ner_bilstm_crf": "Angela Merkel visited Paris.",
    "saved_models/word_detector": "say bravo",
    "saved_models/digit_rows": np.arange(64).reshape(8, 8) * 4,
    "translator": "A dog runs.",
    "music": "60 64",
}


@pytest.mark.parametrize("name", EXPORTED)
def test_an_exported_folder_answers_on_its_page_as_when_it_is_asked(name, exports):
    folder = ROOT / name if "/" in name else exports / name
    if not folder.is_dir():
        pytest.skip(f"{folder} is not here")
    given = EXPORTED[name]
    subject, exported = open_subject(folder, given, Look()), rnn_zoo.load(folder)
    assert subject.card == exported.card and subject.name == Path(name).name
    if exported.kind == "tags":
        (asked,) = exported.predict([given])
        assert [(word, tag or "O") for word, tag in subject.marked] == [(one.text, one.tag) for one in asked.tokens]
        assert subject.answers[0][1] == pytest.approx(max(one.score for one in asked.tokens if one.tag != "O"), 1e-4)
    elif exported.kind == "steps":
        found = exported.probabilities([given])[0][:, 0]
        assert subject.answers[0][1] == pytest.approx(found.max(), 1e-4) and subject.index[0] == found.argmax()
    elif exported.kind == "images":
        (asked,) = exported.predict(given[None].astype("float32"))
        assert subject.answers[0] == (asked.label, pytest.approx(asked.score, 1e-4))
    elif exported.kind == "writer":
        assert subject.steps == ["a", "dog", "runs", "."] and 1 <= len(subject.written) <= 5
    else:
        assert subject.answers[0][0] in [f"key {key} sounds next" for key in range(60, 65)]
        np.testing.assert_array_equal(subject.inputs, [[0, 0, 0, 0, 0], [1, 0, 0, 0, 1]])


def test_an_export_without_its_native_model_says_what_is_missing(exports, tmp_path):
    blind = tmp_path / "music"
    shutil.copytree(exports / "music", blind, ignore=shutil.ignore_patterns("model.keras"))
    subject = open_subject(blind, "60 64", Look())
    assert subject.model is None and "no model.keras" in subject.notes[0] and subject.card
    assert subject.answer.startswith("60 64") and subject.answer.count("\n") == 2  # two steps written


def test_a_run_and_a_keras_file_with_what_lies_beside_them(tmp_path):
    run = tmp_path / "run"
    run.mkdir()
    model = many_to_one(Tokens(WORDS.size, 2), Recurrent("gru", 2), Classes(2), pooling="max", name="tiny")
    model.save(run / "model.keras")
    with pytest.raises(ValueError, match="`vocabulary` must be given for a live model to read a text"):
        open_subject(run, "good food", Look())
    WORDS.save(run / "vocabulary.txt")
    (run / "labels.json").write_text('["bad", "good"]', encoding="utf-8")
    for path in (run, str(run / "model.keras")):
        subject = open_subject(path, "good food", Look())
        assert subject.name == "run" and {label for label, _ in subject.answers} == {"bad", "good"}
    with pytest.raises(FileNotFoundError, match=r"there is no file .*other\.keras"):
        open_subject(run / "other.keras", "good", Look())
    with pytest.raises(ValueError, match=r"must be an exported folder, .* got list"):
        open_subject([], "good", Look())
