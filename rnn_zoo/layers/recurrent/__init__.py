"""Recurrence: stacks of cells, the registry of cells, and the implementations that run them."""
