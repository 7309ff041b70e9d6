"""draw: a network folded or unrolled over time."""

from rnn_zoo.inspection.figures import COLOURS, new_figure, write
from rnn_zoo.inspection.rows import groups

_MOST_STEPS = 8
_GREY = "#4d5661"
_COLUMN, _ROW = 1.3, 0.95  # inches between two steps, and between two rows
_BOX = (0.62, 0.5)
_ASIDE = 0.2  # of the boxes of two directions
_LABEL = 2.6  # inches for the names on the left of a group


def draw(model, path=None, *, steps=4, unrolled=True, title=None):
    """Draws a network over time: what it reads below, what it answers above, time to the right.

    Boxes of one colour are one layer and share their weights. Unrolled, every layer has a box at every step, and its
    state goes from one to the next, of the backward direction to the left; folded, it has one box, whose state goes
    round. What reads stands left of what writes.

    Args:
        model: keras.Model of any of the topologies, or one that holds a `keras.layers.RNN`; of a `Writer`, its
            `training`.
        path: file to write, .svg or .png, or None.
        steps: int from 1 to 8, the steps drawn; a model reads any number unless it is made for one.
        unrolled: bool, over time; False: folded.
        title: str; by default the name of the model.

    Returns:
        matplotlib Figure.

    Raises:
        ValueError: `steps` is out of its range, the model holds no recurrence, or `path` ends otherwise.
    """
    if isinstance(steps, bool) or not isinstance(steps, int) or not 1 <= steps <= _MOST_STEPS:
        raise ValueError(f"`steps` must be an integer from 1 to {_MOST_STEPS}, got {steps!r}.")
    parts = groups(getattr(model, "training", model))
    canvas = _Canvas(parts, steps, unrolled)
    name = getattr(getattr(model, "training", model), "name", "network")
    figure = canvas.figure(title or f"{name}, {'unrolled over time' if unrolled else 'folded'}")
    if path is not None:
        write(figure, path)
    return figure


def describe(model):
    """The network in words, a text alternative to its drawing."""
    parts = groups(getattr(model, "training", model))
    told = []
    for group in parts:
        rows = [f"{row.name} ({row.detail})" if row.detail else row.name for row in group.rows]
        beside = f", and beside it {', '.join(group.beside)}" if group.beside else ""
        told.append(f"{group.title + ': ' if group.title else ''}{', then '.join(rows)}{beside}")
    return "; ".join(told)


