import itertools
import json

import numpy as np
import pytest

import rnn_zoo
from rnn_zoo import cli
from rnn_zoo.layers import Characters, Recurrent, Tags
from rnn_zoo.tasks.exporting import save_from
from rnn_zoo.tasks.tagging.answers import Tagger
from rnn_zoo.tasks.tagging.export import save_tagger
from rnn_zoo.tasks.tagging.signatures import TagGraph
from rnn_zoo.text import Spelling
from rnn_zoo.text.tag_scheme import fault, spans_of
from rnn_zoo.topologies import many_to_many

SENTENCES = [["John", "lives", "in", "New", "York", "."], ["Rain", "."], [], ["Anna", "'s", "cat"]]
TEXTS = ["John lives in New York.", "", "Anna's cat e\u0301 \U0001f355", "السلام عليكم", "a\x1fb \x07", "Rain. " * 30]
NAMES = ["O", "B-LOC", "I-LOC", "B-PER", "I-PER"]


def tagger(names, crf, spelling):
    front = Characters(spelling.vocabulary.size, 4, spelling.letters, letter_dim=3, letter_units=4, seed=1)
    model = many_to_many(front, Recurrent("gru", 4, bidirectional=True, seed=2), Tags(names, crf))
    generator = np.random.default_rng(3)
    model.set_weights([generator.normal(0, 0.7, weight.shape) for weight in model.get_weights()])
    return model


@pytest.fixture(scope="module")
def spelling():
    return Spelling.fit(SENTENCES)


@pytest.fixture(scope="module", params=["crf", "softmax"])
def model(request, spelling):
    return tagger(NAMES, request.param == "crf", spelling)


@pytest.fixture(scope="module")
def exported(spelling, tmp_path_factory):
    card = {"data": "four sentences", "licence": "CC0"}
    model = tagger(NAMES, True, spelling)
    return rnn_zoo.load(save_tagger(model, spelling, NAMES, tmp_path_factory.mktemp("zoo") / "tiny", card=card))


def test_the_folder_is_complete_and_has_its_kind(exported):
    assert type(exported) is Tagger and exported.kind == "tags"
    assert {"kind.txt", "letters.json", "labels.json", "vocabulary.txt"} <= set(exported.verify())
    assert exported.labels == NAMES and exported.types == ["LOC", "PER"]
    assert "four sentences" in exported.card and "`B-PER`" in exported.card and "serve_words" in exported.card


def test_texts_are_tagged_with_offsets(exported):
    for one, text in zip(exported.predict(TEXTS, batch_size=2), TEXTS, strict=True):
        assert one.text == text
        for part in (*one.tokens, *one.spans):
            assert text[part.start : part.end] == part.text and 0 <= part.score <= 1 + 1e-6
        tags = [token.tag for token in one.tokens]
        assert fault(tags, "BIO") is None
        expected = [
            (one.tokens[span.start].start, one.tokens[span.end - 1].end, span.type) for span in spans_of(tags, "BIO")
        ]
        assert [(span.start, span.end, span.type) for span in one.spans] == expected
    assert [token.text for token in exported.predict(["John lives in New York."])[0].tokens] == SENTENCES[0]
    assert exported.predict([]) == [] and exported.predict(["", " "])[1].tokens == []


def test_words_are_tagged_as_their_text(exported):
    found = exported.tag(SENTENCES)
    assert [len(tags) for tags in found] == [6, 2, 0, 3]
    assert found[0] == [token.tag for token in exported.predict(["John lives in New York."])[0].tokens]
    assert exported.tag(SENTENCES, batch_size=1) == found and exported.tag([]) == []


