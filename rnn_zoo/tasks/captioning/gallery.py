"""caption_page: pictures with their generated captions, as one HTML file."""

import base64
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rnn_zoo.files import atomic_file
from rnn_zoo.files.paths import leads_out
from rnn_zoo.files.reading import reading

_NOT_METRICS = ("parameters", "train_seconds")


def caption_page(report: Mapping[str, Any], pictures: str | Path | None, path: str | Path, *, title: str) -> None:
    """Writes one HTML file with the pictures inside it, beside their generated captions and the references.

    Args:
        report: returned by `scores_report`; each example's "given" is the name of an image file.
        pictures: folder, or .tar file, with the images; None: a page without pictures.
        path: file to write, .html.
        title: of the page.
    Raises:
        ValueError: an image's name leads out of the folder.
        FileNotFoundError: there is no such folder or file. An image that it lacks is left out.
    """
    import jinja2

    names = {example["given"] for example in report["examples"]}
    if outside := sorted(filter(leads_out, names)):
        raise ValueError(f"`pictures`: the image {outside[0]!r} leads out of {pictures}; give a name inside it.")
    files = {} if pictures is None else _read(Path(pictures), names)
    examples = [(example, files.get(example["given"])) for example in report["examples"]]
    metrics = [name for name in report["systems"][report["model"]] if name not in _NOT_METRICS]
    loader = jinja2.PackageLoader("rnn_zoo.tasks.captioning", "templates")
    page = jinja2.Environment(loader=loader, autoescape=True).get_template("captions.html.j2")
    with atomic_file(path) as file:
        file.write(page.render(title=title, report=report, examples=examples, metrics=metrics))


def check_pictures(pictures: str | Path | None) -> None:
    """FileNotFoundError or ValueError, before any training, unless pictures are None, a folder or a .tar file."""
    if pictures is None or Path(pictures).is_dir():
        return
    if not Path(pictures).is_file():
        raise FileNotFoundError(f"`pictures`: there is no folder or .tar file {pictures}.")
    path = Path(pictures)
    with reading(path, "a .tar file of pictures"), tarfile.open(path) as archive:
        archive.next()


def _read(place, names):
    """name -> the image's bytes in base64."""
    if place.is_dir():
        found = {name: (place / name).read_bytes() for name in names if (place / name).is_file()}
    elif place.is_file():
        with reading(place, "a .tar file of pictures"), tarfile.open(place) as archive:
            members = {Path(member.name).name: member for member in archive if member.isfile()}
            found = {name: archive.extractfile(members[name]).read() for name in names if name in members}
    else:
        raise FileNotFoundError(f"`pictures`: there is no folder or .tar file {place}.")
    return {name: base64.b64encode(image).decode() for name, image in found.items()}
