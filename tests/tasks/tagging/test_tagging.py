import keras
import numpy as np
import pytest
from helpers import save_and_load

from rnn_zoo import create_model, list_models

INPUTS = {
    "words": np.array([[2, 3, 1], [4, 0, 0], [0, 0, 0]], "int32"),
    "letters": np.array([[[2, 3], [3, 0], [4, 2]], [[4, 0], [0, 0], [0, 0]], [[0, 0]] * 3], "int32"),
}
SMALL = {"vocabulary_size": 6, "alphabet": ["a", "b", "c"], "dim": 3, "letter_dim": 2, "letter_units": 2, "units": 3}


def test_models_are_listed():
    assert list_models("ner*") == ["ner_bilstm", "ner_bilstm_crf"] and list_models("pos*") == ["pos_bilstm"]


def test_a_model_is_saved_and_loaded():
    keras.utils.set_random_seed(0)
    model = create_model("ner_bilstm_crf", **SMALL, seed=1)
    outputs = model(INPUTS, training=False)
    assert outputs.shape == (3, 3, 9, 9)
    np.testing.assert_allclose(save_and_load(model)(INPUTS, training=False), outputs, atol=1e-6)


@pytest.mark.parametrize(("name", "count"), [("ner_bilstm", 9), ("pos_bilstm", 17)])
def test_each_has_its_name_and_its_tags(name, count):
    model = create_model(name, **SMALL)
    assert model.name == name and model.output.shape == (None, None, count)


def test_tags_and_vectors_reach_the_model():
    vectors = np.ones((6, 3), "float32")
    model = create_model("ner_bilstm", **SMALL, tags=["O", "B-X", "I-X"], vectors=vectors, case_dim=2)
    assert model.output.shape == (None, None, 3)
    np.testing.assert_array_equal(model.layers[2].words.embedding.embeddings, vectors)
