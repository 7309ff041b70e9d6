import keras
import matplotlib.text
import pytest

from rnn_zoo import (
    Classes,
    NGramEvidence,
    Recurrent,
    Segmented,
    Tokens,
    Vectors,
    create_model,
    encoder_decoder,
    many_to_many,
    many_to_one,
    one_to_many,
    one_to_one,
)
from rnn_zoo.inspection import describe, draw
from rnn_zoo.inspection.pictures.rows import groups


def stack(**options):
    return Recurrent("gru", 3, **options)


MODELS = {
    "many_to_one": lambda: many_to_one(
        Tokens(9, 2),
        Segmented(stack(bidirectional=True, depth=2), 4),
        Classes(2),
        pooling="max",
        evidence=NGramEvidence(2, 9),
    ),
    "many_to_many": lambda: many_to_many(Tokens(9, 2), stack(), Classes(3)),
    "one_to_one": lambda: one_to_one(Vectors(2), stack(depth=2), Classes(3)),
    "one_to_many": lambda: one_to_many(
        Tokens(9, 2), stack(), Classes(9), source=keras.Input((4, 2)), attention="additive"
    ),
    "encoder_decoder": lambda: encoder_decoder(
        Tokens(9, 2), stack(bidirectional=True), Tokens(7, 2), stack(depth=2), Classes(7)
    ),
    "keras": lambda: keras.Sequential(
        [keras.Input((None, 2)), keras.layers.Bidirectional(keras.layers.LSTM(3)), keras.layers.Dense(2)]
    ),
}


@pytest.fixture(scope="module", params=MODELS)
def model(request):
    return MODELS[request.param]()


def model_steps(model):
    """The inputs that have an axis of time."""
    inputs = getattr(model, "training", model).inputs
    return [tensor for tensor in inputs if None in tensor.shape[1:]]


def texts(figure):
    """The texts of a drawing with their boxes on the page, in pixels."""
    figure.canvas.draw()
    found = [text for text in figure.findobj(matplotlib.text.Text) if text.get_text()]
    return [(text.get_text(), text.get_window_extent()) for text in found]


@pytest.mark.parametrize("steps", [1, 8])
def test_no_text_covers_another_or_leaves_the_page(model, steps):
    figure = draw(model, steps=steps)
    shown = texts(figure)
    width, height = figure.get_size_inches() * figure.dpi
    for text, box in shown:
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height, text
    for place, (text, box) in enumerate(shown):
        for other, its in shown[place + 1 :]:
            apart = box.x1 <= its.x0 or its.x1 <= box.x0 or box.y1 <= its.y0 or its.y1 <= box.y0
            assert apart, f"{text!r} and {other!r} overlap"


def test_a_box_a_layer_and_step_in_the_colour_of_its_layer(model):
    from matplotlib.patches import FancyBboxPatch

    def boxes(figure):
        return [patch for patch in figure.findobj(FancyBboxPatch) if patch.get_width() > 0]

    def colours(figure):
        return {(patch.get_edgecolor(), patch.get_linestyle()) for patch in boxes(figure)}

    folded, unrolled = draw(model, unrolled=False), draw(model, steps=4)
    assert colours(folded) == colours(unrolled)
    layers = sum(row.kind != "input" for group in groups(getattr(model, "training", model)) for row in group.rows)
    memory = any(text == "memory" for text, _ in texts(folded))
    assert len(colours(folded)) == layers + memory  # no two layers look alike
    made_for_one_step = len(model_steps(model)) == 0
    assert (len(boxes(unrolled)) == len(boxes(folded))) == made_for_one_step


def test_a_network_with_several_layers_has_as_many_states_as_steps_and_directions():
    shown = [text for text, _ in texts(draw(MODELS["many_to_one"](), steps=5))]
    assert all(shown.count(f"$h_{{{step}}}$") == 4 for step in range(1, 6))
    assert "n-gram evidence [2]" in shown
    assert shown.count("$x_{1}$") == 1 and "$x_{6}$" not in shown
    assert [text for text, _ in texts(draw(MODELS["one_to_one"](), steps=5))].count("$h_{1}$") == 2


def test_a_forecaster_with_encoder_and_decoder():
    sizes = {"lookback": 6, "horizon": 2, "features": 1, "targets": 1, "units": 2}
    shown = [text for text, _ in texts(draw(create_model("forecast_encoder_decoder", **sizes), steps=3))]
    assert "last states" in shown and shown.count("$h_{3}$") == 2 and "$k_{3}$" in shown
    pooled = [text for text, _ in texts(draw(create_model("forecast_gru", features=1, targets=1, units=2), steps=3))]
    assert pooled.count("$p$") == 1 and "$p_{1}$" not in pooled


def test_written_as_svg_and_png(tmp_path):
    model = MODELS["many_to_many"]()
    draw(model, tmp_path / "network.svg", title="My tagger")
    draw(model, tmp_path / "network.png", unrolled=False)
    assert "<svg" in (tmp_path / "network.svg").read_text(encoding="utf-8")
    assert (tmp_path / "network.png").read_bytes().startswith(b"\x89PNG")


def test_described_in_words():
    sentence = describe(MODELS["encoder_decoder"]())
    assert "encoder: source, then Tokens ([time, 2]), then layer 0 forward (gru, 3 units)" in sentence
    assert "multiplicative attention" in sentence


def test_bad_input():
    model = MODELS["many_to_many"]()
    for steps in (0, 9, True, 2.0):
        with pytest.raises(ValueError, match="`steps` must be an integer from 1 to 8"):
            draw(model, steps=steps)
    with pytest.raises(ValueError, match=r"`path` must end in .png or .svg"):
        draw(model, "network.gif")
    with pytest.raises(ValueError, match="must hold a recurrence"):
        draw(keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]))
