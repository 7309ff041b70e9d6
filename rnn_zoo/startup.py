"""Start-up: hides TensorFlow's information lines, and registers the layers of rnn_zoo with Keras.

`import rnn_zoo` is quick because it imports neither Keras nor TensorFlow. Both steps happen later, when one of them is
imported: messages about drivers and CPU instructions are hidden, and the layers of rnn_zoo are registered, so that
`keras.saving.load_model` finds them.
"""

import contextlib
import importlib
import importlib.machinery
import importlib.util
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType

# Information and warning lines of TensorFlow's C++ code. Errors (E, F) and what Python writes are shown.
_NOISE = re.compile(
    rb"^([IW]\d{4} [^\n]*|WARNING: All log messages before absl::InitializeLog\(\)[^\n]*|"
    rb"To enable the following instructions:[^\n]*)\n?",
    re.MULTILINE,
)


def prepare() -> None:
    """Watches later imports; `import rnn_zoo` calls it once."""
    # TensorFlow reads this when it is imported. Errors still reach Python as exceptions.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if not any(isinstance(finder, _Watcher) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Watcher())
    if "keras" in sys.modules:
        importlib.import_module("rnn_zoo.layers")
    if Path(sys.argv[0] if sys.argv else "").parent.name == "recipes":
        sys.excepthook = _end_quietly


def _end_quietly(kind, error, trace):
    """Ends a recipe that Ctrl-C stops while it imports, which takes seconds, without a traceback."""
    if issubclass(kind, KeyboardInterrupt):
        os._exit(130)
    sys.__excepthook__(kind, error, trace)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Hides TensorFlow's information and warning lines on standard error; after an exception, all lines are shown."""
    try:
        sys.stderr.flush()
        shown = os.dup(2)
    except (OSError, AttributeError, ValueError):  # no standard error
        yield
        return
    with tempfile.TemporaryFile() as written:
        os.dup2(written.fileno(), 2)
        failed = True
        try:
            yield
            failed = False
        finally:
            sys.stderr.flush()
            os.dup2(shown, 2)
            os.close(shown)
            written.seek(0)
            content = written.read()
            os.write(2, content if failed else _NOISE.sub(b"", content))


class _Watcher:
    """Import hook: hides messages while TensorFlow is imported, and registers the layers after Keras is."""

    depth = 0

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name not in ("tensorflow", "keras") and not name.startswith("rnn_zoo."):
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is None or spec.loader is None or not hasattr(spec.loader, "exec_module"):
            return None
        execute = spec.loader.exec_module

        def exec_module(module: ModuleType) -> None:
            self.depth += 1
            try:
                with quiet() if name == "tensorflow" and "pytest" not in sys.modules else contextlib.nullcontext():
                    execute(module)
            finally:
                self.depth -= 1
            # Only after the outermost import: inside of it the modules of rnn_zoo are still incomplete.
            if not self.depth and "keras" in sys.modules:
                importlib.import_module("rnn_zoo.layers")

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec
