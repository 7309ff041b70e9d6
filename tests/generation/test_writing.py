import csv
import json

import keras
import numpy as np
import pytest
import tensorflow as tf

import rnn_zoo
from rnn_zoo.cli import main
from rnn_zoo.decoding import beam_search, greedy, sample
from rnn_zoo.generation.export import save_writer
from rnn_zoo.layers import NextToken, Recurrent, Tokens, Vectors
from rnn_zoo.text import Symbols
from rnn_zoo.text.symbols import START
from rnn_zoo.topologies import encoder_decoder, one_to_many
from rnn_zoo.zoo import load

CHARACTERS = Symbols.fit(["to be, or not to be"], "characters")
READS = Symbols.fit(["a dog runs .", "the dog sleeps"])
WRITES = Symbols.fit(["ein hund läuft .", "der hund schläft"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("writers")


@pytest.fixture(scope="module")
def language_model(folder):
    writer = one_to_many(Tokens(CHARACTERS.size, 4), Recurrent("gru", 5), NextToken(CHARACTERS.size))
    options = {"first": None, "end": None, "max_length": 12, "temperature": 0.7, "top_k": 5, "top_p": 0.9, "seed": 4}
    return writer, save_writer(writer, CHARACTERS, folder / "characters", **options, metrics={"nats": 1.5})


@pytest.fixture(scope="module")
def translator(folder):
    writer = encoder_decoder(
        Tokens(READS.size, 4), Recurrent("gru", 5), Tokens(WRITES.size, 4), Recurrent("gru", 5), NextToken(WRITES.size)
    )
    return writer, save_writer(writer, WRITES, folder / "words", source_symbols=READS, max_length=6, width=3)


def test_a_language_model_continues_raw_text(language_model):
    writer, exported = language_model
    served = tf.saved_model.load(str(exported))
    texts = ["to be", "or", ""]
    answers = served.serve(tf.constant(texts))
    beginning = CHARACTERS.from_text(tf.constant(texts))
    options = {"temperature": 0.7, "top_k": 5, "top_p": 0.9, "seed": 4}
    ids, scores = sample(writer.generator, beginning, max_length=12, end=None, **options)
    assert [text.decode() for text in answers["text"].numpy()] == CHARACTERS.decode(ids.numpy())
    np.testing.assert_allclose(answers["score"], scores, atol=1e-3)
    for drawing in ((0.7, 4), (0.7, 4, 5, 0.9)):
        np.testing.assert_array_equal(served.sample(*map(tf.constant, (texts, *drawing)))["text"], answers["text"])
    ranked = served.rank(tf.constant(texts))
    assert np.isfinite(ranked["probability"]).all()
    assert (np.diff(ranked["probability"].numpy(), axis=1) <= 0).all()


def test_a_language_model_samples_with_the_given_options(language_model, capsys):
    writer, exported = language_model
    model = load(exported)
    beginning = CHARACTERS.from_text(tf.constant(["to be", "or"]))

    def written(**options):
        ids, scores = sample(writer.generator, beginning, max_length=12, end=None, **options)
        return CHARACTERS.decode(ids.numpy()), scores

    for options in ({"temperature": 0.0}, {"top_k": 2, "seed": 5}, {"top_p": 0.3}, {"temperature": 2.0, "top_k": 3}):
        texts, scores = written(**{"temperature": 0.7, "top_k": 5, "top_p": 0.9, "seed": 4, **options})
        answers = model.sample(["to be", "or"], **options)
        assert [answer.text for answer in answers] == texts
        np.testing.assert_allclose([answer.score for answer in answers], scores, atol=1e-3)
    assert written(temperature=0)[0] == CHARACTERS.decode(
        greedy(writer.generator, beginning, max_length=12, end=None).ids.numpy()
    )
    assert len({model.sample(["to be"], seed=seed)[0].text for seed in range(5)}) > 1
    texts, _ = written(temperature=0.7, seed=4)
    assert [answer.text for answer in model.sample(["to be", "or"], top_k=0, top_p=1.0)] == texts
    assert model.sample(["or"]) == model.predict(["or"])
    assert main(["predict", str(exported), "to be", "--top-k", "2", "--seed", "5"]) == 0
    assert capsys.readouterr().out.startswith("to be" + model.sample(["to be"], top_k=2, seed=5)[0].text)
    for options in (["--temperature", "-1"], ["--top-k", "-2"], ["--top-p", "1.5"], ["--seed", "4294967296"]):
        assert main(["predict", str(exported), "to be", *options]) == 2
        assert f"`{options[0].removeprefix('--').replace('-', '_')}` must be" in capsys.readouterr().err


def test_an_export_of_an_earlier_version_answers(language_model, folder, monkeypatch):
    """Its signature `sample` takes temperature and seed alone."""
    texts, temperature = tf.TensorSpec([None], tf.string, "text"), tf.TensorSpec([], tf.float32, "temperature")

    @tf.function(input_signature=[texts, temperature, tf.TensorSpec([], tf.int32, "seed")])
    def sampled(text, temperature, seed):
        options = tf.strings.join([tf.strings.as_string(temperature, precision=1), tf.strings.as_string(seed)], " ")
        return {"text": tf.fill(tf.shape(text), options), "score": tf.zeros(tf.shape(text))}

    tf.saved_model.save(tf.Module(), str(folder / "earlier"), signatures={"sample": sampled})
    earlier = tf.saved_model.load(str(folder / "earlier"))
    model = load(language_model[1])
    monkeypatch.setattr(model._saved_model, "signatures", earlier.signatures)
    del model.settings["top_k"]
    assert model.sample(["to be"], temperature=0.5)[0].text == "0.5 4"
    assert model.sample(["to be"], seed=9)[0].text == "0.7 9"
    for options in ({"temperature": 0}, {"top_k": 3}, {"top_p": 0.5}):
        with pytest.raises(ValueError, match=r"an earlier version, .*: export it again"):
            model.sample(["to be"], **options)


def test_a_translator_takes_raw_text_and_returns_text(translator):
    writer, exported = translator
    model = load(exported)
    texts = ["A dog runs.", "", "the never seen"]
    source = np.pad(READS.from_text(tf.constant(texts)).numpy(), [(0, 0), (0, 1)])
    found = beam_search(writer.generator, tf.fill([3, 1], START), source, width=3, max_length=6)
    expected = [text.decode() for text in WRITES.to_text(found.ids[:, 0]).numpy()]
    assert [answer.text for answer in model.predict(texts, batch_size=2)] == expected
    assert model.kind == "writer" and model.verify()


def test_vectors_are_described(folder):
    vector = keras.Input((3,), name="features")
    writer = one_to_many(Tokens(WRITES.size, 4), Recurrent("gru", 5), NextToken(WRITES.size), source=vector)
    exported = save_writer(writer, WRITES, folder / "vectors", max_length=4)
    served = tf.saved_model.load(str(exported))
    assert served.serve(np.ones((2, 3), "float32"))["text"].shape == (2,)
    model = load(exported)
    vectors = np.arange(6, dtype="float32").reshape(2, 3)
    np.save(folder / "features.npy", vectors)
    assert main(["predict", str(exported), "--file", str(folder / "features.npy")]) == 0
    with open(folder / "features.predictions.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["written"] for row in rows] == [answer.text for answer in model.predict(vectors)]
    found = sample(writer.generator, tf.fill([2, 1], START), vectors, max_length=4, top_k=2, seed=7)
    expected = [text.decode() for text in WRITES.to_text(found.ids).numpy()]
    assert [answer.text for answer in model.sample(vectors, top_k=2, seed=7)] == expected
    with pytest.raises(ValueError, match="describes vectors, not texts"):
        model.predict(["a text"])


@pytest.mark.long
def test_all_continuations_are_ranked(folder):
    """There are 13, two of which make the text "a.": the more likely one counts."""
    symbols = Symbols(["", "[UNK]", "[START]", "[END]", "a", ".", "a."])
    writer = one_to_many(Tokens(7, 4), Recurrent("gru", 5), NextToken(7))
    exported = save_writer(writer, symbols, folder / "completes", max_length=2, width=16)
    served = tf.saved_model.load(str(exported))
    found = served.complete(tf.constant(["a . a"]))
    texts = [text.decode() for text in found["text"].numpy()[0]]
    probabilities = found["probability"].numpy()[0]
    assert (probabilities[:13] > 0).all() and probabilities[:13].sum() == pytest.approx(1, abs=1e-4)
    assert texts[13:] == [""] * 3 and not probabilities[13:].any()
    assert texts.count("a.") == 2 and "" in texts[:13]
    assert load(exported).predict(["a . a"])[0].ranked == {
        text: pytest.approx(float(probabilities[texts.index(text)])) for text in dict.fromkeys(texts)
    }


@pytest.mark.long
def test_sequences_of_vectors_are_described(folder):
    front = Vectors(3, mask_value=-1.0)
    writer = encoder_decoder(
        front, Recurrent("gru", 5), Tokens(WRITES.size, 4), Recurrent("gru", 5), NextToken(WRITES.size)
    )
    model = load(save_writer(writer, WRITES, folder / "sequences", max_length=4, width=2))
    source = np.random.default_rng(0).standard_normal((2, 5, 3)).astype("float32")
    found = beam_search(writer.generator, tf.fill([2, 1], START), source, width=2, max_length=4)
    expected = [text.decode() for text in WRITES.to_text(found.ids[:, 0]).numpy()]
    assert [answer.text for answer in model.predict(source)] == expected
    empty = model.predict(np.zeros((1, 0, 3)))[0], model.predict(np.full((1, 2, 3), -1.0))[0]
    assert empty[0].text == empty[1].text and empty[0].score == pytest.approx(empty[1].score, abs=1e-4)
    with pytest.raises(ValueError, match=r"describes features \[any, 3\], .* got features \[2, 5, 4\]"):
        model.predict(np.zeros((2, 5, 4)))


@pytest.mark.long
def test_several_inputs_are_described_by_name(folder):
    picture, place = keras.Input((2, 2), name="picture"), keras.Input((3,), name="place")
    source = keras.layers.Concatenate()([keras.layers.Flatten()(picture), place])
    writer = one_to_many(Tokens(WRITES.size, 4), Recurrent("gru", 5), NextToken(WRITES.size), source=source)
    model = load(save_writer(writer, WRITES, folder / "several", max_length=3, width=1))
    given = {"place": np.eye(3, dtype="float32"), "picture": np.ones((3, 2, 2), "float32")}
    found = greedy(writer.generator, tf.fill([3, 1], START), [given["picture"], given["place"]], max_length=3)
    np.savez(folder / "several.npz", **given)
    for answers in (model.predict(given), model.predict(folder / "several.npz", batch_size=2)):
        assert [answer.text for answer in answers] == [text.decode() for text in WRITES.to_text(found.ids).numpy()]
        np.testing.assert_allclose([answer.score for answer in answers], found.scores, atol=1e-4)
    with pytest.raises(ValueError, match=r"a dict, or an .npz file \(picture \[2, 2\], place \[3\]\)"):
        model.predict(given["place"])
    with pytest.raises(ValueError, match=r"with the same number of rows each, got picture \[3, 2, 2\], place \[2, 3\]"):
        model.predict({**given, "place": given["place"][:2]})
    with pytest.raises(ValueError, match=r"`source_symbols` must be None unless .* picture <float32>\[None, 2, 2\]"):
        save_writer(writer, WRITES, folder / "refused", source_symbols=READS, max_length=3)
    assert not (folder / "refused").exists()


def test_the_command_prints_the_generated_text(language_model, translator, capsys, tmp_path):
    assert main(["predict", str(language_model[1]), "to be"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("to be" + load(language_model[1]).predict(["to be"])[0].text)
    assert "next: " in printed
    assert main(["predict", str(translator[1]), "A dog", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["text"] == "A dog"
    (tmp_path / "in.txt").write_text("a dog\nthe dog\n")
    assert main(["predict", str(translator[1]), "--file", str(tmp_path / "in.txt")]) == 0
    assert (tmp_path / "in.predictions.csv").read_text().startswith("line,text,written,score\n1,a dog,")
    assert main(["predict", str(translator[1]), "A dog", "--seed", "1"]) == 2
    assert "uses beam search, of width 3, and does not sample" in capsys.readouterr().err
    for text, message in (("", "is empty"), ("to x", "'x', which the model does not know")):
        assert main(["predict", str(language_model[1]), text]) == 2
        assert message in capsys.readouterr().err


@pytest.mark.long
def test_an_export_is_exported_again(translator, folder, capsys):
    assert main(["export", str(translator[1]), "--to", str(folder / "again"), "--data", "four sentences"]) == 0
    one, again = load(translator[1]), load(folder / "again")
    assert again.settings == one.settings and "four sentences" in again.card
    assert again.predict(["A dog runs.", "dog"]) == one.predict(["A dog runs.", "dog"])


def test_the_card_shows_the_commands(language_model):
    model = rnn_zoo.load(language_model[1])
    assert "continues a text, character by character" in model.card
    assert 'rnn-zoo predict . "To be, or not" --seed 1' in model.card
    assert model.settings["max_length"] == 12 and model.metrics == {"nats": 1.5}


def test_nothing_is_written_where_something_is_wrong(language_model, translator, tmp_path):
    with pytest.raises(ValueError, match=f"`symbols` must be the {CHARACTERS.size} that the network generates"):
        save_writer(language_model[0], WRITES, tmp_path / "new", max_length=5)
    with pytest.raises(ValueError, match="`top_k` must be a positive integer, got 0"):
        save_writer(language_model[0], CHARACTERS, tmp_path / "new", max_length=5, top_k=0)
    with pytest.raises(ValueError, match="`width` must be a positive integer, got 0"):
        save_writer(language_model[0], CHARACTERS, tmp_path / "new", max_length=5, width=0)
    with pytest.raises(ValueError, match="`source_symbols` must be None for a network without a source"):
        save_writer(language_model[0], CHARACTERS, tmp_path / "new", max_length=5, source_symbols=READS)
    with pytest.raises(ValueError, match="`source_symbols` must be the symbols whose ids the network reads, got None"):
        save_writer(translator[0], WRITES, tmp_path / "new", max_length=5)
    with pytest.raises(ValueError, match=f"must be the {READS.size} that the network reads, got {CHARACTERS.size}"):
        save_writer(translator[0], WRITES, tmp_path / "new", max_length=5, source_symbols=CHARACTERS)
    with pytest.raises(ValueError, match="`first` must be a symbol's id for a network with a source"):
        save_writer(translator[0], WRITES, tmp_path / "new", max_length=5, source_symbols=READS, first=None)
    assert not (tmp_path / "new").exists()
