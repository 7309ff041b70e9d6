"""Experiments: small programs that show what a recurrence learns and remembers."""
