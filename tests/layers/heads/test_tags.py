import itertools

import keras
import numpy as np
import pytest
from helpers import random_inputs, run_layer_test, run_model_test
from keras import ops

from rnn_zoo.layers import Tags, Tokens
from rnn_zoo.text.tag_scheme import fault
from rnn_zoo.topologies import many_to_many

NAMES = ["O", "B-LOC", "I-LOC", "B-PER", "I-PER"]
IDS = np.array([[2, 3, 4, 1], [3, 2, 0, 0], [0, 0, 0, 0]], "int32")
MASK = IDS > 0


def test_layer_contract():
    run_layer_test(
        Tags,
        {"tags": NAMES},
        input_shape=(3, 4, 6),
        expected_output_shape=(3, 4, 5),
        mixed_output_dtype="float32",
        mixed_tolerance=1e-5,
    )


def test_model_contract_with_a_crf():
    model = many_to_many(Tokens(9, 4, seed=1), keras.layers.Dense(5, "tanh", name="steps"), Tags(NAMES, crf=True))
    outputs = run_model_test(model, IDS, (3, 4, 5, 5), targets=np.array([[1, 2, 0, 3]] * 3))
    head = model.layers[-1]
    tags = ops.convert_to_numpy(head.decode(outputs, MASK))
    assert tags.shape == (3, 4) and not tags[~MASK].any()


@pytest.mark.parametrize("crf", [True, False])
def test_loss_and_accuracy_ignore_padding(crf):
    model = many_to_many(Tokens(9, 4, seed=1), keras.layers.Dense(5, name="steps"), Tags(NAMES, crf))
    targets = np.array([[1, 2, 0, 3], [0, 3, 0, 0], [0, 0, 0, 0]])
    other = np.where(MASK, targets, 4)
    padded = np.pad(IDS, [[0, 1], [0, 3]]), np.pad(targets, [[0, 1], [0, 3]], constant_values=2)
    scores = [model.evaluate(*data, verbose=0) for data in ((IDS, targets), (IDS, other), padded)]
    np.testing.assert_allclose(scores[1:], [scores[0]] * 2, rtol=1e-5)
    assert 0 < scores[0][0] < 5


@pytest.mark.parametrize("crf", [True, False])
def test_decoding_follows_the_tag_scheme_for_any_scores(crf):
    head = Tags(NAMES, crf)
    head.build((None, None, 5))
    head.set_weights([np.eye(5) * 40, *[np.zeros_like(weight) for weight in head.get_weights()[1:]]])
    steps = np.eye(5, dtype="float32")[[[2, 4, 0, 2, 3, 2], [4, 4, 1, 4, 4, 0]]]
    for row in ops.convert_to_numpy(head.decode(head(steps))):
        assert fault([NAMES[tag] for tag in row], "BIO") is None


def test_without_a_scheme_the_best_tag_of_each_step_is_decoded():
    head = Tags(3)
    outputs = head(random_inputs((2, 4, 6)))
    assert (ops.convert_to_numpy(head.decode(outputs)) == ops.convert_to_numpy(outputs).argmax(-1)).all()


def test_crf_accuracy_uses_the_marginals():
    """Chain by hand: the second tag equals the first, which is 0 with probability 0.6."""
    probabilities = np.array([[[0.6, 0.4], [0.6, 0.4]], [[1, 1e-9], [1e-9, 1]]], "float32")[None]
    (metric,) = Tags(2, crf=True).make_step_metrics()
    metric.update_state(np.array([[0, 0]]), np.log(probabilities))
    assert float(metric.result()) == 1
    metric.update_state(np.array([[0, 1]]), np.log(probabilities))
    assert float(metric.result()) == 0.75
    loss = Tags(2, crf=True).make_step_loss()(np.array([[1, 1]]), ops.convert_to_tensor(np.log(probabilities)))
    assert float(loss) == pytest.approx(-np.log(0.4) / 2, rel=1e-4)


def test_only_a_crf_trains_transitions():
    for crf, expected in itertools.product([True, False], [5]):
        head = Tags(NAMES, crf)
        head(random_inputs((1, 2, 3)))
        assert len(head.trainable_variables) == (expected if crf else 2)
    assert keras.saving.get_registered_name(Tags) == "rnn_zoo>Tags"


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        (0, "must be a positive integer, got 0"),
        (["O"], r"`tags` must be at least 2, got \['O'\]"),
        (["O", "O"], "`tags` must differ"),
    ],
)
def test_errors_name_the_argument(tags, message):
    with pytest.raises(ValueError, match=message):
        Tags(tags)


@pytest.mark.parametrize("crf", [False, True])
def test_early_stopping_maximises_the_accuracy(crf):
    steps = keras.Input((None, 2))
    head = Tags(2, crf)
    model = keras.Model(steps, head(steps))
    model.compile(loss=head.make_step_loss(), metrics=head.make_step_metrics(), run_eagerly=True)
    model.evaluate(np.zeros((1, 2, 2)), np.zeros((1, 2), "int32"), verbose=0)
    stopping = keras.callbacks.EarlyStopping("val_accuracy")
    stopping.set_model(model)
    stopping._set_monitor_op()
    assert stopping.monitor_op is keras.ops.greater
