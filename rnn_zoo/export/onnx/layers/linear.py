"""Linear recurrences by a loop over the gates, which all steps have at once."""

from collections.abc import Callable
from typing import Any

from rnn_zoo.cells import MinGRU, MinLSTM
from rnn_zoo.export.onnx.graph import Graph, Value
from rnn_zoo.export.onnx.layers.keras_layers import array


def run_linear(
    graph: Graph, recurrence: Any, inputs: Value, mask: Value | None, initial: Value | None
) -> tuple[Value, Value]:
    """A linear recurrence h_t = a_t h_(t-1) + b_t, whose gates all steps have at once."""
    cell, units, batch = recurrence.cell, recurrence.units, graph.size(inputs, 0)
    projected = inputs @ array(cell.kernel)
    if cell.use_bias:
        projected = projected + array(cell.bias)
    parts = graph.add("Split", projected, count=cell.projections, axis=-1, num_outputs=cell.projections)
    keep, new = _GATES[type(recurrence)](graph, *parts)
    if mask is not None:  # a masked step keeps the state
        valid = graph.expand_dims(mask, -1)
        keep, new = graph.where(valid, keep, 1.0), graph.where(valid, new, 0.0)
    if initial is None:
        start = array(recurrence.get_initial_state(1)[0])
        initial = graph.add("Expand", graph.constant(start), graph.sizes(batch, units))
    body = Graph(graph)
    before, kept, added = (body.input(name, "float32", (None, units)) for name in ("before", "kept", "added"))
    after = before * kept + added
    for name in ("state", "step"):
        body.output(after, name, (None, units))
    backwards = int(recurrence.go_backwards)
    end, outputs = graph.add(
        "Scan",
        initial,
        keep,
        new,
        count=2,
        body=body.body("linear_recurrence"),
        num_scan_inputs=2,
        scan_input_axes=[1, 1],
        scan_output_axes=[1],
        scan_input_directions=[backwards] * 2,
        scan_output_directions=[backwards],
    )
    return outputs, end


def _min_gru_gates(graph, gate, candidate):
    z = graph.add("Sigmoid", gate)
    return 1.0 - z, z * _positive(graph, candidate)


def _min_lstm_gates(graph, forget, enter, candidate):
    f, i = graph.add("Sigmoid", forget), graph.add("Sigmoid", enter)
    total = f + i
    return f / total, i / total * _positive(graph, candidate)


def _positive(graph, value):
    return graph.where(value >= 0.0, value + 0.5, graph.add("Sigmoid", value))


_GATES: dict[type, Callable[..., tuple[Value, Value]]] = {MinGRU: _min_gru_gates, MinLSTM: _min_lstm_gates}
