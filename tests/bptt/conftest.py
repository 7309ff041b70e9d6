import os

import pytest


@pytest.fixture(autouse=True)
def three_cores(monkeypatch):
    """Splits batches the same way on every machine: 17 rows into 8, 8 and 1."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0, 1, 2}, raising=False)
