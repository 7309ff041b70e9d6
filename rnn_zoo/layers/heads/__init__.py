"""Heads: layers from features to a prediction, each with its loss and its metrics."""
