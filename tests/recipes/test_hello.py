import pytest
from helpers import load_recipe


def test_it_learns_by_the_traced_gradients_and_shows_them(tmp_path, capsys):
    load_recipe("hello").main(out=str(tmp_path))
    shown = capsys.readouterr().out
    assert "Input 'hell', predictions 'ello'" in shown and "dL/dU (state)" in shown
    page = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert 'the network predicts "ello"' in page
    assert (tmp_path / "loss.png").read_bytes().startswith(b"\x89PNG")
    for name in ("first_step.html", "last_step.html"):
        assert "dL/dV (output)" in (tmp_path / name).read_text(encoding="utf-8")


def test_bad_input(tmp_path):
    hello = load_recipe("hello")
    with pytest.raises(ValueError, match="`word` must have at least two letters"):
        hello.main(word="h", out=str(tmp_path))
    with pytest.raises(ValueError, match="`most_steps` 2 were not enough"):
        hello.main(most_steps=2, out=str(tmp_path))
    assert not list(tmp_path.iterdir())
