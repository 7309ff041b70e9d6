"""draw: drawings of a network, folded or unrolled over time."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rnn_zoo.inspection.pictures.figures import COLOURS, new_figure, write
from rnn_zoo.inspection.pictures.rows import Group, Row, groups
from rnn_zoo.types import Model

_MAX_STEPS = 8
_GREY = "#4d5661"
_COLUMN, _ROW = 1.3, 0.95  # inches between two steps, and between two rows
_BOX = (0.62, 0.5)
_ASIDE = 0.2  # shift of the boxes of two directions
_GAP = 1.7  # inches between encoder and decoder
_BESIDE = 1.9  # inches for inputs of the head besides the recurrence


def draw(
    model: Model, path: str | Path | None = None, *, steps: int = 4, unrolled: bool = True, title: str | None = None
) -> Any:
    """Draws a network over time: inputs at the bottom, outputs at the top, time to the right.

    Boxes of one colour are one layer and share their weights. Unrolled, every layer has a box at every step, with
    arrows for its state, to the left for the backward direction; folded, it has one box with a loop. An encoder stands
    to the left of its decoder.

    Args:
        model: keras.Model of any topology, or with a `keras.layers.RNN`; for a `Writer`, its `training` is drawn.
        path: file to write, .svg or .png, or None.
        steps: number of steps drawn, from 1 to 8.
        unrolled: whether to unroll the network over time; False: folded.
        title: title of the figure. Default None: the name of the model.

    Returns:
        matplotlib Figure.

    Raises:
        ValueError: `steps` is out of range, the model has no recurrence, or `path` has another ending.
    """
    if isinstance(steps, bool) or not isinstance(steps, int) or not 1 <= steps <= _MAX_STEPS:
        raise ValueError(f"`steps` must be an integer from 1 to {_MAX_STEPS}, got {steps!r}.")
    parts = groups(getattr(model, "training", model))
    canvas = _Canvas(parts, steps, unrolled)
    name = getattr(getattr(model, "training", model), "name", "network")
    figure = canvas.figure(title or f"{name}, {'unrolled over time' if unrolled else 'folded'}")
    if path is not None:
        write(figure, path)
    return figure


def describe(model: Model) -> str:
    """The network in words, as text alternative of its drawing."""
    parts = groups(getattr(model, "training", model))
    sentences = []
    for group in parts:
        rows = [f"{row.name} ({row.detail})" if row.detail else row.name for row in group.rows]
        beside = f", together with {', '.join(group.beside)}" if group.beside else ""
        sentences.append(f"{group.title + ': ' if group.title else ''}{', then '.join(rows)}{beside}")
    return "; ".join(sentences)


class _Canvas:
    """Places the rows of all groups and draws them."""

    def __init__(self, parts: list[Group], steps: int, unrolled: bool) -> None:
        self.parts, self.unrolled = parts, unrolled
        self.steps = steps if unrolled else 1
        # Attention is drawn above the encoder.
        self.lifts: list[dict[int, int]] = [{} for _ in parts]
        if len(parts) > 1:
            attending = [place for place, row in enumerate(parts[-1].rows) if row.kind == "attention"]
            if attending:
                lift = max(0, len(parts[0].rows) - attending[0])
                self.lifts[-1] = dict.fromkeys(range(attending[0], len(parts[-1].rows)), lift)
        self.height = max(self._y(number, len(group.rows) - 1) for number, group in enumerate(parts)) + _BOX[1]
        # Names are on the left; those of the decoder on the right, where no arrow from the encoder crosses them.
        self.starts: list[float] = []
        x = 0.15
        for number, group in enumerate(parts):
            label = 0.35 + max(max(0.105 * len(row.name), 0.082 * len(row.detail)) for row in group.rows)
            x += label if number == 0 else _GAP
            self.starts.append(x)
            x += max(self._columns(group) * _COLUMN, 1.5) + 0.35
            x += label if number else 0.0
            x += _BESIDE * bool(group.beside)
        self.width = max(x, 5.0)
        places = [(number, place) for number, group in enumerate(parts) for place, _ in enumerate(group.rows)]
        coloured = [(number, place) for number, place in places if parts[number].rows[place].kind != "input"]
        self.colours = {key: COLOURS[count % len(COLOURS)] for count, key in enumerate(coloured)}
        # With more layers than colours, the second use of a colour has a dashed outline.
        self.dashed = {key for count, key in enumerate(coloured) if count >= len(COLOURS)}

    def _columns(self, group: Group) -> int:
        return 1 if group.single or all(not row.every_step for row in group.rows) else self.steps

    def figure(self, title: str) -> Any:
        """The drawing."""
        # The units of the axes are inches, so that text fits the boxes at any size.
        figure = new_figure(self.width, self.height + 0.7)
        figure.set_layout_engine("none")
        self.axes = figure.add_axes([0, 0, 1, 1])
        self.axes.set_xlim(0, self.width)
        self.axes.set_ylim(-0.25, self.height + 0.45)
        self.axes.axis("off")
        self.axes.text(0.15, self.height + 0.2, title, fontsize=13, weight="bold", va="center")
        note = f"boxes of one colour{' and outline' * bool(self.dashed)} share their weights"
        self.axes.text(self.width - 0.15, -0.1, note, fontsize=8.5, color=_GREY, ha="right", va="center")
        for number, group in enumerate(self.parts):
            self._group(number, group)
        if len(self.parts) > 1:
            self._hand_over()
        return figure

    def _x(self, number: int, step: int, row: Row | None = None) -> float:
        aside = 0.0
        if row is not None and row.kind == "recurrence" and self._both(number):
            aside = _ASIDE if row.backward else -_ASIDE
        return self.starts[number] + (step + 0.5) * _COLUMN + aside

    def _both(self, number: int) -> bool:
        return len({row.backward for row in self.parts[number].rows if row.kind == "recurrence"}) == 2

    def _y(self, number: int, place: int) -> float:
        return 0.35 + (place + self.lifts[number].get(place, 0)) * _ROW

    def _middle(self, number: int) -> float:
        return self.starts[number] + max(self._columns(self.parts[number]) * _COLUMN, 1.3) / 2

    def _group(self, number: int, group: Group) -> None:
        columns = self._columns(group)
        side, label = "right", self.starts[number] - 0.35
        if number:
            side, label = "left", self.starts[number] + max(columns * _COLUMN, 1.5) + 0.1
        for place, row in enumerate(group.rows):
            colour = self.colours.get((number, place), "black")
            y = self._y(number, place)
            self._text(label, y + 0.09 * bool(row.detail), row.name, 10, "bold", side, colour)
            self._text(label, y - 0.12, row.detail, 8.5, "normal", side, _GREY)
            if row.every_step:
                for step in range(columns):
                    self._box(number, place, row, step)
            else:
                self._one_box(number, place)
            self._arrows_up(number, place, columns)
            if row.kind == "recurrence":
                self._through_time(number, place, row, columns)
        if group.beside:
            self._beside(number, group)

    def _box(self, number: int, place: int, row: Row, step: int) -> None:
        x, y = self._x(number, step, row), self._y(number, place)
        letter = self.parts[number].letter
        index = (str(step) if letter == "y" else str(step + 1)) if self._numbered(number) else "t" * (letter != "y")
        index = index or "t-1"
        if row.kind == "input":
            self._text(x, y, f"${letter}_{{{index}}}$", 14)
            return
        self._rectangle(x, y, *_BOX, self.colours[number, place], (number, place) in self.dashed)
        after = str(step + 1) if self._numbered(number) else "t"
        inside = {"recurrence": f"$h_{{{after}}}$", "output": f"$p_{{{after}}}$", "attention": f"$a_{{{after}}}$"}
        self._text(x, y, inside.get(row.kind, f"$v_{{{index}}}$"), 12)

    def _numbered(self, number: int) -> bool:
        return self.unrolled or self.parts[number].single

    def _one_box(self, number: int, place: int) -> None:
        row = self.parts[number].rows[place]
        width = 1.3 if row.kind in ("output", "source") else max(1.3, self._columns(self.parts[number]) * _COLUMN - 0.5)
        key, middle = (number, place), (self._middle(number), self._y(number, place))
        self._rectangle(*middle, width, _BOX[1], self.colours[key], key in self.dashed)
        inside = {"output": "$p$", "pooling": "pool", "source": "source"}.get(row.kind, "")
        self._text(self._middle(number), self._y(number, place), inside, 12 if row.kind == "output" else 10)

    def _arrows_up(self, number: int, place: int, columns: int) -> None:
        """Arrows from the input rows of a row."""
        row, rows = self.parts[number].rows[place], self.parts[number].rows
        for below in self._inputs_of(rows, place):
            lower = rows[below]
            start, end = self._y(number, below) + _BOX[1] / 2, self._y(number, place) - _BOX[1] / 2
            if lower.kind == "input":
                start -= 0.05
            if not lower.every_step:
                self._arrow((self._middle(number), start), (self._middle(number), end))
                continue
            for step in range(columns):
                ends = columns - 1 if not lower.backward else 0
                if not row.every_step and row.reads == "ends" and step != ends:
                    continue
                # Inputs of one direction pass the box of the other.
                x = self._x(number, step, row if row.kind == "recurrence" else lower)
                self._arrow((x, start), (x, end))

    @staticmethod
    def _inputs_of(rows: Sequence[Row], place: int) -> list[int]:
        """Places of the input rows of a row: the one below, or both directions of the layer below."""
        if place == 0:
            return []
        row, below = rows[place], place - 1
        if row.kind == "recurrence" and not row.first:
            below -= 1  # both directions have the same input
        found = [below]
        if below and rows[below].kind == "recurrence" and not rows[below].first:
            found.append(below - 1)
        return found

    def _through_time(self, number: int, place: int, row: Row, columns: int) -> None:
        """Arrows of the state, from one step to the next."""
        y = self._y(number, place)
        colour = self.colours[number, place]
        half = _BOX[0] / 2
        if not self.unrolled and not self.parts[number].single:
            x = self._x(number, 0, row)
            side = 1 if not row.backward else -1
            self._arrow((x + side * half, y + 0.1), (x + side * half, y - 0.1), colour, f"arc3,rad={-1.9 * side}")
            self._text(x + side * (half + 0.34), y, "←" if row.backward else "→", 9, colour=colour)
            return
        for step in range(columns - 1):
            left, right = self._x(number, step, row) + half, self._x(number, step + 1, row) - half
            self._arrow((right, y) if row.backward else (left, y), (left, y) if row.backward else (right, y), colour)
        if row.backward:
            x = self._x(number, columns - 1, row) + half
            self._arrow((x + 0.32, y), (x, y), colour)
        elif number == 0 or self.parts[number].title != "decoder":
            x = self._x(number, 0, row) - half
            self._arrow((x - 0.3, y), (x, y), colour)

    def _beside(self, number: int, group: Group) -> None:
        """Inputs of the head besides the recurrence."""
        place = len(group.rows) - 1
        x, y = self._middle(number) + 0.65, self._y(number, place)
        for count, name in enumerate(group.beside):
            self._text(x + 0.42, y - 0.22 * count, name, 8.5, align="left", colour=_GREY)
            self._arrow((x + 0.38, y - 0.22 * count), (x, y - 0.22 * count))

    def _hand_over(self) -> None:
        """From encoder to decoder: the last states, and the memory of the attention."""
        source, target = self.parts[0], self.parts[-1]
        lowest = next(place for place, row in enumerate(target.rows) if row.kind == "recurrence")
        end = self._x(1, 0, target.rows[lowest]) - _BOX[0] / 2, self._y(1, lowest)
        recurrences = [place for place, row in enumerate(source.rows) if row.kind == "recurrence" and not row.backward]
        if recurrences:
            row = source.rows[recurrences[-1]]
            start = self._x(0, self._columns(source) - 1, row) + _BOX[0] / 2, self._y(0, recurrences[-1])
        else:
            start = self._middle(0) + 0.65, self._y(0, 0)
        self._arrow(start, end, _GREY, "arc3,rad=-0.05", "--")
        middle = (start[0] + end[0]) / 2 + 0.15, (start[1] + end[1]) / 2
        self._text(*middle, "last states" if recurrences else "first state", 8.5, colour=_GREY, background=True)
        attending = [place for place, row in enumerate(target.rows) if row.kind == "attention"]
        if attending:
            self._memory(source, target, self._y(1, attending[0]))

    def _memory(self, source: Group, target: Group, y: float) -> None:
        """The encoder outputs of all steps, and the line from there to every decoder step."""
        wide = max(1.3, self._columns(source) * _COLUMN - 0.4)
        self._rectangle(self._middle(0), y, wide, _BOX[1], "#8d99ae")
        self._text(self._middle(0), y, "memory", 10)
        top = len(source.rows) - 1
        for below in [top, top - 1] if self._both(0) else [top]:
            row = source.rows[below]
            xs = (
                [self._x(0, step, row) for step in range(self._columns(source))]
                if row.every_step
                else [self._middle(0)]
            )
            for x in xs:
                self._arrow((x, self._y(0, below) + _BOX[1] / 2), (x, y - _BOX[1] / 2))
        right = self._x(1, 0) - _BOX[0] / 2
        self._arrow((self._middle(0) + wide / 2, y), (right, y))
        for step in range(1, self._columns(target)):
            ends = self._x(1, step - 1) + _BOX[0] / 2, self._x(1, step) - _BOX[0] / 2
            self.axes.plot(ends, [y, y], color=_GREY, linewidth=1.2)

    def _rectangle(self, x: float, y: float, width: float, height: float, colour: str, dashed: bool = False) -> None:
        from matplotlib.colors import to_rgb
        from matplotlib.patches import FancyBboxPatch

        light = [0.28 * part + 0.72 for part in to_rgb(colour)]
        box = FancyBboxPatch(
            (x - width / 2, y - height / 2),
            width,
            height,
            boxstyle="round,pad=0,rounding_size=0.08",
            facecolor=light,
            edgecolor=colour,
            linewidth=1.6,
            linestyle="--" if dashed else "-",
            zorder=3,
        )
        self.axes.add_patch(box)

    def _arrow(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        colour: str = _GREY,
        connection: str = "arc3,rad=0",
        style: str = "-",
    ) -> None:
        from matplotlib.patches import FancyArrowPatch

        arrow = FancyArrowPatch(
            start,
            end,
            arrowstyle="-|>",
            mutation_scale=9,
            color=colour,
            linewidth=1.2,
            linestyle=style,
            connectionstyle=connection,
            shrinkA=0,
            shrinkB=0,
            zorder=2,
        )
        self.axes.add_patch(arrow)

    def _text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        weight: str = "normal",
        align: str = "center",
        colour: str = "black",
        background: bool = False,
    ) -> None:
        behind = {"facecolor": "white", "edgecolor": "none", "pad": 1} if background else None
        self.axes.text(
            x, y, text, fontsize=size, weight=weight, ha=align, va="center", color=colour, bbox=behind, zorder=4
        )
