"""Sample and class weights: every head against a NumPy reference, of sequences and of steps."""

import keras
import numpy as np
import pytest

import rnn_zoo
from rnn_zoo.layers import Chords, Classes, Labels, NextToken, Quantiles, Recurrent, Tags, Tokens, Values
from rnn_zoo.layers.crf import linear_chain

ROWS, TIME = 6, 5
RANDOM = np.random.default_rng(0)
LENGTHS = np.array([5, 3, 1, 4, 5, 2])
MASK = np.arange(TIME) < LENGTHS[:, None]
IDS = np.where(MASK, RANDOM.integers(1, 9, (ROWS, TIME)), 0)
CLASSES = RANDOM.integers(0, 3, (ROWS, TIME))
NUMBERS = RANDOM.normal(size=(ROWS, TIME, 2)).astype("float32")
SEQUENCES = RANDOM.uniform(0.2, 2, ROWS).astype("float32")
STEPS = RANDOM.uniform(0.2, 2, (ROWS, TIME)).astype("float32")
WEIGHTS = {"none": None, "sequences": SEQUENCES, "a column": SEQUENCES[:, None], "steps": STEPS}
CLASS_WEIGHT = {0: 0.5, 2: 3.0}


def cross_entropy(outputs, targets):
    return -np.log(np.take_along_axis(outputs, targets[..., None], -1)[..., 0])


def pinball(outputs, targets):
    error, levels = targets[..., None] - outputs, np.array([0.05, 0.5, 0.95])
    return np.maximum(levels * error, (levels - 1) * error).mean((-1, -2))


def softmax(scores):
    return np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)


# Name -> (makes the head, targets, loss of each step from the outputs and the targets).
HEADS = {
    "classes": (lambda: Classes(3), CLASSES, cross_entropy),
    "tags": (lambda: Tags(3), CLASSES, cross_entropy),
    "tags of a scheme": (lambda: Tags(["O", "B-A", "I-A"]), CLASSES, cross_entropy),
    "crf": (lambda: Tags(3, crf=True), CLASSES, lambda p, y: -np.array(linear_chain.log_probabilities(p, y))),
    "next token": (lambda: NextToken(10), CLASSES + 1, lambda p, y: cross_entropy(softmax(p), y)),
    "values": (lambda: Values(2), NUMBERS, lambda p, y: ((p - y) ** 2).mean(-1)),
    "one value": (lambda: Values(1), NUMBERS[..., 0], lambda p, y: (p[..., 0] - y) ** 2),
    "labels": (
        lambda: Labels(2),
        (NUMBERS > 0).astype("float32"),
        lambda p, y: -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean(-1),
    ),
    "quantiles": (lambda: Quantiles(2), NUMBERS, pinball),
}
OF_CLASSES = ["classes", "tags", "crf", "next token"]


def model_of(name):
    keras.utils.set_random_seed(3)
    return rnn_zoo.many_to_many(Tokens(10, 4), Recurrent("gru", 5), HEADS[name][0]())


def expected(model, name, weights):
    _, targets, loss = HEADS[name]
    of_steps = loss(model.predict(IDS, verbose=0), targets)
    return (weights * MASK * of_steps).sum() / MASK.sum()


def step_weights(weights):
    return np.ones((ROWS, TIME)) if weights is None else weights.reshape(ROWS, -1) * np.ones((ROWS, TIME))


@pytest.mark.parametrize("name", HEADS)
def test_the_loss_of_every_head_is_weighted(name):
    """All kinds of weights by one model: Keras then traces with weights of unknown rank."""
    model = model_of(name)
    options = {"batch_size": ROWS, "verbose": 0, "return_dict": True}
    for weights in WEIGHTS.values():
        found = model.evaluate(IDS, HEADS[name][1], sample_weight=weights, **options)["loss"]
        assert found == pytest.approx(expected(model, name, step_weights(weights)), rel=1e-4)


def test_every_head_of_steps_is_here():
    kinds = {head for head in vars(rnn_zoo.layers).values() if isinstance(head, type) and hasattr(head, "make_loss")}
    with_steps = {head for head in kinds if head.__name__ != "Head"}
    assert with_steps == {type(make()) for make, _, _ in HEADS.values()}
    assert not hasattr(Chords, "make_loss")  # trained by `StepLoss`, which returns the loss of each step


