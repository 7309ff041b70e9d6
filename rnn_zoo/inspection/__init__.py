"""Inspection: gradients through time, states and gates, contributions, and the network drawn."""

from rnn_zoo.inspection.flow_logger import GradientFlowLogger
from rnn_zoo.inspection.gradients import GradientFlow, gradient_flow

__all__ = ["GradientFlow", "GradientFlowLogger", "gradient_flow"]
