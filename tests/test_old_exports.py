"""Exports and .keras files that version 0.1.0 wrote load and answer the same; `fixtures/README.md` describes them."""

import json
from pathlib import Path

import keras
import numpy as np
import pytest
from helpers import needs_tensorflow

import rnn_zoo

FIXTURES = Path(__file__).parent / "fixtures"
ANSWERS = json.loads((FIXTURES / "answers.json").read_text(encoding="utf-8"))


def close(answer, recorded):
    np.testing.assert_allclose(answer, recorded, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", ANSWERS["exports"])
def test_the_files_of_an_old_export_have_their_checksums(name):
    files = rnn_zoo.load(FIXTURES / "exports" / name).verify()
    assert {"saved_model.pb", "model.keras", "README.md"} <= set(files)


@needs_tensorflow
def test_an_old_word_detector_gives_the_same_answers():
    recorded = ANSWERS["exports"]["word_detector"]
    model = rnn_zoo.load(FIXTURES / "exports" / "word_detector")
    assert model.labels == recorded["labels"]
    for answer, expected in zip(model.probabilities(recorded["texts"]), recorded["probabilities"], strict=True):
        close(answer, np.reshape(expected, answer.shape))


@needs_tensorflow
def test_an_old_forecaster_gives_the_same_answers():
    recorded = ANSWERS["exports"]["forecast_co2"]
    answers = rnn_zoo.load(FIXTURES / "exports" / "forecast_co2").forecast(np.array(recorded["past"]))
    for name in ("lower", "forecast", "upper"):
        close(answers[name], recorded[name])


@pytest.mark.parametrize("name", ANSWERS["exports"])
def test_the_network_of_an_old_export_loads(name):
    assert rnn_zoo.load(FIXTURES / "exports" / name).model.count_params() > 0


@pytest.mark.parametrize("name", ANSWERS["keras"])
def test_an_old_keras_file_loads_with_its_weights_and_gives_the_same_answers(name):
    recorded = ANSWERS["keras"][name]
    model = keras.saving.load_model(FIXTURES / f"{name}.keras")
    assert model.compiled
    close([np.abs(weight).sum() for weight in model.get_weights()], recorded["weights"])
    if "output" in recorded:  # a sampled loss has none
        inputs = [np.array(*pair) for pair in zip(recorded["inputs"], recorded["dtypes"], strict=True)]
        output = model(inputs[0] if len(inputs) == 1 else inputs, training=False)
        close(keras.ops.convert_to_numpy(output), recorded["output"])
