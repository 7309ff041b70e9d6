"""Losses: per-step losses and metrics, and layers that output their loss."""
