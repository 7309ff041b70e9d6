import pytest
from matplotlib.figure import Figure
from matplotlib.image import imread

from rnn_zoo.training import History
from rnn_zoo.training.curves import draw_curves


@pytest.mark.parametrize("epochs", [1, 40])
def test_a_picture_with_named_axes_and_units(tmp_path, monkeypatch, epochs):
    drawn = []
    savefig = Figure.savefig
    monkeypatch.setattr(Figure, "savefig", lambda self, *a, **k: (drawn.append(self), savefig(self, *a, **k)))
    falling = [1 / (epoch + 1) for epoch in range(epochs)]
    names = ("accuracy", "loss", "val_accuracy", "val_loss", "learning_rate", "seconds")
    history = History(dict.fromkeys(names, falling), best_epoch=1)
    draw_curves(history, tmp_path / "curves.png", title="toy", loss_unit="nats per example")
    assert [path.name for path in tmp_path.iterdir()] == ["curves.png"]
    height, width, _ = imread(tmp_path / "curves.png").shape
    assert width > height > 300
    loss, accuracy = drawn[0].axes
    assert loss.get_xlabel() == "epoch (passes over the training data)"
    assert (loss.get_ylabel(), accuracy.get_ylabel()) == ("loss (nats per example)", "accuracy (share of examples)")
    labels = [text.get_text() for text in loss.get_legend().get_texts()]
    assert labels == ["training", "validation", "best epoch: 1"]


def test_without_validation_there_is_one_curve(tmp_path):
    draw_curves(History({"loss": [2.0, 1.0], "seconds": [1.0, 1.0]}), tmp_path / "curves.png")
    assert imread(tmp_path / "curves.png").shape[2] == 4
