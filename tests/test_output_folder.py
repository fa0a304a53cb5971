from __future__ import annotations

import hashlib

import pytest

from synthgen import OutputFolder
from synthgen.output_folder import OtherRequest


def test_files_are_recorded_with_sum_and_size_in_the_order_of_writing(tmp_path):
    folder = OutputFolder.begin(tmp_path / "out", "request")
    folder.write("b/two.bin", b"two")
    with folder.open("a.bin") as file:
        file.write(b"xx")
        file.seek(0)
        file.write(b"y")
    with folder.create("c.txt") as path:
        path.write_bytes(b"library")
    records = list(folder.recorded())
    folder.close()
    assert [record["file"] for record in records] == ["b/two.bin", "a.bin", "c.txt"]
    for record, content in zip(records, (b"two", b"yx", b"library"), strict=True):
        assert record["sha256"] == hashlib.sha256(content).hexdigest()
        assert record["bytes"] == len(content) == (tmp_path / "out" / record["file"]).stat().st_size


def test_a_name_is_written_once(tmp_path):
    folder = OutputFolder.begin(tmp_path, "request")
    folder.write("a", b"1")
    with pytest.raises(ValueError, match="a is there already"):
        folder.write("a", b"2")
    with pytest.raises(ValueError, match="a is there already"), folder.open("a"):
        pass
    folder.close()
    assert (tmp_path / "a").read_bytes() == b"1"


@pytest.mark.parametrize("name", ["../a", "/a", "x/../../a", "", "."])
def test_a_name_stays_in_the_folder(tmp_path, name):
    folder = OutputFolder.begin(tmp_path / "out", "request")
    with pytest.raises(ValueError, match="relative to the folder"):
        folder.write(name, b"")
    folder.close()


def test_going_on_forgets_files_of_a_shard_that_was_not_complete(tmp_path):
    folder = OutputFolder.begin(tmp_path, "request")
    folder.write("a", b"1")
    folder.complete_shard({"count": 1})
    folder.write("b", b"2")
    folder.close()

    folder = OutputFolder.go_on(tmp_path, "request")
    assert folder.note == {"count": 1}
    assert folder.files == 1
    assert not (tmp_path / "b").exists()
    folder.write("b", b"22")
    folder.complete_shard({"count": 2})
    assert [record["bytes"] for record in folder.recorded()] == [1, 2]
    folder.close()


def test_there_is_nothing_to_go_on_with_before_the_first_shard(tmp_path):
    assert OutputFolder.go_on(tmp_path, "request") is None
    folder = OutputFolder.begin(tmp_path, "request")
    folder.write("a", b"1")
    folder.close()
    assert OutputFolder.go_on(tmp_path, "request") is None
    assert OutputFolder.go_on(tmp_path, "other") is None


def test_complete_shards_of_another_request_are_told_and_left_alone(tmp_path):
    folder = OutputFolder.begin(tmp_path, "request")
    folder.write("a", b"1")
    folder.complete_shard({"count": 1})
    folder.close()
    with pytest.raises(OtherRequest) as told:
        OutputFolder.go_on(tmp_path, "other")
    assert told.value.args == ({"count": 1},)
    assert (tmp_path / "a").exists()
