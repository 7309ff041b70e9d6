import keras
import numpy as np
import pytest
import tensorflow as tf

from rnn_zoo.training import prepare


def test_the_first_line_names_device_precision_and_seed(capsys):
    device = prepare(seed=5, precision="mixed_bfloat16")
    line = capsys.readouterr().out
    assert line.startswith(f"Device: {device}")
    assert line.endswith("precision mixed_bfloat16; seed 5\n")
    assert keras.config.dtype_policy().name == "mixed_bfloat16"


def test_one_seed_gives_one_set_of_initial_weights():
    draws = []
    for seed in (1, 1, 2):
        prepare(seed=seed)
        layer = keras.layers.Dense(3)
        layer.build((None, 2))
        draws.append(np.append(layer.kernel, np.random.rand(2)))
    np.testing.assert_array_equal(draws[0], draws[1])
    assert not np.array_equal(draws[0], draws[2])


@pytest.mark.parametrize("running", [False, True])
def test_every_gpu_gets_memory_growth_and_is_named(monkeypatch, capsys, running):
    grown = []
    gpus = [tf.config.PhysicalDevice(f"/physical_device:GPU:{number}", "GPU") for number in range(2)]

    def grow(gpu, on):
        if running:
            raise RuntimeError("Physical devices cannot be modified after being initialized")
        grown.append((gpu, on))

    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: gpus)
    monkeypatch.setattr(tf.config.experimental, "set_memory_growth", grow)
    monkeypatch.setattr(
        tf.config.experimental,
        "get_device_details",
        lambda gpu: {"device_name": "NVIDIA H200"} if gpu is gpus[0] else {},
    )
    assert prepare() == "GPU NVIDIA H200, GPU /physical_device:GPU:1"
    printed = capsys.readouterr().out
    if running:
        assert "memory growth not set: call prepare() before" in printed
    else:
        assert "memory growth on" in printed
        assert grown == [(gpu, True) for gpu in gpus]


@pytest.mark.gpu
def test_a_real_gpu_is_named(capsys):
    assert prepare().startswith("GPU ")
    assert "memory growth" in capsys.readouterr().out


@pytest.mark.parametrize("bad", [{"seed": -1}, {"seed": 1.5}, {"seed": True}, {"seed": 2**32}, {"precision": "float8"}])
def test_bad_arguments_are_named(bad, capsys):
    with pytest.raises(ValueError, match=f"`{next(iter(bad))}` must be"):
        prepare(**bad)
    assert not capsys.readouterr().out
