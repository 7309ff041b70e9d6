"""tagger_to_onnx: the ONNX form of a tagger, whose tags and probabilities are decoded in the graph."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from rnn_zoo.export.onnx.convert import convert_model
from rnn_zoo.export.onnx.graph import Graph
from rnn_zoo.export.onnx.layers.chain import read_tags, rows_of
from rnn_zoo.export.onnx.model import shape_of
from rnn_zoo.layers.crf.linear_chain import NEVER
from rnn_zoo.types import Model


def tagger_to_onnx(model: Model, continues: Sequence[bool]) -> Any:
    """The ONNX form of a tagger.

    Its inputs are "words" <int32>[batch, time] and "letters" <int32>[batch, time, letters], padded on the right with 0.
    Its outputs, each [batch, time]: "tags" <int64>, "scores" <float>, their marginal probabilities, and for the scores
    of names "steps", log p of each tag given the one before, and "ends", log p that the next tag does not continue the
    name (0 at the last step).

    Args:
        model: keras.Model that ends in `Tags`, with the inputs {"words", "letters"} of `Characters`.
        continues: for each tag whether it continues a name.
    Returns:
        onnx.ModelProto, checked.
    """
    head = model.layers[-1]
    features, *_ = keras.tree.flatten(head.input)  # the rest is their mask
    graph = Graph()
    inputs = {tensor.name: graph.input(tensor.name, tensor.dtype, shape_of(tensor)) for tensor in model.inputs}
    mask = inputs["words"] != 0
    reading = read_tags(graph, head, convert_model(graph, keras.Model(model.input, features), inputs), mask)
    following = graph.slice(reading.conditionals, 1, 1)
    rows = rows_of(graph, following, graph.slice(reading.tags, 1, 0, -1))
    elsewhere = np.where(np.asarray(continues, bool), NEVER, 0).astype("float32")
    ends = graph.add("ReduceLogSumExp", rows + elsewhere, np.array([-1]), keepdims=0)
    ends = graph.where(graph.slice(mask, 1, 1), ends, 0.0)
    ends = graph.add("Pad", ends, np.array([0, 0, 0, 1]))
    outputs = {"tags": reading.tags, "scores": reading.scores, "steps": reading.log_probabilities, "ends": ends}
    for name, value in outputs.items():
        graph.output(value, name, ["batch", "time"])
    return graph.model(model.name)
