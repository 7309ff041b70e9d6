"""Declarative checks: one call holds a layer or a model to everything that each of them promises."""

import copy
import csv
import importlib
import importlib.util
import inspect
import io
import json
import runpy
import subprocess
import sys
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import keras
import numpy as np
import pytest
from differentiate import layer_values_and_gradients

ROOT = Path(__file__).parents[1]


def examples(count):
    """So many examples of a property on TensorFlow; a quarter on the other backends (JAX compiles each new shape)."""
    return count if keras.backend.backend() == "tensorflow" else max(1, count // 4)


def on_cudnn():
    """Whether PyTorch runs recurrences on a GPU, where tanh and the sums of a product are rounded otherwise."""
    return keras.backend.backend() == "torch" and importlib.import_module("torch").cuda.is_available()


CLOSE = 1e-4 if on_cudnn() else 1e-6  # of two implementations of one recurrence

needs_tensorflow = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="TensorFlow only")
compiling = pytest.mark.skipif(keras.backend.backend() == "torch", reason="PyTorch runs eagerly")
# For tests of what is the same code on every backend, where others of the same file hold the arithmetic on each.
one_backend = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="one backend tells enough")


def run_layer_test(
    cls,
    init_kwargs,
    *,
    expected_output_shape,
    input_shape=None,
    input_data=None,
    mask=None,
    call_kwargs=None,
    lengths=(1, 4),
    not_in_config=(),
    no_gradient=(),
    mixed_output_dtype="bfloat16",
    mixed_tolerance=0.1,
    rtol=1e-5,
    atol=1e-5,
):
    """Holds a layer to its promises; returns the built layer and its output on the data, as NumPy.

    Checks: complete configuration, that round-trips through JSON; documented output shape, eager and symbolic;
    finite outputs in training and inference; what masked steps hold changes no valid output; other lengths of time;
    equal outputs after saving to and loading from `.keras`; a gradient for every trainable weight; mixed precision.

    Args:
        cls: the layer's class.
        init_kwargs: dict, its arguments; with a seed where an inference output depends on one.
        expected_output_shape: tuple with the batch, or a list of tuples for a layer that returns several tensors.
        input_shape: tuple with the batch; the inputs are then random floats.
        input_data: array, instead of `input_shape`.
        mask: <bool>[batch, time] or None.
        call_kwargs: dict of further call arguments, arrays or plain values (left out of the `.keras` model).
        lengths: other lengths of time to call the layer with; () for a layer without a time axis.
        not_in_config: names of arguments that get_config leaves out on purpose.
        no_gradient: names of weights that the output does not depend on (such as a bias before a softmax).
        mixed_output_dtype: dtype of the output under mixed_bfloat16; None skips that check.
        mixed_tolerance: how far the mixed-precision output may be from the float32 one, absolute and relative.
        rtol, atol: for outputs that must be equal.
    """
    inputs = random_inputs(input_shape) if input_data is None else np.asarray(input_data)
    call_kwargs = dict(call_kwargs or {})
    masked = dict(call_kwargs) if mask is None else {**call_kwargs, "mask": np.asarray(mask, bool)}

    assert_config_round_trip(cls, init_kwargs, not_in_config)
    layer = cls(**init_kwargs)
    outputs = call(layer, inputs, **masked, training=False)
    assert_shape_and_finite(outputs, expected_output_shape)
    assert_shape_and_finite(call(layer, inputs, **masked, training=True), expected_output_shape)
    # Some training calls draw random numbers or move states, so the outputs to compare with are taken anew.
    stateful = getattr(layer, "stateful", False)
    if not stateful:
        assert_equal(call(layer, inputs, **masked, training=False), outputs, rtol, atol)
        if mask is not None and np.issubdtype(inputs.dtype, np.floating):
            assert_masked_steps_unread(layer, inputs, masked, outputs, rtol, atol)
        for length in lengths[: examples(len(lengths))]:
            assert_runs_at_length(layer, inputs, masked, length)
        assert_saves(layer, inputs, mask, call_kwargs, expected_output_shape, bool(lengths), rtol, atol)
    assert_gradients(layer, inputs, masked, no_gradient)
    if mixed_output_dtype is not None:
        assert_mixed_precision(cls, init_kwargs, layer, inputs, masked, outputs, mixed_output_dtype, mixed_tolerance)
    return layer, outputs


