"""draw: a network folded or unrolled over time."""

from rnn_zoo.inspection.figures import COLOURS, new_figure, write
from rnn_zoo.inspection.rows import groups

_MOST_STEPS = 8
_GREY = "#4d5661"
_COLUMN, _ROW = 1.3, 0.95  # inches between two steps, and between two rows
_BOX = (0.62, 0.5)
_ASIDE = 0.2  # of the boxes of two directions
_GAP = 1.7  # inches between what reads and what writes
_BESIDE = 1.9  # inches for what comes in beside the recurrence


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
        # What attends to a memory stands above what made it.
        self.lifts = [{} for _ in parts]
        if len(parts) > 1:
            looking = [place for place, row in enumerate(parts[-1].rows) if row.kind == "attention"]
            if looking:
                lift = max(0, len(parts[0].rows) - looking[0])
                self.lifts[-1] = dict.fromkeys(range(looking[0], len(parts[-1].rows)), lift)
        self.height = max(self._y(number, len(group.rows) - 1) for number, group in enumerate(parts)) + _BOX[1]
        # Names stand on the left, those of what writes on the right, where no arrow from what reads crosses them.
        self.starts, x = [], 0.15
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
        # Where there are more layers than colours, those of the second round have dashed outlines.
        self.dashed = {key for count, key in enumerate(coloured) if count >= len(COLOURS)}

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
        note = f"boxes of one colour{' and outline' * bool(self.dashed)} share their weights"
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

    def _y(self, number, place):
        return 0.35 + (place + self.lifts[number].get(place, 0)) * _ROW

    def _middle(self, number):
        return self.starts[number] + max(self._columns(self.parts[number]) * _COLUMN, 1.3) / 2

    def _group(self, number, group):
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

    def _box(self, number, place, row, step):
        x, y = self._x(number, step, row), self._y(number, place)
        letter = self.parts[number].letter
        index = (str(step) if letter == "y" else str(step + 1)) if self._numbered(number) else "t" * (letter != "y")
        index = index or "t-1"
        if row.kind == "input":
            self._text(x, y, f"${letter}_{{{index}}}$", 14)
            return
        self._rectangle(x, y, *_BOX, self.colours[number, place], (number, place) in self.dashed)
        after = str(step + 1) if self._numbered(number) else "t"
        inside = {"recurrence": f"$h_{{{after}}}$", "answer": f"$p_{{{after}}}$", "attention": f"$a_{{{after}}}$"}
        self._text(x, y, inside.get(row.kind, f"$v_{{{index}}}$"), 12)

    def _numbered(self, number):
        return self.unrolled or self.parts[number].single

    def _one_box(self, number, place):
        row = self.parts[number].rows[place]
        width = 1.3 if row.kind in ("answer", "source") else max(1.3, self._columns(self.parts[number]) * _COLUMN - 0.5)
        key, middle = (number, place), (self._middle(number), self._y(number, place))
        self._rectangle(*middle, width, _BOX[1], self.colours[key], key in self.dashed)
        inside = {"answer": "$p$", "pooling": "pool", "source": "source"}.get(row.kind, "")
        self._text(self._middle(number), self._y(number, place), inside, 12 if row.kind == "answer" else 10)

    def _arrows_up(self, number, place, columns):
        """From the rows below that this one reads."""
        row, rows = self.parts[number].rows[place], self.parts[number].rows
        for below in self._read_by(rows, place):
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
        elif number == 0 or self.parts[number].title != "writes":
            x = self._x(number, 0, row) - half
            self._arrow((x - 0.3, y), (x, y), colour)

    def _beside(self, number, group):
        """What comes to the answer from beside the recurrence."""
        place = len(group.rows) - 1
        x, y = self._middle(number) + 0.65, self._y(number, place)
        for count, name in enumerate(group.beside):
            self._text(x + 0.42, y - 0.22 * count, name, 8.5, align="left", colour=_GREY)
            self._arrow((x + 0.38, y - 0.22 * count), (x, y - 0.22 * count))

    def _hand_over(self):
        """From what reads to what writes: the last states, and the memory that attention looks at."""
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
        looking = [place for place, row in enumerate(target.rows) if row.kind == "attention"]
        if looking:
            self._memory(source, target, self._y(1, looking[0]))

    def _memory(self, source, target, y):
        """The outputs of all steps read, side by side, and the line from there to every step that is written."""
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

    def _rectangle(self, x, y, width, height, colour, dashed=False):
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
