import json
import os
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from rich.console import Console

from rnn_zoo import Labels, OneHot, Recurrent, Stream, many_to_many
from rnn_zoo.tasks.stream_labelling.export import save_steps
from rnn_zoo.text import Symbols
from rnn_zoo.zoo import load

TEXTS = ["bravo, bravo", "", "brä🍕vo"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    keras.utils.set_random_seed(0)
    symbols = Symbols.fit(["bravo ä"], "characters")
    model = many_to_many(OneHot(symbols.size), Recurrent("lstm", 4, depth=2), Labels(1))
    return save_steps(model, symbols, ["bravo"], tmp_path_factory.mktemp("zoo") / "ear", card={"data": "a word"})


@pytest.fixture(scope="module")
def steps(folder):
    return load(folder)


def test_the_export_is_complete_and_answers_every_character(folder, steps):
    assert steps.kind == "steps" and steps.labels == ["bravo"] and "symbols.json" in steps.verify()
    answers = steps.probabilities(TEXTS)
    assert [answer.shape for answer in answers] == [(12, 1), (0, 1), (6, 1)]
    symbols = Symbols.load(folder / "symbols.json")
    expected = steps.model.predict(symbols.encode(TEXTS[:1])[0][None], verbose=0)[0]
    np.testing.assert_allclose(answers[0], expected, atol=1e-6)
    assert "step by step" in steps.card and "rnn-zoo predict . " in steps.card


def test_chunks_of_any_length_are_answered_as_the_whole_text(steps):
    found, state = [[], [], []], None
    for pieces in (["b", "", "brä"], ["ravo, br", "", "🍕vo"], ["", "", ""], ["avo", "", ""]):
        answers, state = steps.step(pieces, state)
        for row, answer in enumerate(answers):
            found[row].append(answer)
    assert list(state) == sorted(Stream(steps.model).state_names)
    for row, answer in zip(found, steps.probabilities(TEXTS), strict=True):
        np.testing.assert_allclose(np.concatenate(row), answer, atol=1e-5)


def test_the_signature_takes_each_state_by_name_and_answers_as_a_stream(steps):
    symbols = Symbols.load(steps.folder / "symbols.json")
    signature = steps._saved_model.signatures["step"]
    stream, state = Stream(steps.model), None
    given = {name: value.numpy() for name, value in steps._saved_model.signatures["start"](tf.constant(2)).items()}
    for pieces in (["bra", "o b"], ["v", "r"], ["o, ", "avo"]):
        expected, state = stream(symbols.from_text(tf.constant(pieces)).numpy(), state)
        states = {name.replace("/", "_"): tf.constant(value) for name, value in given.items()}
        answer = {name: value.numpy() for name, value in signature(inputs=tf.constant(pieces), **states).items()}
        np.testing.assert_allclose(answer["probabilities"], expected, atol=1e-5)
        given = {name: answer[name] for name in given}
        assert sorted(given) == sorted(stream.state_names)
        for name, value in given.items():
            np.testing.assert_allclose(value, state[name], atol=1e-5)


@pytest.mark.long
def test_tensorflow_alone_runs_it_step_by_step(folder, steps):
    code = """
import sys, numpy as np, tensorflow as tf
model = tf.saved_model.load(sys.argv[1])
whole = model.serve(tf.constant(["bravo, bravo"]))["probabilities"].numpy()
state, parts = model.start(1), []
for piece in ["bra", "v", "o, bravo"]:
    answer = model.step(tf.constant([piece]), state)
    state = {name: answer[name] for name in state}
    parts.append(answer["probabilities"].numpy())
assert sorted(state) == ["layer_%d/forward/%s" % (layer, name) for layer in (0, 1) for name in "ch"], sorted(state)
print(np.abs(np.concatenate(parts, axis=1) - whole).max())
print(*whole[0, :, 0])
print({"serve", "step", "start"} <= set(model.signatures), [name for name in sys.modules if name.startswith("rnn_zoo")])
"""
    command = [sys.executable, "-I", "-c", code, str(folder)]
    result = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"})
    assert result.returncode == 0, result.stderr[-2000:]
    difference, numbers, rest = result.stdout.strip().split("\n")
    assert float(difference) < 1e-5 and rest == "True []"
    np.testing.assert_allclose(np.array(numbers.split(), float), steps.probabilities(TEXTS)[0][:, 0], atol=1e-5)


def test_detections_are_shown_and_written(steps, tmp_path, capsys):
    threshold = np.median(steps.probabilities(TEXTS)[0])
    found = steps.find(TEXTS, threshold)
    assert found[0]["bravo"] == (np.flatnonzero(steps.probabilities(TEXTS)[0][:, 0] >= threshold) + 1).tolist()
    assert found[1] == {"bravo": []}
    steps.show(TEXTS, Console(), format="json")
    shown = json.loads(capsys.readouterr().out)
    assert [len(row["probabilities"]) for row in shown] == [12, 0, 6]
    steps.show(TEXTS, Console(width=80))
    assert "bravo, at the characters" in capsys.readouterr().out
    (tmp_path / "texts.txt").write_text("\n".join(TEXTS), encoding="utf-8")
    assert "3 texts answered" in steps.answer_file(tmp_path / "texts.txt")
    lines = (tmp_path / "texts.predictions.csv").read_text(encoding="utf-8").splitlines()
    places = sum(len(row["bravo"]) for row in steps.find(TEXTS))
    assert lines[0] == "line,character,label,probability" and len(lines) == 1 + places


def test_bad_inputs_and_models_are_refused(folder, steps, tmp_path):
    with pytest.raises(ValueError, match="got the one string"):
        steps.probabilities("bravo")
    with pytest.raises(ValueError, match="`pieces` must hold at least one text"):
        steps.step([])
    with pytest.raises(ValueError, match="`state` is of 2 texts, and `pieces` of 1"):
        steps.step(["b"], steps.step(["a", "b"])[1])
    symbols = Symbols.load(folder / "symbols.json")
    both = many_to_many(OneHot(symbols.size), Recurrent("gru", 4, bidirectional=True), Labels(1))
    with pytest.raises(ValueError, match="bidirectional=True"):
        save_steps(both, symbols, ["bravo"], tmp_path / "new")
    with pytest.raises(ValueError, match="`labels` must name each of the model's 1 outputs, got 2"):
        save_steps(steps.model, symbols, ["yes", "no"], tmp_path / "new")
    assert not (tmp_path / "new").exists()
