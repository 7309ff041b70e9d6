"""Exported models: the parts that all tasks share, from model card and checksums to batched prediction."""
