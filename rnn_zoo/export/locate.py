"""Search path of exported models by name."""

import os
from pathlib import Path


def find_pretrained(name: str) -> Path:
    """The folder of an exported model.

    Searches the folders of the environment variable RNN_ZOO_MODELS (separated as in PATH), then ./saved_models, then
    the saved_models beside the package; the first match is returned.

    Args:
        name: one of `rnn_zoo.list_models(pretrained=True)`.

    Raises:
        FileNotFoundError: no such folder; lists the known names and the folders searched.
    """
    found = exported_models()
    if name in found:
        return found[name]
    known = ", ".join(sorted(found)) or "none"
    searched = ", ".join(map(str, _folders()))
    raise FileNotFoundError(
        f"No exported model named {name!r}. Found: {known}. Searched: {searched}; set RNN_ZOO_MODELS to search others."
    )


def exported_models() -> dict[str, Path]:
    """The folders of all exported models by name; for a name found twice, the first in the order of the search."""
    found: dict[str, Path] = {}
    for folder in _folders():
        for model in sorted(folder.glob("[!.]*/saved_model.pb")):  # an interrupted save leaves a hidden folder
            found.setdefault(model.parent.name, model.parent)
    return found


def _folders() -> list[Path]:
    given = [folder for folder in os.environ.get("RNN_ZOO_MODELS", "").split(os.pathsep) if folder]
    beside_package = Path(__file__).parents[2] / "saved_models"
    return list(dict.fromkeys([*map(Path, given), Path("saved_models"), beside_package]))
