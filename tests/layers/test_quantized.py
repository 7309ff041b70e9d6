import numpy as np
import pytest
from helpers import needs_tensorflow, one_backend, save_and_load

from rnn_zoo.layers import Classes, NextToken, Recurrent, Tokens
from rnn_zoo.topologies import many_to_one, one_to_many

# Keras warns of each layer that it does not quantize.
pytestmark = pytest.mark.filterwarnings("ignore:Layer .* does not have a `quantize` method")


def part(model, kind):
    return next(layer for layer in model.layers if isinstance(layer, kind))


@one_backend
def test_a_quantized_model_loads_with_equal_outputs():
    ids = np.array([[2, 3, 4], [5, 0, 0], [0, 0, 0]], "int32")
    model = many_to_one(Tokens(6, 8), Recurrent("gru", 4, residual=True), Classes(2))
    exact = model.predict(ids, verbose=0)
    model.quantize("int8")
    quantized = model.predict(ids, verbose=0)
    loaded = save_and_load(model)
    np.testing.assert_array_equal(loaded.predict(ids, verbose=0), quantized)
    np.testing.assert_allclose(quantized, exact, atol=0.02)
    tokens, recurrence, head = (part(loaded, kind) for kind in (Tokens, Recurrent, Classes))
    for layer in (tokens.embedding, recurrence.projections["layer_0"], head.dense):
        assert layer.quantization_mode == "int8"


def test_a_single_layer_may_be_quantized():
    ids = np.array([[2, 3, 4]], "int32")
    model = many_to_one(Tokens(6, 8), Recurrent("gru", 4), Classes(2))
    part(model, Tokens).embedding.quantize("int8")
    np.testing.assert_array_equal(save_and_load(model).predict(ids, verbose=0), model.predict(ids, verbose=0))


@needs_tensorflow
def test_a_tied_head_uses_the_quantized_embeddings():
    ids = np.array([[2, 3, 4], [5, 0, 0]], "int32")
    writer = one_to_many(Tokens(6, 8), Recurrent("gru", 4), NextToken(6, tied=True))
    exact = writer.training.predict(ids, verbose=0)
    writer.training.quantize("int8", filters="embedding")
    quantized = writer.training.predict(ids, verbose=0)
    np.testing.assert_allclose(quantized, exact, atol=0.02)
    np.testing.assert_array_equal(save_and_load(writer.training).predict(ids, verbose=0), quantized)
