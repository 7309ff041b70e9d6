"""output_file: the file that answers are written to, checked before any work, so that no data are lost."""

from pathlib import Path


def output_file(
    path: str | Path, out: str | Path | None = None, overwrite: bool = False, ending: str = ".predictions.csv"
) -> Path:
    """The file to write the answers to an input file or folder to.

    Args:
        path: the input, which exists.
        out: the file to write. Default None: "reviews.predictions.csv" beside the input "reviews.csv.gz".
        overwrite: whether `out` may be replaced if it exists; the input never is.
        ending: of the default name; its last part states the format, which the name `out` must share.
    Returns:
        the file, which need not exist.
    Raises:
        ValueError: `out` is the input, also by another name or a link, is a folder, or has another ending.
        FileExistsError: `out` exists, and `overwrite` is not given.
    """
    path = Path(path)
    if out is None:
        name = path.name if path.is_dir() else path.name.removesuffix(".gz").rpartition(".")[0] or path.name
        out = path.with_name(name + ending)
    out, format = Path(out), Path(ending).suffix
    if out.resolve() == path.resolve() or (out.exists() and out.samefile(path)):
        raise ValueError(f"`out` is the input file, {path}; name another one.")
    if out.is_dir():
        raise ValueError(f"`out` must be a file, but {out} is a folder; name a file in it.")
    if out.suffix.lower() != format:
        raise ValueError(
            f"`out` must end in {format}, the format of the answers, got {out}; name it {out.stem}{format}."
        )
    if out.exists() and not overwrite:
        raise FileExistsError(f"{out} already exists; name another `out`, or pass `overwrite` to replace it.")
    return out
