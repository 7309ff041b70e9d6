import io
import json

import keras
import numpy as np
import pytest
from helpers import random_inputs
from rich.console import Console

from rnn_zoo import Classes, OneHot, Recurrent, Values, Vectors, many_to_many, many_to_one
from rnn_zoo.inspection import trace_bptt

LETTERS = ["h", "e", "l", "o"]
HELL, ELLO = np.array([1, 2, 3, 3]), np.array([1, 2, 2, 3])


@pytest.fixture(scope="module")
def hello():
    return many_to_many(OneHot(5), Recurrent("vanilla", 3, seed=1), Classes(4))


def automatic(model, inputs, targets):
    """The loss and its gradients, by the compiled loss and automatic differentiation."""
    import tensorflow as tf

    with tf.GradientTape() as tape:
        loss = model.compute_loss(inputs, targets, model(inputs, training=True))
    return float(loss), [gradient.numpy() for gradient in tape.gradient(loss, model.trainable_weights)]


def assert_equal_to_automatic(model, inputs, targets):
    trace = trace_bptt(model, inputs, targets)
    loss, gradients = automatic(model, inputs[None], targets[None])
    assert trace.loss == pytest.approx(loss, abs=1e-6)
    for name, gradient in zip("WUbVc", gradients, strict=True):
        np.testing.assert_allclose(trace.gradients[name], gradient, atol=1e-6, rtol=0)
    return trace


def test_the_sums_equal_automatic_differentiation(hello):
    trace = assert_equal_to_automatic(hello, HELL, ELLO)
    np.testing.assert_allclose(trace.outputs, hello(HELL[None])[0], atol=1e-6)
    assert trace.of_kernel.shape == (4, 5, 3) and trace.of_head_kernel.shape == (4, 3, 4)
    # At each step, dL/dW has a term for the input letter only; the first step has no term in dL/dU.
    assert all(
        np.flatnonzero(np.abs(part).sum(axis=1)).tolist() == [letter]
        for part, letter in zip(trace.of_kernel, HELL, strict=True)
    )
    assert not trace.of_recurrent_kernel[0].any() and trace.of_recurrent_kernel[1].any()
    # The last step has no later ones.
    head_kernel = hello.layers[-1].dense.kernel.numpy()
    np.testing.assert_allclose(trace.of_states[-1], trace.of_logits[-1] @ head_kernel.T, atol=1e-6)


@pytest.mark.parametrize("activation", ["relu", "sigmoid", "linear"])
def test_other_activations_and_a_regression(activation):
    recurrence = Recurrent("vanilla", 3, activation=activation, state_initializer="ones", seed=1)
    model = many_to_many(Vectors(2), recurrence, Values(2))
    assert_equal_to_automatic(model, random_inputs((5, 2)), random_inputs((5, 2), seed=1))


def test_as_a_table_as_a_page_and_as_data(hello, tmp_path):
    trace = trace_bptt(hello, HELL, ELLO, input_names="hell", output_names=LETTERS)
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(trace.to_table())
    shown = console.export_text()
    html = trace.to_html(tmp_path / "trace.html")
    assert (tmp_path / "trace.html").read_text(encoding="utf-8") == html
    data = json.loads(json.dumps(trace.to_dict()))
    assert data["loss"] == trace.loss and np.shape(data["of_recurrent_kernel"]) == (4, 3, 3)
    for text, digits in ((shown, 3), (html, 4)):
        for number in (trace.states[2, 1], trace.of_states[0, 0], trace.gradients["V"][1, 2]):
            assert f"{number:+.{digits}f}" in text
        assert f"{trace.loss:.6f}" in text and "h, e, l, o" in text


def test_bad_input(hello):
    with pytest.raises(ValueError, match="padding"):
        trace_bptt(hello, np.array([1, 2, 3, 0]), ELLO)
    with pytest.raises(ValueError, match=r"`targets` must have the shape \(4,\)"):
        trace_bptt(hello, HELL, ELLO[:3])
    with pytest.raises(ValueError, match=r"class numbers below 4, got \[1, 2, 2, 4\]"):
        trace_bptt(hello, HELL, np.array([1, 2, 2, 4]))
    with pytest.raises(ValueError, match="`output_names` must hold 4 names, got 1"):
        trace_bptt(hello, HELL, ELLO, output_names=["h"])
    for recurrence in (Recurrent("gru", 3), Recurrent("vanilla", 3, depth=2)):
        with pytest.raises(ValueError, match="one forward vanilla layer"):
            trace_bptt(many_to_many(OneHot(5), recurrence, Classes(4)), HELL, ELLO)
    with pytest.raises(ValueError, match=r"`Classes` or `Values` at every step"):
        trace_bptt(many_to_one(OneHot(5), Recurrent("vanilla", 3), Classes(4)), HELL, ELLO)
    with pytest.raises(ValueError, match="one `Recurrent` and one head"):
        trace_bptt(keras.Sequential([keras.Input((None, 2)), keras.layers.Dense(1)]), HELL, ELLO)
