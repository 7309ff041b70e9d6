"""Gradients through time: their flow, Jacobians, advice, and a callback that logs them."""