def run_model_test(model, input_data, expected_output_shape, *, targets=None, rtol=1e-4, atol=1e-5):
    """Holds a model to its promises: configuration, predict, the rows of a batch apart, one fit step, `.keras`.

    Args:
        model: keras.Model; one that is not compiled is compiled with adam and the mean squared error.
        input_data: array, or a list or dict of arrays.
        expected_output_shape: tuple with the batch.
        targets: array; by default drawn to suit the loss (class numbers for a sparse one, else zeros and ones).

    Returns:
        <float>[expected_output_shape], what the model predicted before the fit step.
    """
    config = json.loads(json.dumps(model.get_config()))
    assert type(model).from_config(config).count_params() == model.count_params()

    outputs = model.predict(input_data, verbose=0)
    assert_shape_and_finite(outputs, expected_output_shape)
    first = keras.tree.map_structure(lambda array: array[:1], input_data)
    # A row's answer must not depend on the rows that happen to share its batch, nor on being asked in a graph.
    assert_equal(keras.ops.convert_to_numpy(model(first, training=False)), outputs[:1], rtol, atol)

    if not model.compiled:
        model.compile("adam", "mean_squared_error")
    model.optimizer.build(model.trainable_variables)  # or Keras traces the step twice
    before = [keras.ops.convert_to_numpy(weight) for weight in model.trainable_weights]
    if targets is None:
        targets = random_targets(model.loss, outputs.shape)
    history = model.fit(input_data, targets, batch_size=len(outputs), epochs=1, verbose=0)
    assert np.isfinite(history.history["loss"]).all()
    after = [keras.ops.convert_to_numpy(weight) for weight in model.trainable_weights]
    assert all(np.isfinite(weight).all() for weight in after)
    assert any((new != old).any() for new, old in zip(after, before, strict=True)), "one fit step moved no weight"
    trained = model.predict(input_data, verbose=0)
    assert_equal(keras.ops.convert_to_numpy(save_and_load(model)(input_data, training=False)), trained, rtol, atol)
    return outputs


def run_recipe_test(name, arguments, *, data, labels, model, folder, twice=True):
    """Holds a recipe to its promises: runs it, as a command, on the files of `data`.

    Checks: the files of the run; the report, with the model before two baselines at least; the result rows, which the
    second call replaces and does not double; that the second call finds the run finished and reports the same; that
    the export answers raw text, as well as the report says.

    Args:
        name: the recipe's, the name of its file without the ending.
        arguments: list of str, the rest of its command line, such as few epochs.
        data: folder with train.csv and test.csv, columns "text" and "label".
        labels: the class names, in order.
        model: name of the model.
        folder: where the run and its results go.
        twice: bool, make the same call a second time.

    Returns:
        pathlib.Path: the folder of the run.
    """
    from rnn_zoo import load
    from rnn_zoo.evaluation import results

    out, table = Path(folder) / "run", Path(folder) / "results.csv"
    command = [data, "--model", model, "--out", out, "--results", table, "--seed", 3, *arguments]
    first = run_recipe(name, *command)
    assert first.returncode == 0, first.stderr[-2000:]
    for file in ("config.json", "history.csv", "curves.png", "model.keras", "metrics.json", "report.png"):
        assert (out / file).stat().st_size, file
    with open(Path(data) / "test.csv", encoding="utf-8", newline="") as file:
        held_out = list(csv.DictReader(file))

    report = json.loads((out / "metrics.json").read_text(encoding="utf-8"))
    assert report["names"] == list(labels) and report["examples"] == len(held_out)
    systems = list(report["systems"])
    assert systems[0] == model and len(systems) >= 3 and all(one.startswith("baseline:") for one in systems[1:])
    for system in report["systems"].values():
        assert 0 <= system["accuracy"] <= 1 and np.isfinite(system["log_loss"]) and system["parameters"] > 0
    assert all(sentence.split()[0] in first.stdout for sentence in report["verdict"])

    rows = results.read(table)
    assert {(row["model"], row["metric"]) for row in rows} >= {(one, "accuracy") for one in systems}
    for row in rows:
        assert (row["recipe"], row["data"], row["seed"], row["split"]) == (name, str(data), "3", "test")
        assert row["command"].startswith(f"python recipes/{name}.py") and str(data) in row["command"]

    pretrained = load(out / "export")
    answers = pretrained.predict([row["text"] for row in held_out])
    right = np.mean([answer.label == row["label"] for answer, row in zip(answers, held_out, strict=True)])
    np.testing.assert_allclose(right, report["systems"][model]["accuracy"], atol=1e-6)
    for answer in pretrained.predict(["", "\N{FACE WITH TEARS OF JOY} so good"]):
        assert answer.label in labels and list(answer.probabilities) == list(labels)
        np.testing.assert_allclose(sum(answer.probabilities.values()), 1, rtol=1e-4)

    if not twice:
        return out
    second = run_recipe(name, *command)
    assert second.returncode == 0, second.stderr[-2000:]
    assert "its result is loaded" in second.stdout
    again = json.loads((out / "metrics.json").read_text(encoding="utf-8"))
    assert again["systems"][model] == report["systems"][model]
    assert len(results.read(table)) == len(rows)
    return out


