import numpy as np
import pytest
from helpers import needs_tensorflow, random_inputs, run_model_test

from rnn_zoo import create_model, list_models

SMALL = {"lookback": 6, "horizon": 4, "features": 3, "targets": 2, "units": 4, "seed": 0}
OPTIONS = {"forecast_segrnn": {"segment": 2}, "forecast_encoder_decoder": {"known": 2}}


@needs_tensorflow
@pytest.mark.parametrize("name", list_models("forecast_*"))
def test_promises_of_a_model(name):
    model = create_model(name, **SMALL, **OPTIONS.get(name, {}))
    inputs = random_inputs((3, 6, 3))
    if name == "forecast_encoder_decoder":
        inputs = [inputs, random_inputs((3, 4, 2), seed=1)]
    targets = random_inputs((3, 4, 2), seed=2)
    outputs = run_model_test(model, inputs, (3, 4, 2, 3), targets=targets)
    assert (np.diff(outputs, axis=-1) >= 0).all()
    if name == "forecast_encoder_decoder":
        assert_known_steps_count_from_their_own_on(model, inputs)


def assert_known_steps_count_from_their_own_on(model, inputs):
    past, known = inputs
    before = model.predict(inputs, verbose=0)
    known = known.copy()
    known[:, 2] += 1
    after = model.predict([past, known], verbose=0)
    np.testing.assert_allclose(after[:, :2], before[:, :2], atol=1e-6)
    assert np.abs(after[:, 2:] - before[:, 2:]).max() > 0
