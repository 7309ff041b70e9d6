import hypothesis.extra.numpy
import keras
import numpy as np
import pytest
from helpers import (
    assert_config_round_trip,
    assert_shape_and_finite,
    examples,
    gradients,
    one_backend,
    random_inputs,
    run_model_test,
    save_and_load,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from rnn_zoo.layers import LanguageModelLoss, Recurrent, Tokens

SIZE, FEATURES, BACKWARD = 9, 5, 2
SAMPLED = np.array([2, 5, 5, 8], "int32")
ARGUMENTS = {
    "vocabulary_size": SIZE,
    "dim": 3,
    "backward_features": BACKWARD,
    "ahead": 2,
    "seen": 2,
    "samples": len(SAMPLED),
    "seed": 1,
}
# Texts of six tokens down to none; 1 is `[UNK]`.
IDS = np.array([[2, 3, 4, 5, 2, 8], [4, 1, 3, 2, 0, 0], [5, 3, 0, 0, 0, 0], [2] + [0] * 5, [0] * 6], "int32")


def numpy(tensor):
    return ops.convert_to_numpy(tensor)


@pytest.fixture
def sampled(monkeypatch):
    """Fixes the words that the layer samples."""
    monkeypatch.setattr(
        keras.random, "categorical", lambda logits, samples, **kwargs: ops.array(SAMPLED[None, :samples])
    )
    return SAMPLED


@pytest.fixture
def layer():
    """Adapted to IDS, with random weights."""
    layer = LanguageModelLoss(**ARGUMENTS)
    layer(states(IDS), IDS)
    layer.adapt(list(IDS))
    generator = np.random.default_rng(0)
    for weight in layer.trainable_variables:
        weight.assign(generator.standard_normal(weight.shape).astype("float32"))
    return layer


def states(ids, seed=0):
    """Random outputs of a recurrence: zeros at padding, as `Recurrent` returns."""
    return random_inputs((*ids.shape, FEATURES), seed) * (ids != 0)[..., None]


def reference(layer, inputs, ids, sampled):
    """The equation of the docstring, in loops -> <float>[batch].

    Padding steps, where `inputs` are zeros, predict backwards as any step does.
    """
    weights = {weight.name: numpy(weight).astype("float64") for weight in layer.variables if weight.ndim}
    share, known = weights["frequency"], np.arange(SIZE) > 1
    q = known * np.maximum(share, 1e-12) ** 0.75
    q /= q.sum()
    halves = {"forward": inputs[..., : FEATURES - BACKWARD], "backward": inputs[..., FEATURES - BACKWARD :]}
    result = np.zeros(len(ids))
    for row, text in enumerate(ids):
        losses = total = 0.0
        for t in range(len(text)):
            for direction, half in halves.items():
                for k in range(layer.ahead):
                    place = t + 1 + k if direction == "forward" else t - layer.seen - k
                    if not 0 <= place < len(text) or text[place] < 2:
                        continue
                    projected = half[row, t] @ weights[f"{direction}_projection"]

                    def score(word, projected=projected):
                        bias = weights["bias"][word] + np.log(share[word]) - np.log(len(sampled) * q[word])
                        return projected @ weights["vectors"][word] + bias

                    w = text[place]
                    c = min(1.0, np.sqrt(3e-4 / share[w]))
                    losses += c * (np.log(np.exp(score(w)) + sum(np.exp(score(n)) for n in sampled)) - score(w))
                    total += c
        result[row] = losses / total if total else 0.0
    return result


@one_backend
def test_adapt_counts_the_words_and_neither_padding_nor_unknown(layer):
    counts = np.bincount(IDS.ravel(), minlength=SIZE) * (np.arange(SIZE) > 1)
    np.testing.assert_allclose(numpy(layer.frequency), counts / counts.sum(), rtol=1e-6)
    assert numpy(layer.frequency)[:2].tolist() == [0, 0]


def test_equals_the_equation(layer, sampled):
    inputs = states(IDS)
    found = numpy(layer(inputs, IDS))
    np.testing.assert_allclose(found, reference(layer, inputs, IDS, sampled), rtol=1e-4)
    assert (found[:3] > 0).all()
    assert found[4] == 0, "a text without a word has no loss"


@pytest.mark.parametrize("changed", [{"ahead": 1}, {"ahead": 9}, {"seen": 1}, {"seen": 7, "ahead": 3}])
def test_equals_the_equation_for_any_ahead_and_seen(sampled, changed):
    layer = LanguageModelLoss(**{**ARGUMENTS, **changed})
    inputs = states(IDS)
    layer(inputs, IDS)
    layer.adapt(list(IDS))
    np.testing.assert_allclose(numpy(layer(inputs, IDS)), reference(layer, inputs, IDS, sampled), rtol=1e-4)


@pytest.mark.parametrize(("ahead", "seen"), [(1, 1), (6, 3)])
@given(ids=hypothesis.extra.numpy.arrays("int32", st.sampled_from([(1, 1), (3, 4)]), elements=st.integers(0, 8)))
@settings(max_examples=examples(6))
def test_no_text_gives_nan(ahead, seen, ids):
    ids = np.where(-np.sort(-(ids > 0).astype("int32"), axis=1) > 0, np.maximum(ids, 1), 0)  # padding on the correct
    layer = LanguageModelLoss(**{**ARGUMENTS, "ahead": ahead, "seen": seen})
    losses = numpy(layer(states(ids), ids))
    assert_shape_and_finite(losses, (len(ids),))
    assert (losses >= 0).all()
    assert not losses[(ids > 1).sum(axis=1) == 0].any(), "a text without a known word has no loss"
    for gradient in gradients(layer, states(ids), ids=ids):
        assert np.isfinite(gradient).all()


@one_backend
@pytest.mark.parametrize("more", [1, 6])
def test_padding_does_not_change_forward_predictions(more):
    layer = LanguageModelLoss(**{**ARGUMENTS, "vocabulary_size": 3, "backward_features": 0})  # one word: known samples
    ids = np.minimum(IDS, 2)
    longer = np.pad(ids, [(0, 0), (0, more)])
    inputs = states(ids)
    expected = numpy(layer(inputs, ids))
    np.testing.assert_allclose(numpy(layer(np.pad(inputs, [(0, 0), (0, more), (0, 0)]), longer)), expected, rtol=1e-5)
    assert expected[3] == expected[4] == 0


def test_a_backward_recurrence_predicts_backwards(sampled):
    layer = LanguageModelLoss(**{**ARGUMENTS, "backward_features": FEATURES})
    assert np.isfinite(numpy(layer(states(IDS), IDS))).all()
    assert next(weight.name for weight in layer.trainable_variables) == "backward_projection"


@one_backend
def test_a_direction_does_not_predict_its_own_inputs(layer, sampled):
    inputs, ids = states(IDS[:1]), IDS[:1]
    only_last = inputs.copy()
    only_last[:, -1, : FEATURES - BACKWARD] += 1  # no step after the last one to predict
    only_last[:, :2, FEATURES - BACKWARD :] += 1  # nor before the first two, since the second encodes both
    np.testing.assert_array_equal(numpy(layer(only_last, ids)), numpy(layer(inputs, ids)))


def test_gradients_reach_every_weight(layer, sampled):
    names = [weight.name for weight in layer.trainable_variables]
    assert sorted(names) == ["backward_projection", "bias", "forward_projection", "vectors"]
    found = dict(zip(names, gradients(layer, states(IDS), ids=IDS), strict=True))
    for name, gradient in found.items():
        assert np.isfinite(gradient).all() and gradient.any(), name
    met = sorted({*SAMPLED.tolist(), *IDS[IDS > 1].tolist()})
    for name in ("vectors", "bias"):
        moved = np.abs(found[name]).reshape(SIZE, -1).sum(axis=1) > 0
        assert np.flatnonzero(moved).tolist() == met, f"{name}: only words of the texts and sampled words"


@one_backend
def test_words_are_sampled_by_frequency():
    layer = LanguageModelLoss(6, 2, samples=3)
    inputs = random_inputs((1, 4, 3))
    ids = np.array([[3, 3, 3, 3]])
    layer(inputs, ids)
    layer.adapt([np.array([3] * 5 + [1] * 9)])  # one word in the texts: always sampled
    np.testing.assert_allclose(numpy(layer(inputs, ids)), np.log(1 + layer.samples), rtol=1e-4)


def test_samples_depend_on_the_seed():
    inputs = states(IDS)

    def losses(seed):
        layer = LanguageModelLoss(**{**ARGUMENTS, "seed": seed})
        layer(inputs, IDS)
        weights = np.random.default_rng(0)
        for weight in layer.trainable_variables:
            weight.assign(weights.standard_normal(weight.shape))
        return [numpy(layer(inputs, IDS)) for _ in range(2)]

    one, again, other = losses(1), losses(1), losses(2)
    np.testing.assert_allclose(one, again, rtol=1e-5)
    assert not np.allclose(one[0], one[1]), "new samples each step"
    assert not np.allclose(one, other)


def test_configuration_round_trip():
    assert_config_round_trip(LanguageModelLoss, ARGUMENTS)


def language_model(**options):
    front, recurrence = Tokens(SIZE, 4, seed=1), Recurrent("gru", 4, bidirectional=True, seed=1)
    inputs = front.make_input()
    words = LanguageModelLoss(SIZE, 4, backward_features=recurrence.backward_features, seed=1, **options)
    return keras.Model(inputs, words(recurrence(front(inputs)), inputs))


def test_model_contract(sampled):
    run_model_test(language_model(samples=len(SAMPLED), ahead=2), IDS, (len(IDS),), rtol=1e-3)


def test_a_saved_layer_keeps_its_counts():
    model = language_model()
    model.layers[-1].adapt(list(IDS))
    np.testing.assert_array_equal(save_and_load(model).layers[-1].frequency, model.layers[-1].frequency)


@one_backend
def test_mixed_precision_computes_the_loss_in_float32(sampled):
    keras.config.set_dtype_policy("mixed_bfloat16")
    model = language_model(samples=len(SAMPLED))
    outputs = model(IDS)
    assert keras.backend.standardize_dtype(outputs.dtype) == "float32"
    assert np.isfinite(numpy(outputs)).all()


@one_backend
def test_it_learns_a_toy_language_better_than_unigrams():
    # After 2 comes 3, then 4, ..., 8 and 2 again: all words are equally frequent, and each follows from the last one.
    starts = np.random.default_rng(0).integers(0, 7, 32)
    ids = ((starts[:, None] + np.arange(10)) % 7 + 2).astype("int32")
    front, recurrence = Tokens(SIZE, 8, seed=1), Recurrent("gru", 8, seed=1)
    words = LanguageModelLoss(SIZE, 8, ahead=1, samples=16, seed=1)
    inputs = front.make_input()
    states = recurrence(front(inputs))
    model = keras.Model(inputs, words(states, inputs))
    words.adapt(list(ids))
    model.compile(keras.optimizers.Adam(0.03), loss=lambda target, output: output)
    model.optimizer.build(model.trainable_variables)  # or Keras traces the step twice

    # Untrained, the target is one of 17 equally likely words.
    np.testing.assert_allclose(numpy(model(ids)), np.log(1 + words.samples), atol=0.1)
    model.fit(ids, np.zeros(len(ids)), batch_size=16, epochs=30, verbose=0)

    projected = numpy(keras.Model(inputs, states)(ids)) @ numpy(words.projections["forward"])
    scores = projected @ numpy(words.vectors).T + numpy(words.bias) + np.log(np.maximum(numpy(words.frequency), 1e-12))
    probabilities = np.exp(scores - np.log(np.exp(scores).sum(axis=-1, keepdims=True)))
    correct = np.take_along_axis(probabilities[:, :-1], ids[:, 1:, None], axis=-1)
    loss = -np.log(correct).mean()  # over all words, not over the sampled ones
    assert loss < 0.5 * np.log(7), f"loss per word {loss:.3f} nats; unigrams: {np.log(7):.3f}"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"vocabulary_size": 2}, "`vocabulary_size` must be at least 3"),
        ({"vocabulary_size": 9.5}, "`vocabulary_size` must be a positive integer, got 9.5"),
        ({"dim": 0}, "`dim` must be a positive integer, got 0"),
        ({"backward_features": None}, "`backward_features` must be an integer >= 0, got None"),
        ({"backward_features": -1}, "`backward_features` must be an integer >= 0, got -1"),
        ({"ahead": 0}, "`ahead` must be a positive integer, got 0"),
        ({"seen": 0}, "`seen` must be a positive integer, got 0"),
        ({"samples": 0}, "`samples` must be a positive integer, got 0"),
    ],
)
def test_errors_name_the_argument(changed, message):
    with pytest.raises(ValueError, match=message):
        LanguageModelLoss(**{**ARGUMENTS, **changed})


def test_too_many_backward_features_raise():
    with pytest.raises(ValueError, match="`backward_features` must be at most the 5 features"):
        LanguageModelLoss(**{**ARGUMENTS, "backward_features": 6})(states(IDS), IDS)


def test_adapt_before_build_raises():
    with pytest.raises(ValueError, match="before it is adapted"):
        LanguageModelLoss(**ARGUMENTS).adapt([np.array([2, 3])])
