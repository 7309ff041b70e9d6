"""caption_page: pictures with what a model writes of them, as one HTML file."""

import base64
import tarfile
from pathlib import Path

from rnn_zoo.files import atomic_file

_NOT_METRICS = ("parameters", "train_seconds")


def caption_page(report, pictures, path, *, title):
    """Writes one HTML file with the pictures inside it, beside what was written of them and what was expected.

    Args:
        report: dict that `writing_report` returned; each example's "given" is the name of an image file.
        pictures: folder, or .tar file, with the images; None: the page has none.
        path: file to write, .html.
        title: str.
    Raises:
        FileNotFoundError: `pictures` is not there. An image that it lacks is left out.
    """
    import jinja2

    files = {} if pictures is None else _read(Path(pictures), {example["given"] for example in report["examples"]})
    examples = [(example, files.get(example["given"])) for example in report["examples"]]
    metrics = [name for name in report["systems"][report["model"]] if name not in _NOT_METRICS]
    loader = jinja2.PackageLoader("rnn_zoo.evaluation", "templates")
    page = jinja2.Environment(loader=loader, autoescape=True).get_template("captions.html.j2")
    with atomic_file(path) as file:
        file.write(page.render(title=title, report=report, examples=examples, metrics=metrics))


def _read(place, names):
    """dict of name to an image's bytes in base64."""
    if place.is_dir():
        found = {name: (place / name).read_bytes() for name in names if (place / name).is_file()}
    elif place.is_file():
        with tarfile.open(place) as archive:
            members = {Path(member.name).name: member for member in archive if member.isfile()}
            found = {name: archive.extractfile(members[name]).read() for name in names if name in members}
    else:
        raise FileNotFoundError(f"`pictures`: there is no folder or .tar file {place}.")
    return {name: base64.b64encode(image).decode() for name, image in found.items()}
