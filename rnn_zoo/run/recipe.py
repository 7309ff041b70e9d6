"""recipe: turns a function into a training program, with the options and steps that all recipes share."""

import functools
import inspect
import shlex
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rnn_zoo.evaluation import results as result_files
from rnn_zoo.export.folder import refuse_foreign_folder
from rnn_zoo.export.kinds import answers_class, kind_of
from rnn_zoo.files.paths import check_writable
from rnn_zoo.run.command import command_words
from rnn_zoo.run.options import NOT_SETTINGS, check_options, documented, exact
from rnn_zoo.run.splits import evaluated_splits
from rnn_zoo.terminal import Terminal


def recipe(
    name: str,
    *,
    after_training: Iterable[str] = (),
    reports: bool = True,
    describe: Mapping[str, str] | None = None,
) -> Callable[[Callable], Callable]:
    """Decorator: the function becomes a recipe.

    The function takes a `Run` and then its own options. The recipe takes these options and also `split`, `seed`,
    `precision`, `out` and `results`; it checks them, sets seed and precision, and calls the function.

    Args:
        name: the recipe's name, equal to that of its file in `recipes/`.
        after_training: options that do not affect the training, such as the width of a beam search: a finished run is
            loaded whatever their values.
        reports: whether it evaluates the model. False: it has no options `split` and `results`.
        describe: descriptions of options that several recipes of a task share; its docstring need not repeat them.
    """

    def decorate(function: Callable) -> Callable:
        own = list(inspect.signature(function).parameters.values())[1:]
        shared = {"split": "test", "seed": 0, "precision": "float32", "out": f"runs/{name}", "results": None}
        if not reports:
            del shared["split"], shared["results"]
        types = {"seed": int, "results": str | None}
        keyword, given = inspect.Parameter.KEYWORD_ONLY, {parameter.name for parameter in own}
        added = [
            inspect.Parameter(option, keyword, default=default, annotation=types.get(option, str))
            for option, default in shared.items()
            if option not in given
        ]
        signature = inspect.Signature([exact(parameter) for parameter in (*own, *added)])

        @functools.wraps(function)
        def main(*arguments: Any, **options: Any) -> Any:
            bound = signature.bind(*arguments, **options)
            bound.apply_defaults()
            check_options(bound.arguments, signature)
            run = Run(name, bound.arguments, after_training)
            run.start()
            return function(run, **{option: bound.arguments[option] for option in given})

        main.__signature__ = signature  # type: ignore[attr-defined]
        main.__doc__ = documented(function.__doc__ or "", signature, describe)
        main.__annotations__ = {parameter.name: parameter.annotation for parameter in signature.parameters.values()}
        main.recipe = name  # type: ignore[attr-defined]
        return main

    return decorate


class Run:
    """One run of a recipe: its options, its folder, and the steps that every recipe takes.

    Attributes:
        recipe: the recipe's name.
        options: all options by name.
        split: the part of the data that the report is about, "test" or "validation".
        splits: the parts of the data that are evaluated, in order.
        seed: the seed of every random number generator.
        out: the folder of the run.
        export_folder: the folder that the model is exported to.
        settings: the options that determine the training and its data.
        command: the command line that repeats the run.
    """

    def __init__(self, recipe: str, options: Mapping[str, Any], after_training: Iterable[str] = ()) -> None:
        self.recipe = recipe
        self.options = dict(options)
        self.split = self.options.get("split", "test")
        self.splits = evaluated_splits(self.split)
        self.seed = self.options["seed"]
        self.out = Path(self.options["out"])
        self.export_folder = self.out / "export"
        other = NOT_SETTINGS | set(after_training)
        self.settings = {name: value for name, value in self.options.items() if name not in other}
        self.command = shlex.join([*command_words(recipe), *sys.argv[1:]])

    def start(self) -> None:
        """Checks the files and folders to write, then sets device, precision and seed.

        Raises:
            ValueError: `results` is not a result file, `out` holds something else, or one of them cannot be written.
        """
        check_writable("out", self.out / "config.json")
        if self.options.get("results"):
            check_writable("results", self.options["results"])
        if self.options.get("results") and Path(self.options["results"]).exists():
            result_files.read(self.options["results"])
        refuse_foreign_folder("out", self.export_folder)
        from rnn_zoo import training  # imports Keras, after the options are checked

        training.prepare(self.seed, self.options["precision"])

    def fit(self, model: Any, train: Any, validation: Any = None, *, config: Mapping[str, Any], **options: Any) -> Any:
        """Trains a model in the run's folder; see `rnn_zoo.training.fit`.

        The recipe's options `epochs`, `patience`, `learning_rate` and `weight_average` are used. The learning rate
        follows a cosine to 0, unless the recipe has an option `decay` that is false.

        Args:
            model: compiled keras.Model.
            train, validation: batches, see `rnn_zoo.training.fit`.
            config: what else determines the training, such as digests of the data; it overrides options of the same
                name.
            options: further arguments of `rnn_zoo.training.fit`.
        Returns:
            rnn_zoo.training.History
        """
        from rnn_zoo import training

        chosen: dict[str, Any] = {name: self.options[name] for name in ("epochs", "patience") if name in self.options}
        chosen["learning_rate"] = self.learning_rate(len(train))
        chosen["weight_average"] = self.options.get("weight_average") or None
        return training.fit(
            model,
            train,
            validation,
            out=self.out,
            seed=self.seed,
            config={**self.settings, **config},
            **{**chosen, **options},
        )

    def learning_rate(self, batches: int) -> Any:
        """The learning rate of a training with this number of batches per epoch: a cosine, or the number itself."""
        import keras

        rate = self.options["learning_rate"]
        if not self.options.get("decay", True):
            return rate
        return keras.optimizers.schedules.CosineDecay(rate, self.options["epochs"] * batches)

    def record(self, rows: Callable[..., list], report: Mapping[str, Any], data: str) -> None:
        """Adds the numbers of a report to the file of the option `results`, if one is given.

        Args:
            rows: function from such a report to result rows, such as `rnn_zoo.evaluation.scores_rows`.
            report: the report's dict.
            data: name of the data in the rows.
        """
        if self.options.get("results"):
            made_by = {"recipe": self.recipe, "data": data, "seed": self.seed, "command": self.command}
            result_files.append(self.options["results"], rows(report, **made_by))

    def card(self, data: Any, examples: str, limits: str, name: str | None = None) -> dict[str, Any]:
        """Entries of the model card.

        Args:
            data: the data set, with `source` and `licence`.
            examples: number of training examples, such as "2,102 texts".
            limits: what the model is not good for.
            name: the model's name. Default None: the option `model`, or the recipe's name.
        """
        return {
            "name": name or self.options.get("model") or self.recipe,
            "data": f"{data.source}; {examples} for training",
            "licence": data.licence,
            "command": self.command,
            "seed": self.seed,
            "limits": limits,
        }

    def ask(self, folder: Path, inputs: Sequence[str]) -> None:
        """Prints the exported model's answers to a few inputs, and the command to ask it."""
        answers_class(kind_of(folder))(folder).show(inputs, Terminal())
        print(f"Ask it yourself: rnn-zoo predict {folder} {shlex.quote(inputs[0])}")
