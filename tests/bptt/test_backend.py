import os

import numpy as np
import pytest
from helpers import needs_tensorflow

from rnn_zoo.bptt.backend import split_batch, sub_batch_sizes


@needs_tensorflow
@pytest.mark.parametrize(("rows", "sizes"), [(16, [8, 8, 0]), (17, [8, 8, 1]), (25, [9, 9, 7]), (90, [30, 30, 30])])
def test_a_batch_is_split_over_the_cores(rows, sizes):
    batch = np.arange(rows, dtype="float32")[:, None, None]
    parts = split_batch(batch, sub_batch_sizes(batch))
    assert [len(part) for part in parts] == sizes
    np.testing.assert_array_equal(np.concatenate(parts), batch)


@needs_tensorflow
@pytest.mark.parametrize("rows", [0, 1, 5, 15, 24, 100])
def test_a_batch_of_unknown_size_is_split_completely(rows):
    import tensorflow as tf

    graph = tf.function(sub_batch_sizes, input_signature=[tf.TensorSpec((None, 2, 1))])
    assert sum(graph(np.zeros((rows, 2, 1), "float32")).numpy()) == rows


@needs_tensorflow
def test_one_core_few_rows_and_gpus_run_the_batch_whole(monkeypatch):
    import tensorflow as tf

    batch = np.zeros((90, 2, 1), "float32")
    assert sub_batch_sizes(batch[:15]) is None
    monkeypatch.setattr(tf.config, "list_logical_devices", lambda kind: [f"/{kind}:0"])
    assert sub_batch_sizes(batch) is None
    monkeypatch.undo()
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0}, raising=False)
    assert sub_batch_sizes(batch) is None
    assert split_batch(batch, None) == [batch]
