import itertools

import keras
import numpy as np
import pytest
from differentiate import values_and_gradients
from helpers import examples, needs_tensorflow, random_inputs, run_layer_test
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from rnn_zoo.layers.crf import linear_chain as chain
from rnn_zoo.layers.crf.crf import CRF
from rnn_zoo.layers.crf.loss import ChainAccuracy, ChainLoss

# 0 may start; 1 may not follow 2; 2 may not end.
ALLOWED = {
    "allowed": [[1, 1, 1], [1, 1, 1], [1, 0, 1]],
    "allowed_start": [1, 0, 1],
    "allowed_end": [1, 1, 0],
}
MASK = np.array([[1, 1, 1, 1], [1, 1, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0]], "bool")


def weights(seed, count=3):
    return [random_inputs(shape, seed) for shape in ((count, count), (count,), (count,))]


def layer_with(transitions, start, end, **options):
    layer = CRF(len(start), **options)
    layer.build((None, None, len(start)))
    layer.set_weights([transitions, start, end])
    return layer


def score(emissions, tags, transitions, start, end, allowed=None):
    """Log-weight of one sequence by the equation; -inf if it is not allowed."""
    if not len(tags):
        return 0.0
    total = start[tags[0]] + end[tags[-1]] + sum(emissions[t, tag] for t, tag in enumerate(tags))
    total += sum(transitions[one, two] for one, two in itertools.pairwise(tags))
    if allowed and not (
        allowed["allowed_start"][tags[0]]
        and allowed["allowed_end"][tags[-1]]
        and all(allowed["allowed"][one][two] for one, two in itertools.pairwise(tags))
    ):
        return -np.inf
    return float(total)


def enumerated(emissions, length, parameters, allowed=None):
    """{tags: log-weight} of every sequence of a row."""
    paths = itertools.product(range(emissions.shape[-1]), repeat=length)
    return {tags: score(emissions.astype("float64"), tags, *parameters, allowed) for tags in paths}


def log_sum(values):
    values = np.array(list(values))
    return values.max() + np.log(np.exp(values - values.max()).sum())


@settings(max_examples=examples(3), deadline=None)
@given(seed=st.integers(0, 10_000), scale=st.sampled_from([0.1, 3.0, 60.0]))
def test_fast_prediction_equals_prediction_from_the_potentials(seed, scale):
    emissions, layer = random_inputs((4, 4, 3), seed) * scale, layer_with(*weights(seed + 1), **ALLOWED)
    log_conditionals = layer(emissions, mask=MASK)
    prediction = layer.predict(emissions, MASK)
    tags = np.where(MASK, chain.viterbi(log_conditionals), 0)
    assert (np.where(MASK, prediction.tags, 0) == tags).all()
    for found, expected, mask in (
        (prediction.marginals, chain.marginals(log_conditionals), MASK[..., None]),
        (ops.exp(prediction.log_probabilities()), ops.exp(chain.log_probabilities(log_conditionals, tags)), MASK),
        (
            ops.exp(prediction.transition_log_probabilities()),
            np.exp(np.take_along_axis(np.array(log_conditionals)[:, 1:], tags[:, :-1, None, None], 2)[:, :, 0]),
            MASK[:, 1:, None],
        ),
    ):
        found, expected = (np.where(mask, ops.convert_to_numpy(array), 0) for array in (found, expected))
        np.testing.assert_allclose(found, expected, atol=1e-4)


@pytest.mark.parametrize("allowed", [None, ALLOWED], ids=["free", "restricted"])
@settings(max_examples=examples(4), deadline=None)
@given(seed=st.integers(0, 10_000), scale=st.sampled_from([0.1, 3.0, 60.0]))
def test_values_equal_enumeration_of_all_sequences(allowed, seed, scale):
    emissions, parameters = random_inputs((4, 4, 3), seed) * scale, weights(seed + 1)
    layer = layer_with(*parameters, **(allowed or {}))
    psi = layer.potentials(emissions, MASK)
    totals = ops.convert_to_numpy(chain.log_partition(psi))
    log_conditionals = ops.convert_to_numpy(layer(emissions, mask=MASK))
    best = ops.convert_to_numpy(layer.decode(emissions, MASK))
    probabilities = ops.convert_to_numpy(chain.marginals(log_conditionals))
    for row, length in enumerate(MASK.sum(axis=1)):
        paths = enumerated(emissions[row], length, parameters, allowed)
        total = log_sum(paths.values())
        np.testing.assert_allclose(totals[row], total, rtol=1e-5, atol=1e-4)
        assert paths[tuple(best[row, :length])] == pytest.approx(max(paths.values()), rel=1e-5, abs=1e-4)
        assert not best[row, length:].any()
        for step, tag in itertools.product(range(length), range(3)):
            expected = sum(np.exp(one - total) for tags, one in paths.items() if tags[step] == tag)
            assert probabilities[row, step, tag] == pytest.approx(expected, abs=1e-4)
        if scale < 10:  # float32 has no precision for a path with probability 1e-26
            tags = np.zeros((4, 4), int)
            for path, weight in paths.items():
                tags[row, :length] = path
                found = ops.convert_to_numpy(chain.log_probabilities(log_conditionals, tags))[row, :length].sum()
                assert found == pytest.approx(weight - total, abs=1e-3) or (found < -1000 and weight == -np.inf)