def test_scores_are_the_probabilities_of_the_chain(model, spelling):
    """Of every sequence of tags of a sentence, enumerated."""
    import tensorflow as tf

    words = SENTENCES[0][:4]
    graph = TagGraph(model, spelling, NAMES)
    given = {name: part.numpy() for name, part in graph.tag_words(tf.constant([[*words, ""]])).items()}
    numbers, letters = spelling.ids(words)
    outputs = model({"words": numbers[None], "letters": letters[None]})
    conditionals = np.exp(model.layers[-1].as_chain(outputs).numpy()[0].astype("float64"))
    paths = {}
    for tags in itertools.product(range(5), repeat=4):
        steps = [conditionals[t, tags[t - 1] if t else 0, tag] for t, tag in enumerate(tags)]
        paths[tags] = np.prod(steps)
    assert sum(paths.values()) == pytest.approx(1, abs=1e-5)
    best = max(paths, key=paths.get)
    assert [tag.decode() for tag in given["tag"][0]] == [*(NAMES[tag] for tag in best), ""]
    for step, tag in enumerate(best):
        expected = sum(weight for tags, weight in paths.items() if tags[step] == tag)
        assert given["tag_score"][0, step] == pytest.approx(expected, abs=1e-4)
    spans = spans_of([NAMES[tag] for tag in best], "BIO")
    assert spans, "the test needs a sentence with a name"
    for number, span in enumerate(spans):
        expected = sum(
            weight for tags, weight in paths.items() if span in spans_of([NAMES[tag] for tag in tags], "BIO")
        )
        assert given["span_score"][0, number] == pytest.approx(expected, abs=1e-4)
    assert given["span_start"][0].tolist() == [span.start for span in spans]
    assert given["span_end"][0].tolist() == [span.end for span in spans]


def test_parts_of_speech_have_no_names(spelling):
    import tensorflow as tf

    graph = TagGraph(tagger(["NOUN", "VERB"], False, spelling), spelling, ["NOUN", "VERB"])
    given = {name: part.numpy() for name, part in graph.tag_texts(tf.constant(["John lives", ""])).items()}
    assert given["span_start"].shape == (2, 0) and graph.types == []
    assert set(given["tag"][0]) <= {b"NOUN", b"VERB"} and given["tag"][1].tolist() == [b"", b""]


def test_the_command_prints_and_writes(exported, tmp_path, capsys):
    folder = str(exported.folder)
    assert cli.main(["predict", folder, TEXTS[0], "--format", "json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["text"] == TEXTS[0] and set(row["spans"][0]) == {"text", "start", "end", "type", "score"}
    assert cli.main(["predict", folder, TEXTS[0]]) == 0
    shown = capsys.readouterr().out
    assert all(span["type"] in shown for span in row["spans"]) and "New York" in shown.replace(" LOC", "").replace(
        " PER", ""
    )
    (tmp_path / "a.csv").write_text("id,sentence\n1,John lives.\n2,\n")
    assert cli.main(["predict", folder, "--file", str(tmp_path / "a.csv"), "--text-column", "sentence"]) == 0
    assert "a.predictions.jsonl: 2 texts tagged" in capsys.readouterr().out
    rows = [json.loads(line) for line in (tmp_path / "a.predictions.jsonl").read_text().splitlines()]
    assert [row["line"] for row in rows] == [2, 3] and [token["text"] for token in rows[0]["tokens"]] == [
        "John",
        "lives",
        ".",
    ]


@pytest.mark.long
def test_a_folder_is_exported_again(exported, tmp_path):
    folder = save_from(exported.folder, tmp_path / "again", card={"data": "of old"})
    again = rnn_zoo.load(folder)
    assert again.tag(SENTENCES) == exported.tag(SENTENCES) and "of old" in again.card
    with pytest.raises(ValueError, match=r"`labels` is for classifiers; .*kind\.txt says 'tags'"):
        save_from(exported.folder, tmp_path / "other", labels=["a", "b"])
    (folder / "letters.json").unlink()
    with pytest.raises(
        FileNotFoundError, match=r"letters\.json, which should hold data that an export of the kind 'tags'"
    ):
        save_from(folder, tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_invalid_sentences_are_an_error(exported):
    for given in (["John lives"], [["John", ""]], [["a", 1]]):
        with pytest.raises(ValueError, match=r"`sentences\[0\]` must be a list of words"):
            exported.tag(given)
    with pytest.raises(ValueError, match="`texts` must be a list of strings"):
        exported.predict("John")


def test_a_model_without_such_a_head_is_refused(spelling, tmp_path, model):
    with pytest.raises(
        ValueError, match="`model` must end in `Tags` with 3 tags, as many as `tags`; it ends in Tags with 5"
    ):
        save_tagger(model, spelling, NAMES[:3], tmp_path / "out")
    assert not (tmp_path / "out").exists()
