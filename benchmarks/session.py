"""One run of a benchmark: from the first measurement to the rows in the file."""

import contextlib
import shlex
import sys

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from benchmarks import machine, records
from rnn_zoo.evaluation.hardware import describe_hardware


class Session:
    """Collects the numbers of one benchmark, shows its progress, and writes all rows at the end.

    Args:
        benchmark: str, its name in the rows.
        module: str, the module in this folder that runs it; by default that of the same name.
    """

    def __init__(self, benchmark, module=None):
        self.benchmark = benchmark
        self.command = shlex.join(["python", "-m", f"benchmarks.{module or benchmark}", *sys.argv[1:]])
        self.console = Console(stderr=True)
        self.rows = []
        self.rivals = set()
        machine.prepare()
        self.gflops = machine.matmul_gflops()

    @contextlib.contextmanager
    def progress(self, cases):
        """Yields the cases one by one, with a progress bar on standard error."""
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        cases = list(cases)
        with Progress(*columns, console=self.console) as progress:
            task = progress.add_task(self.benchmark, total=len(cases))

            def each():
                for case in cases:
                    progress.update(task, description=f"{self.benchmark}: {case}")
                    yield case
                    progress.advance(task)

            yield each()

    def say(self, text):
        """Prints a line on standard error, above the progress bar."""
        self.console.print(text, highlight=False, soft_wrap=True)

    def add(self, case, contestant, metric, value, *, rival=False, quartiles=(None, None), samples=1, work=None):
        """Adds a number.

        Args:
            case: str.
            contestant: str, its name.
            metric: str, one of `records.METRICS`.
            value: float, in the unit of the metric.
            rival: bool, whether the others are compared with it.
            quartiles: pair of floats, lower and upper.
            samples: int, number of measurements behind `value`.
            work: int, the unavoidable multiply-adds; None: no floor is known.
        """
        if rival:
            self.rivals.add(contestant)
        self.rows.append(
            {
                "benchmark": self.benchmark,
                "case": str(case),
                "contestant": contestant,
                "metric": metric,
                "value": float(value),
                "unit": records.METRICS[metric][0],
                "lower_quartile": quartiles[0],
                "upper_quartile": quartiles[1],
                "samples": samples,
                "work": work,
            }
        )

    def add_timings(self, case, timings, metric="step time", work=None):
        """Adds the median and the quartiles of each timing; `work`: dict, contestant's name -> multiply-adds."""
        for timing in timings:
            self.add(
                case,
                timing.contestant.name,
                metric,
                timing.milliseconds(),
                rival=timing.contestant.rival,
                quartiles=(timing.milliseconds(0.25), timing.milliseconds(0.75)),
                samples=len(timing.seconds),
                work=(work or {}).get(timing.contestant.name),
            )
        medians = ", ".join(f"{timing.contestant.name} {timing.milliseconds():.3g} ms" for timing in timings)
        self.say(f"{case}: {medians}")

    def write(self, path):
        """Writes all rows, replacing the earlier ones of this benchmark, and prints them as a table."""
        # The better of two measurements: other work on the machine would make the floor too high, and us look too good.
        self.gflops = max(self.gflops, machine.matmul_gflops())
        common = {
            "gflops": self.gflops,
            "hardware": describe_hardware(),
            "versions": machine.versions(),
            "command": self.command,
        }
        made = []
        for row in records.compared(self.rows, self.rivals):
            work = row.pop("work")
            floor = None if work is None else machine.floor_milliseconds(work, self.gflops)
            share = None if floor is None else floor / row["value"]
            made.append({**row, "floor": floor, "share_of_floor": share, **common})
        records.replace(path, self.benchmark, [{name: _text(value) for name, value in row.items()} for row in made])
        self.console.print(_table(made, self.benchmark, self.gflops))
        self.say(f"{path}: {len(made)} rows of {self.benchmark}")


def _text(value):
    return "" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)


def _table(rows, title, gflops):
    table = Table(title=f"{title} ({gflops:.0f} GFLOP/s)")
    for head in ("case", "contestant", "metric", "value", "against the best rival", "share of floor"):
        table.add_column(head, justify="left" if head in ("case", "contestant", "metric") else "right")
    cases = [None] + [row["case"] for row in rows]
    for row, before in zip(rows, cases, strict=False):
        case = "" if row["case"] == before else row["case"]
        if case:
            table.add_section()
        ratio = "" if row["ratio"] is None else f"{row['ratio']:.2f}x"
        share = "" if row["share_of_floor"] is None else f"{row['share_of_floor']:.0%}"
        value = f"{row['value']:.4g} {row['unit']}"
        table.add_row(case, row["contestant"], row["metric"], value, ratio, share)
    return table
