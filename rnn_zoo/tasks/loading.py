"""load: opens an exported model of any task."""

from pathlib import Path

from rnn_zoo.export.exported import Exported
from rnn_zoo.export.kinds import answers_class, kind_of
from rnn_zoo.export.locate import find_pretrained


def load(name_or_folder: str | Path, *, verify: bool = True) -> Exported:
    """Opens an exported model of any kind.

    Open only folders from people you trust: a SavedModel may read and write files when it is asked. What is checked is
    that the files are those of its export.

    Args:
        name_or_folder: an exported folder, or the name of one as `rnn_zoo.list_models(pretrained=True)` lists it.
        verify: whether to compare the files with SHA256SUMS before the model runs, about 1 ms for each MB.

    Returns:
        The subclass of `Exported` that its kind names, such as `Pretrained` for "classes".

    Raises:
        ValueError: the folder is not an export.
        FileNotFoundError: there is no such name; lists the known ones.
    """
    folder = Path(name_or_folder) if Path(name_or_folder).is_dir() else find_pretrained(str(name_or_folder))
    return answers_class(kind_of(folder))(folder, verify)
