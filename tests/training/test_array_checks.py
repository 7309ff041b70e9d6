"""Arrays that a model cannot be trained on are refused by row, before anything is written."""

import numpy as np
import pytest

from rnn_zoo import Classes, Recurrent, Tags, Tokens, Values, Vectors, many_to_many, many_to_one, training

IDS, LABELS = np.array([[2, 3, 0], [4, 5, 6], [7, 0, 0], [0, 0, 0]]), np.array([0, 1, 1, 0])
STEPS = np.zeros((4, 3, 2), "float32")


def texts():
    return many_to_one(Tokens(8, 2), Recurrent("gru", 2), Classes(2))


def series():
    return many_to_one(Vectors(2), Recurrent("gru", 2), Values(1))


def tags():
    return many_to_many(Tokens(8, 2), Recurrent("gru", 2), Tags(["O", "B", "I"]))


def put(array, place, value):
    changed = np.array(array)
    changed[place] = value
    return changed


@pytest.mark.parametrize(
    ("make", "inputs", "targets", "message"),
    [
        (texts, put(IDS, (1, 2), 8), LABELS, "inputs hold the id 8 in row 1; the model's are 0 to 7"),
        (texts, put(IDS, (2, 0), -1), LABELS, "inputs hold the id -1 in row 2"),
        (texts, put(IDS * 1.0, (2, 0), 2.5), LABELS, "inputs hold the id 2.5 in row 2"),
        (texts, put(IDS, (2, 0), 0), put(LABELS, 3, 2), "targets hold the class 2 in row 3; the model's are 0 to 1"),
        (texts, np.flip(IDS, axis=1), LABELS, "row 0 begins with padding, id 0: pad with"),
        (tags, IDS, put(IDS * 0, (1, 1), 3), "targets hold the class 3 in row 1; the model's are 0 to 2"),
        (series, put(STEPS, (3, 1, 0), np.nan), np.zeros((4, 1)), "inputs must be finite, but row 3 holds NaN"),
        (series, STEPS, put(np.zeros((4, 1)), (1, 0), np.inf), "targets must be finite, but row 1 holds NaN or inf"),
        (series, STEPS.astype(complex), np.zeros((4, 1)), "inputs must be real numbers, got complex128"),
    ],
)
def test_wrong_arrays(make, inputs, targets, message, tmp_path):
    for name, data in (("train", (inputs, targets)), ("validation", (inputs, targets))):
        right = (IDS, LABELS) if make is not series else (STEPS, np.zeros((4, 1)))
        right = (IDS, IDS * 0) if make is tags else right
        given = {"train": right, "validation": right, name: data}
        with pytest.raises(ValueError, match=f"`{name}`: the .*{message}"):
            training.fit(make(), given["train"], given["validation"], out=tmp_path / "run", epochs=1)
    assert not (tmp_path / "run").exists()


def test_right_arrays_train(tmp_path):
    for make, data in ((texts, (IDS, LABELS)), (tags, (IDS, IDS * 0)), (series, (STEPS, np.zeros((4, 1))))):
        assert len(training.fit(make(), data, out=tmp_path / make.__name__, epochs=1)) == 1
