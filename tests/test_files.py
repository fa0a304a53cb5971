import hashlib
import os
from pathlib import Path

import pytest

from synthgen.errors import SynthgenError, UsageError
from synthgen.files import new_directory, sha256_file, write_atomically


def names(folder):
    return [path.name for path in folder.iterdir()]


def test_bytes_and_functions_are_written_and_replace_what_was_there(tmp_path):
    path = tmp_path / "a.bin"
    write_atomically(path, b"old")
    write_atomically(path, lambda file: file.write(b"new"))
    assert path.read_bytes() == b"new"
    assert names(tmp_path) == ["a.bin"]


def test_a_failing_write_leaves_the_old_file_and_no_temporary_one(tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")

    def fail(file):
        file.write(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, fail)
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a.bin"]


def test_a_write_into_no_folder_is_an_expected_error_that_names_the_file(tmp_path):
    with pytest.raises(SynthgenError, match=r"cannot write .*gone/a.bin: No such file"):
        write_atomically(tmp_path / "gone" / "a.bin", b"")


@pytest.mark.parametrize("path", [".", "..", "there"])
def test_a_file_cannot_be_written_in_the_place_of_a_folder(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").mkdir()
    with pytest.raises(UsageError, match=r"cannot write \.?\.?t?.*: it is a folder; name a file in it"):
        write_atomically(Path(path), b"")
    assert names(tmp_path) == ["there"]


def test_a_new_directory_appears_only_when_its_block_has_ended(tmp_path):
    final = tmp_path / "made" / "out"
    with new_directory(final) as folder:
        assert folder.name.startswith(".out.partial-")
        (folder / "x").write_text("x")
        assert not final.exists()
    assert names(tmp_path / "made") == ["out"]
    assert (final / "x").read_text() == "x"


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_failing_block_leaves_nothing(tmp_path, error):
    with pytest.raises(error), new_directory(tmp_path / "out") as folder:
        (folder / "x").write_text("x")
        raise error
    assert not any(tmp_path.iterdir())


def test_an_empty_folder_may_be_there_before(tmp_path):
    final = tmp_path / "out"
    final.mkdir()
    with new_directory(final) as folder:
        (folder / "x").touch()
    assert names(final) == ["x"]


@pytest.mark.parametrize("kind", ["file", "full"])
def test_a_taken_place_is_refused_and_kept(tmp_path, kind):
    final = tmp_path / "out"
    if kind == "full":
        final.mkdir()
    taken = final / "mine" if kind == "full" else final
    taken.write_text("mine")
    with pytest.raises(UsageError, match=r"output folder .*out exists; name one"), new_directory(final):
        pass
    assert taken.read_text() == "mine"
    assert names(tmp_path) == ["out"]


def test_a_place_taken_while_the_block_ran_is_kept(tmp_path):
    final = tmp_path / "out"
    with pytest.raises(UsageError, match="exists"), new_directory(final):
        final.write_text("theirs")
    assert names(tmp_path) == ["out"]


def test_the_current_folder_is_refused_though_it_is_empty(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="the folder you are in"), new_directory(tmp_path):
        pass


def test_a_parent_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(UsageError, match=r"output folder .* cannot be"),
        new_directory(tmp_path / "file" / "out"),
    ):
        pass


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_an_unwritable_parent_is_refused(tmp_path):
    tmp_path.chmod(0o500)
    with (
        pytest.raises(UsageError, match="cannot be made: Permission denied"),
        new_directory(tmp_path / "out"),
    ):
        pass


def test_the_sum_of_a_file_is_its_sha256(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(bytes(range(256)) * 1000)
    assert sha256_file(path) == hashlib.sha256(path.read_bytes()).hexdigest()
