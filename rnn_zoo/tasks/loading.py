"""load: opens an exported model of any task."""

from pathlib import Path

from rnn_zoo.export.exported import Exported
from rnn_zoo.export.kinds import answers_class, kind_of
from rnn_zoo.export.locate import find_pretrained


def load(name_or_folder: str | Path) -> Exported:
    """Opens an exported model of any kind.

    Args:
        name_or_folder: an exported folder, or the name of one as `rnn_zoo.list_models(pretrained=True)` lists it.

    Returns:
        The subclass of `Exported` that its kind names, such as `Pretrained` for "classes".

    Raises:
        ValueError: the folder is not an export.
        FileNotFoundError: there is no such name; lists the known ones.
    """
    folder = Path(name_or_folder) if Path(name_or_folder).is_dir() else find_pretrained(str(name_or_folder))
    return answers_class(kind_of(folder))(folder)
