import os
import stat
import subprocess
import sys
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as some

from rnn_zoo.files import atomic, atomic_file, atomic_folder, remove_leftovers

OLD, NEW = "old " * 5_000, "new " * 20_000

# Each writes the new content and dies before the call of `os` or `shutil` with the number given in argv[3], counted
# over all of them; every system call of the write comes from one of these.
WRITER = """
    import os, shutil, signal, sys, tempfile
    kind, target, die_at = sys.argv[1], sys.argv[2], int(sys.argv[3])
    sys.path.append(sys.argv[4])  # the module by itself: the package takes seconds to import
    import atomic
    from atomic import atomic_file, atomic_folder
    calls = 0
    def deadly(function):
        def wrapped(*args, **kwargs):
            global calls
            calls += 1
            if calls == die_at:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*args, **kwargs)
        return wrapped
    for module, names in (
        (tempfile, ["mkdtemp"]),
        (os, ["open", "mkdir", "fsync", "chmod", "replace", "rename", "fdopen", "unlink"]),
        (shutil, ["rmtree"]), (atomic, ["_exchange"]),
    ):
        for name in names:
            setattr(module, name, deadly(getattr(module, name)))
    new = "new " * 20_000
    write = deadly(lambda file, text: file.write(text))
    if kind == "file":
        with atomic_file(target) as file:
            write(file, new[:40_000])
            file.flush()
            write(file, new[40_000:])
    else:
        with atomic_folder(target) as folder:
            for name in ("one.txt", "two.txt"):
                with open(folder / name, "w") as file:
                    write(file, new)
"""


def write_and_die(kind, target, at):
    arguments = [kind, str(target), str(at), os.path.dirname(atomic.__file__)]
    return subprocess.run([sys.executable, "-S", "-c", textwrap.dedent(WRITER), *arguments], check=False).returncode


def folder_content(path):
    return {file.name: file.read_text() for file in path.iterdir()}


@pytest.mark.parametrize("exists", [True, False])
def test_a_file_is_old_or_new_after_a_kill_at_any_point(tmp_path, exists):
    target, seen = tmp_path / "result.csv", set()
    for at in range(1, 20):
        if exists:
            target.write_text(OLD)
        else:
            target.unlink(missing_ok=True)
        status = write_and_die("file", target, at)
        seen.add(target.read_text() if target.exists() else None)
        if status == 0:
            break
    assert status == 0 and at > 5, "the points at which to die were not all reached"
    assert seen == {OLD if exists else None, NEW}


@pytest.mark.parametrize("exists", [True, False])
def test_a_folder_is_old_or_new_after_a_kill_at_any_point(tmp_path, exists):
    target = tmp_path / "export"
    old, new, seen = {"one.txt": OLD, "gone.txt": OLD}, {"one.txt": NEW, "two.txt": NEW}, []
    for at in range(1, 20):
        with atomic_folder(target) as folder:
            for name, text in old.items():
                (folder / name).write_text(text)
        if not exists:
            for name in old:
                (target / name).unlink()
            target.rmdir()
        status = write_and_die("folder", target, at)
        seen.append(folder_content(target) if target.exists() else None)
        if status == 0:
            break
    assert status == 0 and at > 4, "the points at which to die were not all reached"
    assert seen[0] == (old if exists else None)
    assert seen[-1] == new
    assert all(content in (seen[0], new) for content in seen)


def test_a_reader_sees_the_old_file_or_the_new_one_while_it_is_replaced(tmp_path):
    target = tmp_path / "result.csv"
    target.write_text(OLD)
    with atomic_file(target) as file:
        file.write(NEW)
        file.flush()
        assert target.read_text() == OLD
    assert target.read_text() == NEW


def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path):
    target = tmp_path / "result.csv"
    target.write_text(OLD)
    with pytest.raises(RuntimeError, match="disk"), atomic_file(target) as file:
        file.write(NEW)
        raise RuntimeError("disk")
    assert folder_content(tmp_path) == {"result.csv": OLD}


def test_an_error_leaves_the_old_folder_and_nothing_else(tmp_path):
    target = tmp_path / "export"
    with atomic_folder(target) as folder:
        (folder / "one.txt").write_text(OLD)
    with pytest.raises(RuntimeError, match="disk"), atomic_folder(target) as folder:
        (folder / "one.txt").write_text(NEW)
        raise RuntimeError("disk")
    assert folder_content(target) == {"one.txt": OLD}
    assert [path.name for path in tmp_path.iterdir()] == ["export"]


FULL = [OSError(28, "No space left on device"), RuntimeError("SaveV2: a.data; File too large"), OSError("errno = 28")]


@pytest.mark.parametrize("error", FULL)
def test_a_full_disk_is_told_by_name_and_leaves_nothing(tmp_path, error):
    for write, name in ((atomic_file, "a.csv"), (atomic_folder, "export")):
        with pytest.raises(OSError, match=rf"{name} cannot be written: .*\. Free some space"), write(tmp_path / name):
            raise error
    assert folder_content(tmp_path) == {}


