"""Inspection: gradients through time, states and gates, contributions, and drawings of networks."""

from rnn_zoo.inspection.bptt.trace import BPTTTrace, trace_bptt
from rnn_zoo.inspection.contributions.attribution import Contributions, integrated_gradients, occlusion
from rnn_zoo.inspection.gradients.flow import GradientFlow, gradient_flow
from rnn_zoo.inspection.gradients.logger import GradientFlowLogger
from rnn_zoo.inspection.pictures.drawing import describe, draw
from rnn_zoo.inspection.states import states_and_gates

__all__ = [
    "BPTTTrace",
    "Contributions",
    "GradientFlow",
    "GradientFlowLogger",
    "describe",
    "draw",
    "gradient_flow",
    "integrated_gradients",
    "occlusion",
    "states_and_gates",
    "trace_bptt",
]
