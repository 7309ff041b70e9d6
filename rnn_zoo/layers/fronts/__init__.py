"""Fronts: layers from raw steps (ids, numbers, images) to vectors over time."""