@given(text=some.text(some.characters(exclude_categories=["Cs"], exclude_characters="\r")))
def test_text_is_written_in_utf8(tmp_path_factory, text):
    target = tmp_path_factory.mktemp("text") / "a.txt"
    with atomic_file(target) as file:
        file.write(text)
    assert target.read_bytes().decode("utf-8") == text.replace("\n", os.linesep)


@given(content=some.binary())
def test_bytes_are_written_as_they_are(tmp_path_factory, content):
    target = tmp_path_factory.mktemp("bytes") / "a.bin"
    with atomic_file(target, "wb") as file:
        file.write(content)
    assert target.read_bytes() == content


def test_missing_parents_are_made(tmp_path):
    with atomic_file(tmp_path / "a" / "b" / "c.txt") as file:
        file.write("text")
    with atomic_folder(tmp_path / "d" / "e") as folder:
        (folder / "f").mkdir()
    assert (tmp_path / "a" / "b" / "c.txt").read_text() == "text"
    assert (tmp_path / "d" / "e" / "f").is_dir()


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(("umask", "of_file", "of_folder"), [(0o022, 0o644, 0o755), (0o077, 0o600, 0o700)])
def test_a_new_file_has_the_permissions_of_the_process(tmp_path, umask, of_file, of_folder):
    before = os.umask(umask)
    try:
        with atomic_file(tmp_path / "a.txt") as file:
            file.write("text")
        with atomic_folder(tmp_path / "b"):
            pass
    finally:
        os.umask(before)
    assert (mode(tmp_path / "a.txt"), mode(tmp_path / "b")) == (of_file, of_folder)


def test_a_replaced_file_or_folder_keeps_its_permissions(tmp_path):
    file, folder = tmp_path / "a.txt", tmp_path / "b"
    file.write_text(OLD)
    folder.mkdir()
    file.chmod(0o640)
    folder.chmod(0o750)
    with atomic_file(file) as written:
        written.write(NEW)
    with atomic_folder(folder):
        pass
    assert (file.read_text(), mode(file), mode(folder)) == (NEW, 0o640, 0o750)


def test_a_link_stays_and_its_target_is_written(tmp_path):
    (tmp_path / "real").mkdir()
    for name, target in (("a.txt", "real/a.txt"), ("b", "real/b")):
        (tmp_path / name).symlink_to(target)
    for text in (OLD, NEW):
        with atomic_file(tmp_path / "a.txt") as file:
            file.write(text)
        with atomic_folder(tmp_path / "b") as folder:
            (folder / "c.txt").write_text(text)
        assert (tmp_path / "real" / "a.txt").read_text() == text
        assert folder_content(tmp_path / "real" / "b") == {"c.txt": text}
        assert (tmp_path / "a.txt").is_symlink() and (tmp_path / "b").is_symlink()


def test_a_device_a_pipe_and_an_empty_name_are_refused(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path, because in ((pipe, "a pipe"), (os.devnull, "a device"), (tmp_path, "a folder"), ("", "give a name")):
        with pytest.raises(ValueError, match=because), atomic_file(path):
            pass
    with pytest.raises(ValueError, match="is a file, not a folder"), atomic_folder(pipe):
        pass
    assert stat.S_ISFIFO(pipe.stat().st_mode) and stat.S_ISCHR(os.stat(os.devnull).st_mode)


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_the_next_write_removes_what_a_killed_process_left(tmp_path, kind):
    target = tmp_path / "resu[l]t.csv"
    assert write_and_die(kind, target, 3) != 0
    (tmp_path / ".another.txt.12-ab").write_text("not ours")
    assert len(list(tmp_path.iterdir())) == 2
    with (atomic_file if kind == "file" else atomic_folder)(target):
        pass
    assert {path.name for path in tmp_path.iterdir()} == {target.name, ".another.txt.12-ab"}


def test_what_a_living_process_still_writes_stays(tmp_path):
    with atomic_file(tmp_path / "a.txt") as slow:
        with atomic_file(tmp_path / "a.txt") as fast:
            fast.write("fast")
        remove_leftovers(tmp_path / "a.txt")
        slow.write("slow")
    assert folder_content(tmp_path) == {"a.txt": "slow"}


def test_relative_paths_and_strings(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for text in ("one", "two"):
        with atomic_file("a.txt") as file:
            file.write(text)
        with atomic_folder("b") as folder:
            (folder / "c.txt").write_text(text)
    assert folder_content(tmp_path / "b") == {"c.txt": "two"}
    assert (tmp_path / "a.txt").read_text() == "two"


def test_a_folder_is_replaced_where_the_file_system_cannot_exchange(tmp_path, monkeypatch):
    class Libc:
        @staticmethod
        def renameat2(*arguments):
            return -1

    monkeypatch.setattr(atomic.ctypes, "CDLL", lambda *arguments, **options: Libc)
    for text in (OLD, NEW):
        with atomic_folder(tmp_path / "export") as folder:
            (folder / "one.txt").write_text(text)
    assert folder_content(tmp_path / "export") == {"one.txt": NEW}
    assert [path.name for path in tmp_path.iterdir()] == ["export"]
