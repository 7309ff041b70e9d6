import csv

from hypothesis import given
from hypothesis import strategies as st

from rnn_zoo.training import History

values = st.floats(-1e30, 1e30)


@given(st.lists(st.tuples(values, values, st.floats(0, 1e6)), min_size=1, max_size=5))
def test_json_and_csv_hold_the_numbers_exactly(tmp_path_factory, epochs):
    folder = tmp_path_factory.mktemp("history")
    history = History(best_epoch=1, stopped_early=True)
    for loss, val_loss, seconds in epochs:
        history.append({"loss": loss, "val_loss": val_loss, "seconds": seconds})
    history.write(folder)
    assert History.read(folder) == history
    with open(folder / "history.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["val_loss"]) for row in rows] == history["val_loss"]
    assert [int(row["epoch"]) for row in rows] == list(range(1, len(history) + 1))


def test_seconds_add_up_and_kept_is_the_best_epoch():
    history = History({"loss": [3.0, 1.0, 2.0], "seconds": [4.0, 5.0, 6.0]})
    assert history.seconds == 15
    assert history.kept == {"loss": 2.0, "seconds": 6.0}
    history.best_epoch = 2
    assert history.kept == {"loss": 1.0, "seconds": 5.0}


def test_an_empty_history_has_no_epoch(tmp_path):
    assert (len(History()), History().seconds, History().kept) == (0, 0, {})
    assert History.read(tmp_path) is None
