"""What a trained model leaves in the process when it is gone."""

import gc
import weakref

import keras
import numpy as np
import pytest

from rnn_zoo.bptt.backend import compiled_for
from rnn_zoo.layers import Classes, Recurrent, Tags, Tokens
from rnn_zoo.topologies import many_to_many, many_to_one

pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="graphs of TensorFlow")
IDS = np.random.default_rng(0).integers(1, 9, (32, 7))

MODELS = {
    **{
        cell: lambda cell=cell: many_to_one(Tokens(10, 3), Recurrent(cell, 4), Classes(2))
        for cell in ("vanilla", "lstm", "gru", "min_gru", "min_lstm")
    },
    "both directions": lambda: many_to_one(Tokens(10, 3), Recurrent("gru", 4, bidirectional=True), Classes(2)),
    "checkpoints": lambda: many_to_one(Tokens(10, 3), Recurrent("lstm", 4, checkpoint=3), Classes(2)),
    "crf": lambda: many_to_many(Tokens(10, 3), Recurrent("gru", 4), Tags(2, crf=True)),
}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in ("lstm", "crf") else pytest.mark.long) for name in MODELS]
)
def test_the_graph_of_a_trained_model_is_released(name):
    """TensorFlow keeps the custom gradients of a graph, which hold the graph, for good.

    The first model of its sizes stays, because the loops that all share are traced in its graph.
    """
    import tensorflow as tf

    graphs = []

    class Watch(keras.layers.Layer):
        def call(self, inputs):
            if isinstance(tf.compat.v1.get_default_graph(), tf.__internal__.FuncGraph):
                graphs.append(weakref.ref(tf.compat.v1.get_default_graph()))
            return inputs

    targets = IDS % 2 if name == "crf" else IDS[:, 0] % 2
    for _ in range(2):
        graphs.clear()
        model = MODELS[name]()
        watched = keras.Sequential([Watch(), model])
        watched.compile("adam", model.loss)
        watched.fit(IDS, targets, batch_size=32, verbose=0)
        assert any(graph() is not None for graph in graphs)
        del model, watched
        keras.backend.clear_session()
        gc.collect()
    assert all(graph() is None for graph in graphs)


def test_sizes_share_one_traced_loop():
    """From the third size on no loop is traced: only its machine code is new."""
    from rnn_zoo.bptt import loops
    from rnn_zoo.bptt.lstm import LSTM

    def train(units, rows, time):
        recurrence = Recurrent("lstm", units, implementation="fused")
        recurrence(np.ones((rows, time, 3), "float32"), training=True)
        return compiled_for(loops.forward, LSTM(), False).experimental_get_tracing_count()

    for size in (3, 4, 5):
        counted = train(size, size + 13, size)
    assert [train(size, size + 20, size + 2) for size in (6, 7, 8)] == [counted] * 3
