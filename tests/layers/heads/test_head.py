import keras
import numpy as np
import pytest
from helpers import random_inputs, run_layer_test
from keras import ops

from rnn_zoo.layers import Classes, Front, Head, Labels, Values


@pytest.mark.parametrize("head", [Classes, Labels, Values])
def test_layer_contract(head):
    run_layer_test(
        head,
        {"count": 3},
        input_shape=(4, 5),
        expected_output_shape=(4, 3),
        lengths=(),
        mixed_output_dtype="float32",
        mixed_tolerance=1e-6,
    )


def test_heads_equal_their_equations():
    inputs = random_inputs((4, 5))
    for head, activation in ((Classes(3), ops.softmax), (Labels(3), ops.sigmoid), (Values(3), lambda x: x)):
        outputs = ops.convert_to_numpy(head(inputs))
        kernel, bias = head.get_weights()
        np.testing.assert_allclose(outputs, activation(ops.convert_to_tensor(inputs @ kernel + bias)), atol=1e-6)


@pytest.mark.parametrize(
    ("head", "targets", "loss", "metric", "value"),
    [
        (Classes(2), [0, 1], -np.log(0.8) / 2 - np.log(0.3) / 2, "accuracy", 0.5),
        (Labels(2), [[1, 0], [0, 1]], -np.mean(np.log([0.8, 0.8, 0.3, 0.3])), "accuracy", 0.5),
        (Values(2), [[1.8, 0.2], [0.7, 0.3]], 0.25, "mae", 0.25),
    ],
)
def test_loss_and_metrics_by_hand(head, targets, loss, metric, value):
    predictions = np.array([[0.8, 0.2], [0.7, 0.3]], "float32")
    assert float(head.make_loss()(np.array(targets), predictions)) == pytest.approx(loss, abs=1e-5)
    (made,) = head.make_metrics()
    made.update_state(np.array(targets), predictions)
    assert made.name == metric
    assert float(made.result()) == pytest.approx(value, abs=1e-5)


def test_metrics_are_new_each_time():
    assert Classes(2).make_metrics()[0] is not Classes(2).make_metrics()[0]


def test_a_certain_mistake_has_a_finite_gradient():
    """The probability underflows to 0; the loss must come from the logits."""
    model = keras.Sequential([keras.Input((1,)), Classes(2)])
    model.compile(keras.optimizers.SGD(0.1), Classes(2).make_loss())
    model.layers[-1].set_weights([np.array([[200.0, -200.0]]), np.zeros(2)])
    loss = model.fit(np.ones((1, 1)), np.array([1]), verbose=0).history["loss"][0]
    if keras.backend.backend() == "tensorflow":  # Keras on JAX clips the probability instead
        assert loss == pytest.approx(400, rel=1e-3)
        np.testing.assert_allclose(model.get_weights()[1], [-0.1, 0.1], atol=1e-5)
    assert all(np.isfinite(weight).all() for weight in model.get_weights())


@pytest.mark.parametrize(
    ("head", "count", "message"),
    [
        (Classes, 0, "`count` must be a positive integer, got 0"),
        (Classes, 1, "`count` must be at least 2, got 1"),
        (Labels, -1, "`count`"),
        (Values, "two", "`count`"),
    ],
)
def test_errors_name_the_argument(head, count, message):
    with pytest.raises(ValueError, match=message):
        head(count)


def test_a_base_class_names_the_method_to_define():
    for layer, method in ((Front(), "make_input"), (Head(2), "make_loss"), (Head(2), "make_metrics")):
        with pytest.raises(NotImplementedError, match=f"{type(layer).__name__} must define `{method}`"):
            getattr(layer, method)()
