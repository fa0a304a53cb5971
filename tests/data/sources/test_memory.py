import sys

import pytest

from synthgen import DataError
from synthgen.data.sources import memory
from synthgen.data.sources.memory import available_memory, gigabytes, require_memory


@pytest.fixture
def nine_gigabytes(monkeypatch):
    monkeypatch.setattr(memory, "available_memory", lambda: 9_100_000_000)


def test_what_fits_is_let_through(nine_gigabytes):
    require_memory("x/", 9_100_000, (100, 10), "")
    require_memory("x/", 4_550_000, (10, 33, 3), "")


def test_more_than_there_is_is_refused_with_the_figures_and_the_way_out(nine_gigabytes):
    with pytest.raises(
        DataError, match=r"^x/: 9,100,001 images of 100×10 grey need 9\.1 GB of memory; 9\.1 GB"
    ):
        require_memory("x/", 9_100_001, (100, 10), "")
    with pytest.raises(
        DataError,
        match=r"^imagenet/: 1,281,167 images of 64×64 RGB need 31\.5 GB of memory \(twice 15\.7 GB, .*\);"
        r" 9\.1 GB are free: use fewer$",
    ):
        require_memory("imagenet/", 1_281_167, (64, 64, 3), "use fewer")


def test_nothing_is_refused_where_the_system_does_not_say(monkeypatch):
    monkeypatch.setattr(memory, "available_memory", lambda: None)
    require_memory("x/", 10**12, (128, 128), "")


def test_this_machine_has_a_plausible_amount():
    known = available_memory()
    assert known is not None
    assert 2**24 < known < 2**50


@pytest.mark.skipif(sys.platform != "linux", reason="/proc and control groups are Linux's")
def test_the_limit_of_a_container_counts_and_its_cached_files_do_not(tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "_CGROUP", tmp_path)
    free = available_memory()
    assert free is not None
    (tmp_path / "memory.max").write_text("5000\n")
    (tmp_path / "memory.current").write_text("3000\n")
    (tmp_path / "memory.stat").write_text("anon 1000\ninactive_file 700\n")
    assert available_memory() == 2700
    (tmp_path / "memory.max").write_text("max\n")
    unlimited = available_memory()
    assert unlimited is not None
    assert unlimited > 2**24


def test_amounts_read_well():
    assert [gigabytes(n) for n in (15_742_980_096, 61_440_000)] == ["15.7 GB", "61.4 MB"]
