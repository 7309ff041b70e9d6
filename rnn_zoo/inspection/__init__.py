"""Inspection: gradients through time, states and gates, contributions, and the network drawn."""

from rnn_zoo.inspection.bptt_trace import BPTTTrace, trace_bptt
from rnn_zoo.inspection.contributions import Contributions, integrated_gradients, occlusion
from rnn_zoo.inspection.drawing import describe, draw
from rnn_zoo.inspection.flow_logger import GradientFlowLogger
from rnn_zoo.inspection.gradients import GradientFlow, gradient_flow
from rnn_zoo.inspection.report import inspect
from rnn_zoo.inspection.states import states_and_gates

__all__ = [
    "BPTTTrace",
    "Contributions",
    "GradientFlow",
    "GradientFlowLogger",
    "describe",
    "draw",
    "gradient_flow",
    "inspect",
    "integrated_gradients",
    "occlusion",
    "states_and_gates",
    "trace_bptt",
]