def run_recipe(name, *arguments):
    """A recipe as a command -> subprocess.CompletedProcess, with its output as text.

    It runs in this process, as `python recipes/NAME.py` would in its own: starting TensorFlow takes longer than most
    tiny runs.
    """
    path = str(ROOT / "recipes" / f"{name}.py")
    command = [path, *map(str, arguments)]
    printed, told, code = io.StringIO(), io.StringIO(), 0
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(printed), redirect_stderr(told):
        patch.setenv("COLUMNS", "200")
        patch.setattr(sys, "argv", command)
        try:
            runpy.run_path(path, run_name="__main__")
        except SystemExit as ended:  # which a process prints where it is no number
            code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
            told.write("" if ended.code is None or isinstance(ended.code, int) else f"{ended.code}\n")
        finally:
            keras.config.set_dtype_policy("float32")
    return subprocess.CompletedProcess(command, code, printed.getvalue(), told.getvalue())


def load_recipe(name):
    """The module of a recipe."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "recipes" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def random_inputs(shape, seed=0):
    """Standard normal float32 numbers."""
    return np.random.default_rng(seed).standard_normal(shape).astype("float32")


def random_targets(loss, output_shape, seed=0):
    """Class numbers for a sparse loss, else zeros and ones in the shape of the output."""
    generator = np.random.default_rng(seed)
    if "sparse" in str(getattr(loss, "name", loss)):
        return generator.integers(0, output_shape[-1], output_shape[:-1]).astype("int32")
    return generator.integers(0, 2, output_shape).astype("float32")


def call(layer, inputs, **kwargs):
    """The layer's outputs as one NumPy array, or a list of them; arguments that its call lacks are left out."""
    known = inspect.signature(layer.call).parameters
    if not any(parameter.kind is parameter.VAR_KEYWORD for parameter in known.values()):
        kwargs = {name: value for name, value in kwargs.items() if name in known or name == "mask"}
    outputs = keras.tree.flatten(layer(inputs, **kwargs))
    arrays = [keras.ops.convert_to_numpy(output) for output in outputs]
    return arrays[0] if len(arrays) == 1 else arrays


