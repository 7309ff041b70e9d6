"""Optimizer of a run: learning rate, gradient clipping, weight averaging."""

import contextlib
from collections.abc import Iterator
from typing import Any

import keras

from rnn_zoo.types import Model


@contextlib.contextmanager
def run_optimizer(
    model: Model,
    *,
    learning_rate: float | keras.optimizers.schedules.LearningRateSchedule | None = None,
    clip_norm: float | None = None,
    weight_average: float | None = None,
    jit_compile: bool | None = None,
) -> Iterator[None]:
    """Context manager that gives a model a new, built optimizer of the same class with the settings of a run.

    Loss and metrics are unchanged. On exit the model gets back the optimizer that it was compiled with, so that the
    settings of one run do not affect the next.

    Args:
        model: compiled and built keras.Model.
        learning_rate: > 0, or a LearningRateSchedule. None: as compiled.
        clip_norm: largest global norm of the gradients. None: as compiled.
        weight_average: in (0, 1), decay per step of an exponential moving average of the weights. None: as compiled.
        jit_compile: whether to compile the whole training step with XLA. None: no on TensorFlow, as compiled on other
            backends. Times of a step with XLA relative to one without, on a CPU (32 texts of 400 tokens, 64 units):
            2.2 (vanilla), 1.7 (LSTM) and 1.4 (GRU) with Keras's loops; 0.8, 1.2 and 1.1 with those of `Recurrent`,
            which compile by themselves, and 2 seconds of compilation for each length instead of 1.
    Raises:
        ValueError: `clip_norm` is given, but the optimizer already clips in another way.
    """
    compiled = model.optimizer
    check_clipping(compiled, clip_norm)
    if jit_compile is None and keras.backend.backend() == "tensorflow":
        jit_compile = False
    if jit_compile is not None:
        model.jit_compile = jit_compile
    scope = model.distribute_strategy.scope() if hasattr(model, "distribute_strategy") else contextlib.nullcontext()
    with scope:
        model.optimizer = _renew(compiled, learning_rate, clip_norm, weight_average)
        model.optimizer.build(model.trainable_variables)
    _forget_compiled_steps(model)
    try:
        yield
    finally:
        model.optimizer = compiled
        _forget_compiled_steps(model)


def check_clipping(optimizer: Model, clip_norm: float | None) -> None:
    """Raises a ValueError if `clip_norm` is given and the optimizer already clips in another way."""
    config = _inner(optimizer).get_config()
    clipping = {
        name: config[name] for name in ("clipnorm", "clipvalue", "global_clipnorm") if config.get(name) is not None
    }
    if clip_norm is not None and clipping and clipping != {"global_clipnorm": clip_norm}:
        listed = ", ".join(f"{name}={value}" for name, value in clipping.items())
        raise ValueError(
            f"`clip_norm` is {clip_norm}, but the model's optimizer already clips ({listed}). "
            "Pass `clip_norm=None` to use its clipping, or compile the model without clipping."
        )


def describe_optimizer(optimizer: Model) -> dict[str, Any]:
    """The class and the configuration of an optimizer, without its name, which Keras numbers (`adam_1`)."""
    config = {name: value for name, value in _inner(optimizer).get_config().items() if name != "name"}
    return {"class": type(_inner(optimizer)).__name__, **config}


def current_learning_rate(model: Model) -> float:
    """The learning rate of the next step."""
    return float(keras.ops.convert_to_numpy(model.optimizer.learning_rate))


def loss_scale(model: Model) -> float | None:
    """The factor that scales the loss under mixed_float16; None under other precisions."""
    scale = getattr(model.optimizer, "dynamic_scale", None)
    return None if scale is None else float(keras.ops.convert_to_numpy(scale))


@contextlib.contextmanager
def averaged_weights(model: Model) -> Iterator[None]:
    """Context manager in which the model has the moving average of its weights; on exit it has its raw weights again.

    It does nothing if the optimizer keeps no moving average. The raw weights are restored exactly, whereas
    `keras.callbacks.SwapEMAWeights` swaps by addition and subtraction, whose rounding would change the training.
    """
    optimizer = _inner(model.optimizer)
    if not optimizer.use_ema:
        yield
        return
    raw = [keras.ops.convert_to_numpy(variable) for variable in model.trainable_variables]
    optimizer.finalize_variable_values(model.trainable_variables)
    for variable in model.trainable_variables:
        # A copy, because on JAX the variable now shares the array of the optimizer's average, and an evaluation donates
        # (and so deletes) the arrays of the model.
        variable.assign(keras.ops.copy(variable.value))
    try:
        yield
    finally:
        for variable, value in zip(model.trainable_variables, raw, strict=True):
            variable.assign(value)


class AverageOnValidation(keras.callbacks.Callback):
    """Validates with the averaged weights."""

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._averaged = averaged_weights(self.model)
        self._averaged.__enter__()

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        self._averaged.__exit__(None, None, None)


def _forget_compiled_steps(model):
    # They use the optimizer and the XLA setting with which they were traced.
    model.train_function = model.test_function = model.predict_function = None


def _inner(optimizer):
    return getattr(optimizer, "inner_optimizer", optimizer)


def _renew(optimizer, learning_rate, clip_norm, weight_average):
    if optimizer is not _inner(optimizer):  # mixed_float16: Keras wraps the optimizer to scale the loss
        inner = _renew(_inner(optimizer), learning_rate, clip_norm, weight_average)
        return keras.optimizers.LossScaleOptimizer(
            inner, initial_scale=optimizer.initial_scale, dynamic_growth_steps=optimizer.dynamic_growth_steps
        )
    config = optimizer.get_config()
    if clip_norm is not None:
        config["global_clipnorm"] = clip_norm
    if weight_average is not None:
        config |= {"use_ema": True, "ema_momentum": weight_average, "ema_overwrite_frequency": None}
    if learning_rate is not None:
        config["learning_rate"] = learning_rate
    return type(optimizer).from_config(config)
