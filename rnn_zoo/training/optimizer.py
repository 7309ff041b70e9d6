"""The optimizer of a run: the model's own, fresh, with the run's step size, clipping and weight average."""

import contextlib
from collections.abc import Iterator
from typing import Any

import keras

from rnn_zoo.types import Model


@contextlib.contextmanager
def run_optimizer(
    model: Model,
    *,
    learning_rate: Any = None,
    clip_norm: float | None = None,
    weight_average: float | None = None,
    jit_compile: bool | None = None,
) -> Iterator[Any]:
    """Within the block a compiled model has a fresh, built optimizer of the same kind; loss and metrics stay.

    Afterwards it has the optimizer it was compiled with, so that the settings of one run never leak into the next.

    Args:
        model: compiled and built keras.Model.
        learning_rate: float or keras LearningRateSchedule; None: as compiled.
        clip_norm: float, the norm to which the gradients, taken as one vector, are clipped; None: as compiled.
        weight_average: float in (0, 1), decay of an exponential average of the weights; None: as compiled.
        jit_compile: bool, XLA over the whole step on or off; None: off on TensorFlow, whatever the cell, as compiled
            elsewhere. Measured on a CPU (32 texts of 400 tokens, 64 units): with XLA around Keras's loops a step took
            2.2 (vanilla), 1.7 (LSTM) and 1.4 times (GRU) as long; around those of `Recurrent`, which compile by
            themselves, 0.8, 1.2 and 1.1 times, after 2 seconds of compilation for each length instead of 1.
    Raises:
        ValueError: `clip_norm` is given and the optimizer already clips in another way.
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


def check_clipping(optimizer: Any, clip_norm: float | None) -> None:
    """ValueError when `optimizer` clips by itself and `clip_norm` would come on top."""
    config = _inner(optimizer).get_config()
    own = {name: config[name] for name in ("clipnorm", "clipvalue", "global_clipnorm") if config.get(name) is not None}
    if clip_norm is not None and own and own != {"global_clipnorm": clip_norm}:
        listed = ", ".join(f"{name}={value}" for name, value in own.items())
        raise ValueError(
            f"`clip_norm` is {clip_norm}, but the model's optimizer already clips ({listed}). "
            "Pass `clip_norm=None` to keep that, or compile the model without it."
        )


def describe_optimizer(optimizer: Any) -> dict[str, Any]:
    """Returns the class and the settings of an optimizer as a dict, without its name, which Keras numbers."""
    config = {name: value for name, value in _inner(optimizer).get_config().items() if name != "name"}
    return {"class": type(_inner(optimizer)).__name__, **config}


def current_learning_rate(model: Model) -> float:
    """Returns the step size of the next step as a float."""
    return float(keras.ops.convert_to_numpy(model.optimizer.learning_rate))


def loss_scale(model: Model) -> Any:
    """Returns by how much the loss is multiplied under mixed_float16, as a float; None elsewhere."""
    scale = getattr(model.optimizer, "dynamic_scale", None)
    return None if scale is None else float(keras.ops.convert_to_numpy(scale))


@contextlib.contextmanager
def averaged_weights(model: Model) -> Iterator[Any]:
    """Within the block the model holds the average of its weights; the raw ones come back, bit for bit, afterwards.

    Without a weight average nothing changes. (`keras.callbacks.SwapEMAWeights` swaps by adding and subtracting, which
    rounds the raw weights, so that looking at them would change the training.)
    """
    optimizer = _inner(model.optimizer)
    if not optimizer.use_ema:
        yield
        return
    raw = [keras.ops.convert_to_numpy(variable) for variable in model.trainable_variables]
    optimizer.finalize_variable_values(model.trainable_variables)
    for variable in model.trainable_variables:
        # On JAX the optimizer's array itself; an evaluation gives the arrays it reads away, and the average with them.
        variable.assign(keras.ops.copy(variable.value))
    try:
        yield
    finally:
        for variable, value in zip(model.trainable_variables, raw, strict=True):
            variable.assign(value)


class AverageOnValidation(keras.callbacks.Callback):
    """Lets every validation see the averaged weights."""

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._block = averaged_weights(self.model)
        self._block.__enter__()

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        self._block.__exit__(None, None, None)


def _forget_compiled_steps(model):
    # They hold the optimizer and the XLA switch they were traced with.
    model.train_function = model.test_function = model.predict_function = None


def _inner(optimizer):
    return getattr(optimizer, "inner_optimizer", optimizer)


def _renew(optimizer, learning_rate, clip_norm, weight_average):
    if optimizer is not _inner(optimizer):  # mixed_float16: Keras has wrapped it to scale the loss
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
