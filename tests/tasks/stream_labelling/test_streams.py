import numpy as np
from helpers import save_and_load

from rnn_zoo import Stream, create_model

IDS = np.array([[2, 3, 4, 5], [4, 3, 2, 0], [0, 0, 0, 0]], "int32")


def test_promises_of_the_model():
    model = create_model("word_detector", vocabulary_size=6, units=4, seed=0)
    assert model.name == "word_detector" and model.compiled
    outputs = model(IDS)
    assert outputs.shape == (3, 4, 1)
    np.testing.assert_allclose(save_and_load(model)(IDS), outputs, atol=1e-6)
    assert Stream(model).state_names == ["layer_0/forward/h"]
