import keras
import numpy as np
import pytest

from rnn_zoo.training.optimizer import averaged_weights, current_learning_rate, describe_optimizer, run_optimizer

X = np.full((4, 2), 1000.0, "float32")
Y = np.zeros((4, 1), "float32")


def model(optimizer):
    keras.utils.set_random_seed(0)
    built = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    built.compile(optimizer, "mse", run_eagerly=True)
    return built


def step(built):
    """Trains one step; returns the length of the change of all weights taken as one vector."""
    before = built.get_weights()
    built.train_on_batch(X, Y)
    return float(np.sqrt(sum(((a - b) ** 2).sum() for a, b in zip(before, built.get_weights(), strict=True))))


def test_the_gradient_is_clipped_to_the_global_norm():
    built = model(keras.optimizers.SGD(1.0))
    with run_optimizer(built, clip_norm=0.5):
        assert step(built) == pytest.approx(0.5, rel=1e-3)
    assert step(built) > 100


def test_the_runs_settings_end_with_the_run():
    compiled = keras.optimizers.Adam(0.1)
    built = model(compiled)
    with run_optimizer(built, learning_rate=0.01, clip_norm=1.0, weight_average=0.9):
        assert current_learning_rate(built) == pytest.approx(0.01)
        assert describe_optimizer(built.optimizer)["ema_momentum"] == 0.9
        assert "name" not in describe_optimizer(built.optimizer)
    assert built.optimizer is compiled
    assert not compiled.built


def test_a_schedule_is_taken_and_followed():
    built = model("sgd")
    with run_optimizer(built, learning_rate=keras.optimizers.schedules.ExponentialDecay(0.1, 1, 0.5), clip_norm=1.0):
        step(built)
        assert current_learning_rate(built) == pytest.approx(0.05)


def test_xla_is_off_unless_asked_for():
    built = model("sgd")
    built.jit_compile = True
    with run_optimizer(built):
        assert not built.jit_compile
    with run_optimizer(built, jit_compile=True):
        assert built.jit_compile


def test_the_raw_weights_come_back_bit_for_bit():
    built = model(keras.optimizers.SGD(0.3))
    with run_optimizer(built, clip_norm=1.0, weight_average=0.9):
        for _ in range(3):
            step(built)
        raw = built.get_weights()
        with averaged_weights(built):
            assert not np.array_equal(raw[0], built.get_weights()[0])
        np.testing.assert_array_equal(raw[0], built.get_weights()[0])


def test_under_mixed_float16_the_inner_optimizer_clips():
    keras.config.set_dtype_policy("mixed_float16")
    built = model("adam")
    with run_optimizer(built, clip_norm=1.0, learning_rate=0.5):
        assert isinstance(built.optimizer, keras.optimizers.LossScaleOptimizer)
        assert built.optimizer.inner_optimizer.global_clipnorm == 1.0
        assert current_learning_rate(built) == 0.5


@pytest.mark.parametrize("own", ["clipnorm", "clipvalue", "global_clipnorm"])
def test_clipping_twice_is_refused_and_none_keeps_the_models_own(own):
    built = model(keras.optimizers.SGD(1.0, **{own: 0.25}))
    with pytest.raises(ValueError, match=f"already clips \\({own}=0.25\\). Pass `clip_norm=None`"):
        run_optimizer(built, clip_norm=1.0).__enter__()
    with run_optimizer(built):
        assert getattr(built.optimizer, own) == 0.25
