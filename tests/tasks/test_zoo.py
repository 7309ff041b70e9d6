import keras
import numpy as np
import pytest
from helpers import assert_equal, needs_tensorflow, run_model_test, save_and_load

import rnn_zoo
from rnn_zoo import create_model, find_pretrained, list_models, register_model
from rnn_zoo.tasks.named_models import MODELS

IDS = np.array([[2, 3, 4, 5], [4, 3, 2, 0], [2, 0, 0, 0], [0, 0, 0, 0]], "int32")
SMALL = {"vocabulary_size": 30, "dim": 4, "units": 4}


@pytest.fixture(scope="module", params=list_models("imdb*"))
def model(request):
    keras.utils.set_random_seed(0)
    return create_model(request.param, **SMALL)


def test_promises_of_a_model(model):
    assert model.name in list_models()
    outputs = run_model_test(model, IDS, (4, 2))
    np.testing.assert_allclose(outputs.sum(axis=-1), 1, atol=1e-6)


@needs_tensorflow
def test_saved_model_gives_the_same_numbers(model, tmp_path):
    import tensorflow as tf

    model.export(tmp_path, verbose=False)
    loaded = tf.saved_model.load(tmp_path)  # kept, because its functions hold its weights weakly
    for ids in (IDS, IDS[:1], IDS[2:3, :1], np.zeros((1, 1), "int32"), np.pad(IDS, [(0, 0), (0, 9)])):
        expected = model(ids, training=False)
        assert np.isfinite(expected).all()
        np.testing.assert_allclose(loaded.serve(tf.constant(ids)), expected, atol=1e-6)


def test_a_row_without_tokens_and_one_with_a_single_token(model):
    empty = model(np.zeros((2, 3), "int32"), training=False)
    assert np.isfinite(empty).all()
    np.testing.assert_array_equal(empty[0], empty[1])
    single = model(np.array([[5]], "int32"), training=False)
    np.testing.assert_allclose(single, model(np.array([[5, 0, 0]], "int32"), training=False), atol=1e-6)


def test_overrides_reach_the_model():
    assert create_model("imdb_lstm", **SMALL, classes=5).output.shape == (None, 5)


def test_names_match_shell_patterns():
    names = list_models()
    assert names == sorted(names)
    assert {"imdb_vanilla", "imdb_lstm", "imdb_gru", "imdb_bilstm"} <= set(list_models("imdb_*"))
    assert "imdb_gru" not in list_models("*lstm")
    assert list_models("nothing*") == []


def test_an_unknown_name_or_argument_gets_the_nearest():
    with pytest.raises(ValueError, match="Did you mean 'imdb_lstm'"):
        create_model("imdb_lstn")
    with pytest.raises(ValueError, match="Did you mean 'units'"):
        create_model("imdb_lstm", unit=3)


@pytest.fixture
def registry():
    """The registry of named models, restored after the test."""
    list_models()
    before = dict(MODELS)
    yield MODELS
    MODELS.clear()
    MODELS.update(before)


def test_a_registered_function_is_a_model(registry):
    @register_model
    def tiny(*, units=2):
        return f"{units} units"

    assert "tiny" in list_models()
    assert create_model("tiny", units=3) == "3 units"


def test_a_name_is_taken_once():
    def imdb_lstm():
        pass

    with pytest.raises(ValueError, match=r"'imdb_lstm' is taken by rnn_zoo\.tasks\.text_classification\.models"):
        register_model(imdb_lstm)


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """Three exports in two folders of the environment variable and in the current directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RNN_ZOO_MODELS", "first:second")
    for name in ("first/one", "second/one", "second/two", "saved_models/three"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "saved_model.pb").touch()
    (tmp_path / "first/unfinished").mkdir()
    return tmp_path


def test_exported_folders_are_found_in_the_order_of_the_search(folders):
    assert {"one", "two", "three"} <= set(list_models(pretrained=True))
    assert "unfinished" not in list_models(pretrained=True)
    assert list_models("t*e", pretrained=True) == ["three"]
    assert find_pretrained("one").resolve() == folders / "first/one"
    assert find_pretrained("three").resolve() == folders / "saved_models/three"


def test_a_missing_export_lists_known_names_and_searched_folders(folders):
    with pytest.raises(FileNotFoundError, match=r"'four'.*Found: .*one.*three.*Searched: first, second, saved_models"):
        find_pretrained("four")


def test_public_names_exist():
    for name in rnn_zoo.__all__:
        assert getattr(rnn_zoo, name) is not None
    with pytest.raises(AttributeError, match="nothing"):
        _ = rnn_zoo.nothing


@pytest.mark.parametrize("name", [name for name in list_models() if not name.startswith("imdb")])
def test_every_other_model_keeps_its_answers_in_a_file(name):
    """Also a model that is registered tomorrow, whatever it reads."""
    known = MODELS[name].__kwdefaults__
    model = create_model(name, **{option: 4 for option in ("units", "dim") if option in known})
    assert model.name == name and model.compiled
    inputs = keras.tree.map_structure(random_input, model.input)  # one, a list or a dict, as it was made
    expected = model.predict(inputs, verbose=0)
    assert all(np.isfinite(array).all() for array in keras.tree.flatten(expected))
    assert_equal(save_and_load(model)(inputs, training=False), expected, rtol=1e-5, atol=1e-6)


def random_input(given):
    """Two examples for a `keras.Input`, of five steps where it leaves the number of steps open."""
    shape = (2, *(size or 5 for size in given.shape[1:]))
    generator = np.random.default_rng(0)
    return generator.integers(1, 5, shape) if "int" in given.dtype else generator.random(shape, "float32")
