import numpy as np
import pytest
from helpers import needs_tensorflow, random_inputs, run_model_test

from rnn_zoo import create_model, list_models

SMALL = {"lookback": 6, "horizon": 4, "features": 3, "targets": 2, "units": 4, "seed": 0}
OPTIONS = {
    "forecast_segrnn": {"segment": 2},
    "forecast_esrnn": {"segment": 2, "seasons": (2, 3)},
    "forecast_lstm": {"known": 0},
}


@needs_tensorflow
@pytest.mark.parametrize("name", list_models("forecast_*"))
def test_promises_of_a_model(name):
    options = {"known": 2, **OPTIONS.get(name, {})}
    model = create_model(name, **SMALL, **options)
    inputs = random_inputs((3, 6, 3))
    if options["known"]:
        inputs = [inputs, random_inputs((3, 4, 2), seed=1)]
    targets = random_inputs((3, 4, 2), seed=2)
    outputs = run_model_test(model, inputs, (3, 4, 2, 3), targets=targets)
    assert (np.diff(outputs, axis=-1) >= 0).all()
    if options["known"]:
        # The last state of a GRU or of ES-RNN gives all steps at once; the others go from one to the next.
        assert_known_steps_count(model, inputs, of_all=name in ("forecast_gru", "forecast_esrnn"))


def assert_known_steps_count(model, inputs, of_all):
    past, known = inputs
    before = model.predict(inputs, verbose=0)
    known = known.copy()
    known[:, 2] += 1
    after = model.predict([past, known], verbose=0)
    if not of_all:
        np.testing.assert_allclose(after[:, :2], before[:, :2], atol=1e-6)
    assert np.abs(after[:, 2:] - before[:, 2:]).max() > 0
