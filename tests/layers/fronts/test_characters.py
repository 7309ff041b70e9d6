import keras
import numpy as np
import pytest
from helpers import assert_config_round_trip, run_model_test
from keras import ops

from rnn_zoo.layers import Characters, Tags
from rnn_zoo.topologies import many_to_many

WORDS = np.array([[2, 3, 1], [4, 0, 0], [0, 0, 0]], "int32")
LETTERS = np.array(
    [[[2, 3, 4, 0], [3, 3, 0, 0], [5, 2, 1, 4]], [[4, 0, 0, 0], [0] * 4, [0] * 4], [[0] * 4] * 3], "int32"
)
INPUTS = {"words": WORDS, "letters": LETTERS}
OPTIONS = {"vocabulary_size": 6, "dim": 3, "alphabet": list("aB7-"), "letter_dim": 4, "letter_units": 6}


@pytest.mark.parametrize("reader", ["convolution", "gru"])
def test_front_contract(reader):
    front = Characters(**OPTIONS, reader=reader, case_dim=2, seed=1)
    assert_config_round_trip(Characters, {**OPTIONS, "reader": reader, "case_dim": 2}, not_in_config=("vectors",))
    outputs = front(INPUTS)
    assert outputs.shape == front.compute_output_shape({"words": (3, 3), "letters": (3, 3, 4)}) == (3, 3, 11)
    assert not ops.convert_to_numpy(outputs)[WORDS == 0].any()


def test_model_contract():
    front = Characters(**OPTIONS, case_dim=2, seed=1)
    model = many_to_many(front, keras.layers.Dense(4, name="steps"), Tags(3))
    run_model_test(model, INPUTS, (3, 3, 3), targets=np.zeros((3, 3), "int32"))


@pytest.mark.parametrize("reader", ["convolution", "gru"])
def test_padding_does_not_change_a_word(reader):
    front = Characters(**OPTIONS, reader=reader, seed=1)
    outputs = ops.convert_to_numpy(front(INPUTS))
    wider = {"words": np.pad(WORDS, [[0, 0], [0, 2]]), "letters": np.pad(LETTERS, [[0, 0], [0, 2], [0, 3]])}
    np.testing.assert_allclose(ops.convert_to_numpy(front(wider))[:, :3], outputs, atol=1e-6)


@pytest.mark.parametrize("reader", ["convolution", "gru"])
def test_deduplicated_words_have_equal_features(reader):
    front = Characters(**OPTIONS, reader=reader, seed=1)
    repeated = {name: np.concatenate([part, part[::-1]]) for name, part in INPUTS.items()}
    read, trained = (ops.convert_to_numpy(front(repeated, training=training)) for training in (False, True))
    np.testing.assert_allclose(read, trained, atol=1e-6)  # without dropout; training does not deduplicate


def test_the_convolution_equals_its_equation():
    front = Characters(**OPTIONS, kernel_size=3)
    outputs = ops.convert_to_numpy(front(INPUTS))[..., 3:]
    table = ops.convert_to_numpy(front.letters.embeddings)
    kernel, bias = (ops.convert_to_numpy(weight) for weight in front.read.weights)
    for row, step, count in ((0, 0, 3), (0, 1, 2), (0, 2, 4), (1, 0, 1)):
        steps = np.pad(table[LETTERS[row, step, :count]], [[1, 1], [0, 0]])
        read = [np.einsum("ki,kio->o", steps[place : place + 3], kernel) + bias for place in range(count)]
        np.testing.assert_allclose(outputs[row, step], np.maximum(np.max(read, axis=0), 0), atol=1e-5)


def test_unknown_words_differ_by_their_letters_and_dropped_words_are_unknown():
    front = Characters(**OPTIONS, word_dropout=0.99, seed=0)
    outputs = ops.convert_to_numpy(front({"words": np.array([[1, 1]]), "letters": LETTERS[:1, :2]}))
    assert (outputs[0, 0, :3] == outputs[0, 1, :3]).all() and (outputs[0, 0, 3:] != outputs[0, 1, 3:]).any()
    words = np.full((1, 200), 3, "int32")
    trained = ops.convert_to_numpy(front({"words": words, "letters": np.full((1, 200, 1), 2)}, training=True))
    unknown = (trained[0, :, :3] == outputs[0, 0, :3]).all(axis=-1).mean()
    assert unknown > 0.9 and np.ptp(trained[0, :, 3:], axis=0).max() == 0


def test_words_of_the_same_case_share_a_vector():
    front = Characters(6, 3, list("abAB1-"), letter_units=2, case_dim=5)
    place = {letter: number for number, letter in enumerate("abAB1-", start=2)}

    def case(word):
        letters = np.array([[[place[letter] for letter in word] + [0] * (4 - len(word))]])
        return tuple(ops.convert_to_numpy(front({"words": np.array([[2]]), "letters": letters}))[0, 0, -5:])

    assert case("Ab") == case("Ba") != case("AB") != case("ab") != case("a1")
    assert case("b") == case("ab") and case("1") == case("11") != case("-")


def test_vectors_are_the_initial_embeddings():
    vectors = np.arange(18, dtype="float32").reshape(6, 3)
    front = Characters(**OPTIONS, vectors=vectors)
    np.testing.assert_array_equal(ops.convert_to_numpy(front(INPUTS))[0, 0, :3], vectors[2])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"alphabet": []}, "`alphabet` must be single characters, at least one"),
        ({"alphabet": ["ab"]}, "`alphabet` must be single characters"),
        ({"letter_units": 3, "reader": "gru"}, "`letter_units` must be even"),
        ({"reader": "cnn"}, "cnn"),
        ({"dim": 0}, "`dim`"),
        ({"vectors": np.zeros((2, 2))}, r"`vectors` must have shape \(6, 3\)"),
    ],
)
def test_errors_name_the_argument(options, message):
    with pytest.raises(ValueError, match=message):
        Characters(**{**OPTIONS, **options})


def test_it_registers():
    assert keras.saving.get_registered_name(Characters) == "rnn_zoo>Characters"