@pytest.mark.parametrize("name", OF_CLASSES)
@pytest.mark.parametrize(
    "given", ["steps", *(pytest.param(given, marks=pytest.mark.long) for given in ("none", "sequences"))]
)
def test_class_weights_are_those_of_the_steps(name, given):
    targets = HEADS[name][1]
    of_classes = np.vectorize(lambda number: CLASS_WEIGHT.get(number, 1.0))(targets)
    weights = of_classes * step_weights(WEIGHTS[given])
    model = model_of(name)
    wanted = expected(model, name, weights)
    for train in (
        lambda: model.fit(
            IDS, targets, class_weight=CLASS_WEIGHT, sample_weight=WEIGHTS[given], batch_size=ROWS, verbose=0
        ).history["loss"][0],
        lambda: model.train_on_batch(IDS, targets, WEIGHTS[given], class_weight=CLASS_WEIGHT, return_dict=True)["loss"],
    ):
        start = model.get_weights()
        assert float(train()) == pytest.approx(wanted, rel=1e-4)
        model.set_weights(start)


def test_class_weights_of_a_data_set(tmp_path):
    tf = pytest.importorskip("tensorflow")
    model = model_of("crf")
    of_classes = np.vectorize(lambda number: CLASS_WEIGHT.get(number, 1.0))(CLASSES)
    for arrays, given in (((IDS, CLASSES), 1.0), ((IDS, CLASSES, SEQUENCES), SEQUENCES[:, None])):
        data = tf.data.Dataset.from_tensor_slices(arrays).batch(ROWS)
        start, wanted = model.get_weights(), expected(model, "crf", of_classes * given)
        history = model.fit(data, class_weight=CLASS_WEIGHT, verbose=0)
        assert history.history["loss"][0] == pytest.approx(wanted, rel=1e-4)
        model.set_weights(start)
    batches = rnn_zoo.training.ArrayBatches((IDS,), CLASSES, batch_size=ROWS)
    with pytest.raises(ValueError, match=r"`class_weight` needs `y` as an array, or a tf.data.Dataset; ArrayBatches"):
        model.fit(batches, class_weight=CLASS_WEIGHT, verbose=0)
    with pytest.raises(ValueError, match="`class_weight` must be a dict from class numbers"):
        model.fit(IDS, CLASSES, class_weight={}, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert type(loaded) is type(model)
    np.testing.assert_array_equal(loaded.predict(IDS, verbose=0), model.predict(IDS, verbose=0))


@pytest.mark.parametrize("name", ["classes", "labels", "values", "quantiles"])
def test_one_prediction_a_sequence(name):
    keras.utils.set_random_seed(3)
    make, targets, loss = HEADS[name]
    model = rnn_zoo.many_to_one(Tokens(10, 4), Recurrent("gru", 5), make())
    of_rows = loss(model.predict(IDS, verbose=0), targets[:, 0])
    found = model.evaluate(IDS, targets[:, 0], sample_weight=SEQUENCES, batch_size=ROWS, verbose=0, return_dict=True)
    assert found["loss"] == pytest.approx((SEQUENCES * of_rows).mean(), rel=1e-4)
    if name == "classes":
        of_classes = np.vectorize(lambda number: CLASS_WEIGHT.get(number, 1.0))(targets[:, 0])
        history = model.fit(IDS, targets[:, 0], class_weight=CLASS_WEIGHT, batch_size=ROWS, verbose=0)
        assert history.history["loss"][0] == pytest.approx((of_classes * of_rows).mean(), rel=1e-4)


def test_a_writer_weights_its_steps():
    keras.utils.set_random_seed(3)
    writer = rnn_zoo.one_to_many(Tokens(10, 4), Recurrent("gru", 5), NextToken(10))
    of_steps = cross_entropy(softmax(writer.training.predict(IDS, verbose=0)), CLASSES + 1)
    for weights in (SEQUENCES, STEPS):
        found = writer.training.evaluate(IDS, CLASSES + 1, sample_weight=weights, batch_size=ROWS, verbose=0)[0]
        wanted = (step_weights(weights) * MASK * of_steps).sum() / MASK.sum()
        assert found == pytest.approx(wanted, rel=1e-4)


def test_metrics_are_weighted_where_asked():
    for name in ("tags", "crf", "next token"):
        head = HEADS[name][0]()
        model = rnn_zoo.many_to_many(Tokens(10, 4), Recurrent("gru", 5), head)
        model.compile(loss=head.make_step_loss(), weighted_metrics=head.make_step_metrics())
        outputs, targets = model.predict(IDS, verbose=0), HEADS[name][1]
        for weights in (SEQUENCES, STEPS):
            found = model.evaluate(IDS, targets, sample_weight=weights, batch_size=ROWS, verbose=0)[1]
            valid = step_weights(weights) * MASK
            if name == "next token":
                of_steps = cross_entropy(softmax(outputs), targets)
                assert found == pytest.approx(np.exp((valid * of_steps).sum() / valid.sum()), rel=1e-4)
                continue
            marginals = np.array(linear_chain.marginals(outputs)) if name == "crf" else outputs
            right = marginals.argmax(-1) == targets
            assert found == pytest.approx((valid * right).sum() / valid.sum(), rel=1e-4)