def test_long_sentences_keep_their_precision():
    """Sums over all steps would lose their decimals."""
    emissions, layer = random_inputs((1, 120, 3), 2) * 100, layer_with(*weights(1))
    marginals = ops.convert_to_numpy(layer.predict(emissions).marginals)
    np.testing.assert_allclose(marginals.sum(axis=-1), 1, atol=1e-5)
    part = ops.convert_to_numpy(layer.predict(emissions[:, 40:60]).marginals)
    np.testing.assert_allclose(marginals[:, 45:55], part[:, 5:15], atol=1e-4)


def test_gradients_are_finite_differences():
    emissions, parameters = random_inputs((2, 3, 3)), weights(5)
    tags, mask = np.array([[0, 1, 0], [2, 2, 7]]), np.array([[1, 1, 1], [1, 1, 0]], "bool")

    def expected_loss(emissions, *parameters):
        losses = [
            log_sum(enumerated(emissions[row], length, parameters).values())
            - score(emissions[row].astype("float64"), tags[row, :length], *parameters)
            for row, length in enumerate(mask.sum(axis=1))
        ]
        return sum(losses) / mask.sum()

    def loss(emissions, *parameters):
        found = chain.log_probabilities(chain.conditionals(chain.potentials(emissions, *parameters, mask)), tags)
        return -ops.sum(ops.where(mask, found, 0)) / mask.sum()

    arrays = [array.astype("float64") for array in (emissions, *parameters)]
    for number, found in enumerate(values_and_gradients(loss, [array.astype("float32") for array in arrays])[1]):
        expected = np.zeros(arrays[number].shape)
        for place in np.ndindex(expected.shape):
            sides = []
            for step in (1e-5, -1e-5):
                moved = [array.copy() for array in arrays]
                moved[number][place] += step
                sides.append(expected_loss(*moved))
            expected[place] = (sides[0] - sides[1]) / 2e-5
        np.testing.assert_allclose(found, expected, atol=1e-5)


def test_layer_contract():
    run_layer_test(
        CRF,
        {"count": 3, **{name: np.array(value, "bool").tolist() for name, value in ALLOWED.items()}},
        input_data=random_inputs((4, 4, 3)),
        mask=MASK,
        expected_output_shape=(4, 4, 3, 3),
        mixed_output_dtype="float32",
        mixed_tolerance=1e-5,
    )


def test_forbidden_tags_are_never_decoded():
    """Even where every score favours them."""
    layer = layer_with(*weights(0), **ALLOWED)
    emissions = np.full((1, 6, 3), -50.0, "float32")
    emissions[0, [0, 3, 4], 1] = 50
    emissions[0, [2, 5], 2] = 50
    (tags,) = ops.convert_to_numpy(layer.decode(emissions))
    assert ALLOWED["allowed_start"][tags[0]] and ALLOWED["allowed_end"][tags[-1]]
    assert all(ALLOWED["allowed"][one][two] for one, two in itertools.pairwise(tags))


def test_it_learns_dependencies_between_tags():
    """Tags alternate, and only the first step shows which comes first."""
    generator = np.random.default_rng(0)
    tags = (generator.integers(0, 2, (64, 1)) + np.arange(5)) % 2
    inputs = np.zeros((64, 5, 2), "float32")
    inputs[np.arange(64), 0, tags[:, 0]] = 1
    steps = keras.Input((None, 2))
    crf = CRF(2, regularizer=keras.regularizers.L2(1e-4))
    model = keras.Model(steps, crf(keras.layers.Dense(2, name="dense")(steps)))
    model.compile(keras.optimizers.Adam(0.2), ChainLoss(), metrics=[ChainAccuracy("accuracy")], jit_compile=True)
    model.optimizer.build(model.trainable_variables)  # or Keras traces the step twice
    history = model.fit(inputs, tags, epochs=15, batch_size=32, verbose=0).history
    assert history["accuracy"][-1] == 1 and history["loss"][-1] < 0.1 < history["loss"][0]
    found = crf.decode(model.get_layer("dense")(inputs))
    assert (ops.convert_to_numpy(found) == tags).all()


@needs_tensorflow
def test_a_saved_graph_decodes_any_length(tmp_path):
    import tensorflow as tf

    layer = layer_with(*weights(3), **ALLOWED)
    module = tf.Module()
    signature = [tf.TensorSpec((None, None, 3), tf.float32), tf.TensorSpec((None, None), tf.bool)]
    module.decode = tf.function(layer.decode, input_signature=signature)
    module.weights = layer.weights
    tf.saved_model.save(module, str(tmp_path))
    loaded = tf.saved_model.load(str(tmp_path))
    for shape in ((4, 4), (1, 1), (2, 9)):
        emissions, mask = random_inputs((*shape, 3)), np.resize(MASK, shape)
        mask = np.sort(mask, axis=1)[:, ::-1].copy()
        assert (loaded.decode(emissions, mask).numpy() == layer.decode(emissions, mask).numpy()).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"count": 0}, "`count` must be a positive integer, got 0"),
        ({"count": 1}, "`count` must be at least 2"),
        ({"count": 2, "allowed": [[1]]}, r"`allowed` must have shape \(2, 2\), got \(1, 1\)"),
        ({"count": 2, "allowed": [[1, 1], [0, 0]]}, "`allowed` must allow at least one tag after each tag"),
        ({"count": 2, "allowed_end": [0, 0]}, r"`allowed_end` must allow at least one tag\."),
    ],
)
def test_errors_name_the_argument(options, message):
    with pytest.raises(ValueError, match=message):
        CRF(**options)


def test_scores_of_another_width_raise():
    with pytest.raises(ValueError, match="a score for each of the 3 tags, got 2"):
        CRF(3)(random_inputs((1, 2, 2)))