def save_and_load(model):
    """The model after a round trip through a `.keras` file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        model.save(path)
        return keras.saving.load_model(path)


def assert_equal(actual, expected, rtol=1e-5, atol=1e-5):
    actual, expected = keras.tree.flatten(actual), keras.tree.flatten(expected)
    assert len(actual) == len(expected)
    for one, other in zip(actual, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=rtol, atol=atol)


def assert_shape_and_finite(outputs, expected_shape):
    outputs = keras.tree.flatten(outputs)
    shapes = [tuple(output.shape) for output in outputs]
    expected = [tuple(shape) for shape in (expected_shape if isinstance(expected_shape, list) else [expected_shape])]
    assert shapes == expected, f"output shapes {shapes}, expected {expected}"
    assert all(np.isfinite(output).all() for output in outputs), "NaN or infinity in the output"


def assert_config_round_trip(cls, init_kwargs, not_in_config=()):
    """get_config names every argument of __init__ and rebuilds an equal layer, also from JSON."""
    layer = cls(**init_kwargs)
    config = layer.get_config()
    parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
    named = {p.name for p in parameters if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)}
    missing = named - set(config) - set(not_in_config)
    assert not missing, f"{cls.__name__}.get_config leaves out {sorted(missing)}"
    assert cls.from_config(copy.deepcopy(config)).get_config() == config
    serialized = json.loads(json.dumps(keras.saving.serialize_keras_object(layer)))
    rebuilt = keras.saving.deserialize_keras_object(copy.deepcopy(serialized))
    assert isinstance(rebuilt, cls)
    assert json.loads(json.dumps(keras.saving.serialize_keras_object(rebuilt))) == serialized


def assert_masked_steps_unread(layer, inputs, kwargs, outputs, rtol=1e-5, atol=1e-5):
    """What masked steps hold changes neither the outputs of valid steps nor those without a time axis."""
    valid = kwargs["mask"]
    other = np.where(valid.reshape(valid.shape + (1,) * (inputs.ndim - 2)), inputs, inputs[::-1] + 3).astype(
        inputs.dtype
    )
    changed = call(layer, other, **kwargs, training=False)
    for one, two in zip(keras.tree.flatten(changed), keras.tree.flatten(outputs), strict=True):
        if one.ndim > 2 and one.shape[:2] == valid.shape:
            one, two = one[valid], two[valid]
        np.testing.assert_allclose(one, two, rtol=rtol, atol=atol)


def assert_runs_at_length(layer, inputs, kwargs, length):
    """The same layer takes another length of time and returns finite outputs."""
    repeats = -(-length // inputs.shape[1])
    kwargs = dict(kwargs)
    if "mask" in kwargs:
        kwargs["mask"] = np.concatenate([kwargs["mask"]] * repeats, axis=1)[:, :length]
    outputs = call(layer, np.concatenate([inputs] * repeats, axis=1)[:, :length], **kwargs, training=False)
    for output in keras.tree.flatten(outputs):
        assert len(output) == len(inputs)
        assert np.isfinite(output).all(), f"NaN or infinity in the output at {length} steps"


def assert_saves(layer, inputs, mask, call_kwargs, expected_shape, any_length, rtol=1e-5, atol=1e-5):
    """A model around the layer has the documented symbolic shape and gives equal outputs after `.keras`."""
    shape = (None, *inputs.shape[2:]) if any_length else inputs.shape[1:]
    model_inputs, data = [keras.Input(shape, dtype=inputs.dtype.name)], [inputs]
    plain = {name: value for name, value in call_kwargs.items() if not hasattr(value, "shape")}
    if mask is not None:
        model_inputs.append(keras.Input(shape[:1], dtype="bool"))
        data.append(np.asarray(mask, bool))
        plain["mask"] = model_inputs[1]
    outputs = keras.tree.flatten(layer(model_inputs[0], **plain))
    expected_shapes = expected_shape if isinstance(expected_shape, list) else [expected_shape]
    for output, expected in zip(outputs, expected_shapes, strict=True):
        assert len(output.shape) == len(expected), (output.shape, expected)
        agree = [one in (None, other) for one, other in zip(output.shape, expected, strict=True)]
        assert all(agree), f"symbolic output shape {output.shape}, expected {expected}"
    model = keras.Model(model_inputs, outputs)
    before = model.predict(data, verbose=0)
    after = keras.tree.flatten(save_and_load(model)(data, training=False))
    assert_equal([keras.ops.convert_to_numpy(output) for output in after], before, rtol, atol)


def assert_gradients(layer, inputs, kwargs, no_gradient=()):
    """A random projection of the outputs has a finite gradient, not all zero, for every trainable weight."""
    weights = layer.trainable_variables
    if not weights:
        return
    for weight, gradient in zip(weights, gradients(layer, inputs, **kwargs), strict=True):
        if weight.name in no_gradient:
            continue
        assert gradient is not None, f"no gradient for {weight.path}"
        assert np.isfinite(gradient).all(), f"NaN or infinity in the gradient for {weight.path}"
        assert np.any(gradient), f"the gradient for {weight.path} is zero everywhere"


def gradients(layer, inputs, **kwargs):
    """Gradients, as NumPy, of a fixed random projection of the layer's outputs by its trainable weights."""

    def loss(outputs):
        # A plain sum would have no gradient after a softmax.
        parts = []
        for output in keras.tree.flatten(outputs):
            projection = random_inputs(tuple(output.shape), seed=1)
            parts.append(keras.ops.sum(keras.ops.multiply(keras.ops.cast(output, "float32"), projection)))
        return sum(parts)

    return layer_values_and_gradients(layer, inputs, loss, **kwargs)[1]


def assert_mixed_precision(cls, init_kwargs, layer, inputs, kwargs, outputs, dtype, tolerance):
    """Under mixed_bfloat16 the weights stay float32, the outputs have `dtype` and are near the float32 ones."""
    mixed = cls(**{**init_kwargs, "dtype": "mixed_bfloat16"})
    mixed(inputs, **kwargs)
    mixed.set_weights(layer.get_weights())
    if hasattr(mixed, "reset_state"):
        mixed.reset_state()
    assert all(weight.dtype == "float32" for weight in mixed.trainable_variables)
    for output, expected in zip(keras.tree.flatten(mixed(inputs, **kwargs)), keras.tree.flatten(outputs), strict=True):
        assert keras.backend.standardize_dtype(output.dtype) == dtype
        output = keras.ops.convert_to_numpy(keras.ops.cast(output, "float32"))
        np.testing.assert_allclose(output, expected, rtol=tolerance, atol=tolerance)