class _Canvas:
    """Places the rows of all groups and draws them."""

    def __init__(self, parts, steps, unrolled):
        self.parts, self.unrolled = parts, unrolled
        self.steps = steps if unrolled else 1
        self.height = max(len(group.rows) for group in parts) * _ROW + 1.0
        self.starts, x = [], 0.0
        for group in parts:
            self.starts.append(x + _LABEL)
            x += _LABEL + max(self._columns(group) * _COLUMN, 1.6) + 0.5
        self.width = x
        names = [(number, place) for number, group in enumerate(parts) for place, _ in enumerate(group.rows)]
        drawn = [key for key in names if parts[key[0]].rows[key[1]].kind != "input"]
        self.colours = {key: COLOURS[number % len(COLOURS)] for number, key in enumerate(drawn)}

    def _columns(self, group):
        return 1 if group.single or all(not row.every_step for row in group.rows) else self.steps

    def figure(self, title):
        # Inches are the units of the axes, so that text and boxes keep their sizes to each other.
        figure = new_figure(self.width, self.height + 0.7)
        figure.set_layout_engine("none")
        self.axes = figure.add_axes([0, 0, 1, 1])
        self.axes.set_xlim(0, self.width)
        self.axes.set_ylim(-0.25, self.height + 0.45)
        self.axes.axis("off")
        self.axes.text(0.15, self.height + 0.2, title, fontsize=13, weight="bold", va="center")
        note = "boxes of one colour share their weights"
        self.axes.text(self.width - 0.15, -0.1, note, fontsize=8.5, color=_GREY, ha="right", va="center")
        for number, group in enumerate(self.parts):
            self._group(number, group)
        if len(self.parts) > 1:
            self._hand_over()
        return figure

    def _x(self, number, step, row=None):
        aside = 0.0
        if row is not None and row.kind == "recurrence" and self._both(number):
            aside = _ASIDE if row.backward else -_ASIDE
        return self.starts[number] + (step + 0.5) * _COLUMN + aside

    def _both(self, number):
        return len({row.backward for row in self.parts[number].rows if row.kind == "recurrence"}) == 2

    def _y(self, place):
        return 0.35 + place * _ROW

    def _middle(self, number):
        return self.starts[number] + max(self._columns(self.parts[number]) * _COLUMN, 1.3) / 2

    def _group(self, number, group):
        columns = self._columns(group)
        if group.title:
            self._text(self.starts[number] - 0.35, self._y(len(group.rows)) - 0.25, group.title, 11, "bold", "right")
        for place, row in enumerate(group.rows):
            label = self.starts[number] - 0.35
            colour = self.colours.get((number, place), "black")
            self._text(label, self._y(place) + 0.09 * bool(row.detail), row.name, 10, "bold", "right", colour)
            self._text(label, self._y(place) - 0.12, row.detail, 8.5, "normal", "right", _GREY)
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

    def _box(self, number, place, row, step):
        x, y = self._x(number, step, row), self._y(place)
        letter = self.parts[number].letter
        index = (str(step) if letter == "y" else str(step + 1)) if self._numbered(number) else "t" * (letter != "y")
        index = index or "t-1"
        if row.kind == "input":
            self._text(x, y, f"${letter}_{{{index}}}$", 14)
            return
        self._rectangle(x, y, *_BOX, self.colours[number, place])
        after = str(step + 1) if self._numbered(number) else "t"
        inside = {"recurrence": f"$h_{{{after}}}$", "answer": f"$p_{{{after}}}$", "attention": f"$a_{{{after}}}$"}
        self._text(x, y, inside.get(row.kind, f"$v_{{{index}}}$"), 12)

    def _numbered(self, number):
        return self.unrolled or self.parts[number].single

    def _one_box(self, number, place):
        row = self.parts[number].rows[place]
        width = 1.3 if row.kind == "answer" else max(1.3, self._columns(self.parts[number]) * _COLUMN - 0.5)
        self._rectangle(self._middle(number), self._y(place), width, _BOX[1], self.colours[number, place])
        inside = {"answer": "$p$", "pooling": "pool"}.get(row.kind, "")
        self._text(self._middle(number), self._y(place), inside, 12 if row.kind == "answer" else 10)

    def _arrows_up(self, number, place, columns):
        """From the rows below that this one reads."""
        row, rows = self.parts[number].rows[place], self.parts[number].rows
        for below in self._read_by(rows, place):
            lower = rows[below]
            start, end = self._y(below) + _BOX[1] / 2, self._y(place) - _BOX[1] / 2
            if lower.kind == "input":
                start -= 0.05
            if not lower.every_step:
                self._arrow((self._middle(number), start), (self._middle(number), end))
                continue
            for step in range(columns):
                ends = columns - 1 if not lower.backward else 0
                if not row.every_step and row.reads == "ends" and step != ends:
                    continue
                # A step's box of one direction is passed by what goes to the other.
                x = self._x(number, step, row if row.kind == "recurrence" else lower)
                self._arrow((x, start), (x, end))

    @staticmethod
    def _read_by(rows, place):
        """The places of the rows that a row reads: the one below, or both directions of the layer below."""
        if place == 0:
            return []
        row, below = rows[place], place - 1
        if row.kind == "recurrence" and not row.first:
            below -= 1  # the second direction reads what the first reads
        found = [below]
        if below and rows[below].kind == "recurrence" and not rows[below].first:
            found.append(below - 1)
        return found

    def _through_time(self, number, place, row, columns):
        """The state, from one step to the next."""
        y = self._y(place)
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
        elif number == 0 or self.parts[number].title != "writes":
            x = self._x(number, 0, row) - half
            self._arrow((x - 0.3, y), (x, y), colour)

    def _beside(self, number, group):
        """What comes to the answer from beside the recurrence."""
        place = len(group.rows) - 1
        x, y = self._middle(number) + 0.65, self._y(place)
        for count, name in enumerate(group.beside):
            self._text(x + 0.42, y - 0.22 * count, name, 8.5, align="left", colour=_GREY)
            self._arrow((x + 0.38, y - 0.22 * count), (x, y - 0.22 * count))

    def _hand_over(self):
        """From what reads to what writes: the last states, and the memory that attention looks at."""
        source, target = self.parts[0], self.parts[-1]
        lowest = next(place for place, row in enumerate(target.rows) if row.kind == "recurrence")
        end = self._x(1, 0, target.rows[lowest]) - _BOX[0] / 2, self._y(lowest)
        recurrences = [place for place, row in enumerate(source.rows) if row.kind == "recurrence" and not row.backward]
        last = recurrences[-1] if recurrences else 0
        half = _BOX[0] / 2 if recurrences else 0.65
        x = self._x(0, self._columns(source) - 1, source.rows[last]) if recurrences else self._middle(0)
        start = x + half, self._y(last)
        self._arrow(start, end, _GREY, "arc3,rad=-0.08", "--")
        middle = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
        self._text(middle[0], middle[1] + 0.16, "last states", 8.5, colour=_GREY, background=True)
        looking = [place for place, row in enumerate(target.rows) if row.kind == "attention"]
        if not looking:
            return
        y = self._y(looking[0])
        wide = max(1.3, self._columns(source) * _COLUMN - 0.5)
        self._rectangle(self._middle(0), y, wide, _BOX[1], "#8d99ae")
        self._text(self._middle(0), y, "memory", 10)
        top = len(source.rows) - 1
        for below in [top] + [top - 1] * (self._both(0)):
            for step in range(self._columns(source)):
                x = self._x(0, step, source.rows[below])
                self._arrow((x, self._y(below) + _BOX[1] / 2), (x, y - _BOX[1] / 2))
        for step in range(self._columns(target)):
            right = self._x(1, step) - _BOX[0] / 2
            left = self._middle(0) + wide / 2 if step == 0 else self._x(1, step - 1) + _BOX[0] / 2
            if step == 0:
                self._arrow((left, y), (right, y), _GREY)
            else:
                self.axes.plot([left, right], [y, y], color=_GREY, linewidth=1.2)

    def _rectangle(self, x, y, width, height, colour):
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
            zorder=3,
        )
        self.axes.add_patch(box)

    def _arrow(self, start, end, colour=_GREY, connection="arc3,rad=0", style="-"):
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

    def _text(self, x, y, text, size, weight="normal", align="center", colour="black", background=False):
        behind = {"facecolor": "white", "edgecolor": "none", "pad": 1} if background else None
        self.axes.text(
            x, y, text, fontsize=size, weight=weight, ha=align, va="center", color=colour, bbox=behind, zorder=4
        )
