"""save_figure: writes a matplotlib figure whose texts are shown as they are."""

from typing import Any


def save_figure(figure: Any, file: Any, format: str = "png", dpi: float | str = "figure") -> None:
    """Writes a figure; "$" in a label, a column or a name is a character, not the start of a formula.

    Matplotlib reads "$...$" as mathematics and fails on what is none, such as "$_". Only the numbers of its own tick
    labels, such as powers of ten, remain formulas.

    Args:
        figure: matplotlib Figure.
        file: a path, or a binary file opened for writing.
        format: "png" or "svg".
        dpi: dots per inch. Default: those of the figure.
    """
    from matplotlib.axis import Axis
    from matplotlib.text import Text
    from matplotlib.ticker import FixedFormatter, FuncFormatter

    formulas = set()
    for axis in figure.findobj(Axis):
        if not isinstance(axis.get_major_formatter(), (FixedFormatter, FuncFormatter)):
            ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
            formulas |= {label for tick in ticks for label in (tick.label1, tick.label2)}
    for text in figure.findobj(Text):
        if text not in formulas:
            text.set_parse_math(False)
    figure.savefig(file, format=format, dpi=dpi)
