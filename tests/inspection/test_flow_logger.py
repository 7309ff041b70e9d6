import importlib.util

import keras
import numpy as np
import pytest
from helpers import random_inputs

from rnn_zoo import Recurrent, Values, Vectors, many_to_one
from rnn_zoo.inspection import GradientFlowLogger


def test_it_logs_each_epoch_and_warns_once(tmp_path):
    recurrence = Recurrent("vanilla", 1, activation="linear", recurrent_initializer=keras.initializers.Constant(0.1))
    model = many_to_one(Vectors(2), recurrence, Values(1), pooling="last")
    model.compile("adam", "mse", run_eagerly=True)  # nothing here is worth compiling
    inputs, targets = random_inputs((4, 6, 2)), np.ones((4, 1))
    installed = importlib.util.find_spec("tensorboard") is not None
    logger = GradientFlowLogger(inputs[:2], targets[:2], tmp_path, tensorboard=installed)
    with pytest.warns(UserWarning, match="Epoch 1: layer_0/forward: the gradient vanishes") as told:
        model.fit(inputs, targets, epochs=2, verbose=0, callbacks=[logger])
    assert len([one for one in told if "gradient" in str(one.message)]) == 1
    assert [flow.reach("layer_0/forward/h") for flow in logger.flows] == [2, 2]
    assert (tmp_path / "gradient_flow.png").read_bytes().startswith(b"\x89PNG")
    assert bool(list(tmp_path.rglob("events.out*"))) == installed


def test_tensorboard_must_be_there(tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"rnn-zoo\[tensorboard\]"):
        GradientFlowLogger(None, None, tmp_path, tensorboard=True)
