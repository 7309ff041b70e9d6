"""The SavedModel in a process that has TensorFlow and nothing of this package."""

import importlib
import json
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from rnn_zoo.tasks.text_classification.signatures import text_archive

LABELS = ["negative", "neutral", "positive"]
TEXTS = {
    "normal": ["The film is not good.", "THE FILM IS <br /> good, not bad!"],
    "one": ["good"],
    "all empty": ["", "   "],
    "empty among others": ["", "the film", "\u3000"],
    "emoji": ["🍕🍕 köstlich 👩‍👩‍👧", "\U0001f600", "no"],
    "very long": ["the film is good not bad " * 2000, "no"],
    "none": [],
    "control characters": ["a\x00b\x85c", "\r\n\t"],
}

BARE_PROCESS = """
import json, sys
sys.modules["rnn_zoo"] = None  # any import of it fails, installed or not
import tensorflow as tf
folder, texts, ids, answers = sys.argv[1:]
model = tf.saved_model.load(folder)
texts, ids = json.load(open(texts)), json.load(open(ids))
result = {}
for name, batch in texts.items():
    default = model.signatures["serving_default"](text=tf.constant(batch, tf.string))
    shape = [len(batch), len(ids[name][0]) if ids[name] else 0]
    tokens = model.serve_tokens(tf.constant(ids[name], tf.int32, shape=shape))
    serve = model.serve(tf.constant(batch, tf.string))
    for signature, answer in (("serve", serve), ("default", default), ("tokens", tokens)):
        result[f"{name}/{signature}"] = {
            "label": [label.decode() for label in answer["label"].numpy()],
            "score": answer["score"].numpy().tolist(),
            "probabilities": answer["probabilities"].numpy().tolist(),
        }
json.dump(result, open(answers, "w"))
"""


@pytest.fixture(scope="module")
def bare_answers(exported, vocabulary, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bare")
    ids = {name: vocabulary.layer(tf.constant(batch, tf.string)).numpy().tolist() for name, batch in TEXTS.items()}
    (folder / "texts.json").write_text(json.dumps(TEXTS))
    (folder / "ids.json").write_text(json.dumps(ids))
    names = [folder / name for name in ("texts.json", "ids.json", "answers.json")]
    # -I: neither the working directory nor PYTHONPATH nor the user's own packages.
    command = [sys.executable, "-I", "-c", BARE_PROCESS, str(exported), *map(str, names)]
    subprocess.run(command, check=True, cwd=folder, stderr=subprocess.PIPE, text=True)
    return json.loads((folder / "answers.json").read_text())


@pytest.fixture(scope="module")
def answer_of(model):
    """The model in one graph: 30,000 steps taken one by one would last minutes."""
    return tf.function(lambda ids: model(ids, training=False), input_signature=[tf.TensorSpec([None, None], tf.int64)])


@pytest.mark.parametrize("signature", ["serve", "default", "tokens"])
@pytest.mark.parametrize("name", TEXTS)
def test_tensorflow_alone_gets_the_same_numbers(bare_answers, answer_of, vocabulary, name, signature):
    answer = bare_answers[f"{name}/{signature}"]
    if not TEXTS[name]:
        assert answer == {"label": [], "score": [], "probabilities": []}
        return
    ids = tf.pad(vocabulary.layer(TEXTS[name]), [[0, 0], [0, 1]])
    expected = answer_of(ids).numpy()
    np.testing.assert_allclose(answer["probabilities"], expected, atol=1e-5)
    np.testing.assert_allclose(answer["score"], expected.max(axis=1), atol=1e-5)
    assert answer["label"] == [LABELS[row.argmax()] for row in expected]


def test_signatures_say_their_names_types_and_shapes(exported):
    loaded = tf.saved_model.load(str(exported))
    assert set(loaded.signatures) == {"serve", "serve_tokens", "serving_default"}
    for name, (argument, dtype, shape) in {
        "serve": ("text", tf.string, [None]),
        "serving_default": ("text", tf.string, [None]),
        "serve_tokens": ("ids", tf.int32, [None, None]),
    }.items():
        inputs = loaded.signatures[name].structured_input_signature[1]
        assert list(inputs) == [argument]
        assert (inputs[argument].dtype, inputs[argument].shape.as_list()) == (dtype, shape)
        outputs = loaded.signatures[name].structured_outputs
        assert {key: spec.dtype for key, spec in outputs.items()} == {
            "label": tf.string,
            "score": tf.float32,
            "probabilities": tf.float32,
        }


def test_a_graph_traced_beside_a_gpu_holds_no_cudnn_operation(vocabulary, tmp_path, monkeypatch):
    keras_rnn = importlib.import_module("keras.src.backend.tensorflow.rnn")  # a function hides the module's name
    monkeypatch.setattr(keras_rnn, "_is_gpu_available", lambda: True)
    ids = keras.Input([None], dtype="int32")
    vectors = keras.layers.Embedding(vocabulary.size, 4)(ids)
    read = keras.layers.Bidirectional(keras.layers.LSTM(3, return_sequences=True, use_cudnn=False))(vectors)
    model = keras.Model(ids, keras.layers.Dense(2, activation="softmax")(keras.layers.GRU(3, use_cudnn=False)(read)))
    for layer in model._flatten_layers():
        if hasattr(layer, "use_cudnn"):
            layer.use_cudnn = "auto"  # only now: building such a model runs no cuDNN operation, calling it would
    text_archive(model, vocabulary, ["no", "yes"]).write_out(str(tmp_path / "export"), verbose=False)
    assert b"Cudnn" not in (tmp_path / "export" / "saved_model.pb").read_bytes()
    loaded = tf.saved_model.load(str(tmp_path / "export"))
    answer = loaded.serve(tf.constant(["good", ""]))
    assert np.isfinite(answer["probabilities"].numpy()).all()
