"""An export that was stopped goes on after its last complete shard, to the very same bytes."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tests_support import tree

from synthgen import Dataset
from synthgen.errors import PluginError, SynthgenError, UsageError
from synthgen.export import dataset
from synthgen.export.dataset import export_dataset
from synthgen.export.image_folder import ImageFolderExporter
from synthgen.export.npz import NpzExporter
from synthgen.export.originals import Originals

EXPORTERS = {
    "npz": NpzExporter(NpzExporter.Options()),
    "image_folder": ImageFolderExporter(ImageFolderExporter.Options()),
}


def export(model, folder, format_="npz", *, count=700, size=200, progress=None, seed=3, **more):
    return export_dataset(
        model,
        model.plan(count),
        EXPORTERS[format_],
        format_,
        folder,
        seed=seed,
        shard_size=size,
        progress=progress,
        **more,
    )


class Stop:
    """Ctrl-C once so many samples are written."""

    def __init__(self, at: int) -> None:
        self.left = at

    def __call__(self, samples: int) -> None:
        self.left -= samples
        if self.left <= 0:
            raise KeyboardInterrupt


@pytest.mark.parametrize("format_", EXPORTERS)
def test_an_interrupted_export_goes_on_to_the_same_bytes(make_model, tmp_path, format_):
    export(make_model(), tmp_path / "whole", format_)
    with pytest.raises(KeyboardInterrupt):
        export(make_model(), tmp_path / "out", format_, progress=Stop(at=450))
    assert not (tmp_path / "out").exists()
    told = []
    export(make_model(), tmp_path / "out", format_, progress=told.append)
    assert told[0] == 400, "two shards of 200 were complete"
    assert sum(told) == 700
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out", "whole"]


def test_an_export_goes_on_from_within_the_originals(make_model, tmp_path):
    model = make_model()
    x = np.random.default_rng(0).integers(0, 256, (500, 6, 5), np.uint8)
    originals = Originals.of(Dataset("real", x, np.arange(500) % 2, model.classes), "fingerprint")
    export(model, tmp_path / "whole", originals=originals)
    with pytest.raises(KeyboardInterrupt):
        export(model, tmp_path / "out", originals=originals, progress=Stop(at=300))
    export(model, tmp_path / "out", originals=originals)
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")


def test_it_says_what_is_kept_and_where_it_goes_on(make_model, tmp_path, caplog):
    caplog.set_level(logging.INFO, "synthgen")
    with pytest.raises(KeyboardInterrupt):
        export(make_model(), tmp_path / "out", progress=Stop(at=450))
    assert "400 samples are kept" in caplog.text
    export(make_model(), tmp_path / "out")
    assert "going on with the export" in caplog.text
    assert "at sample 400" in caplog.text


@pytest.mark.parametrize("change", [{"seed": 4}, {"size": 100}, {"count": 701}])
def test_what_another_export_left_is_neither_gone_on_with_nor_lost(make_model, tmp_path, change):
    export(make_model(), tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        export(make_model(), tmp_path / "out", progress=Stop(at=450))
    with pytest.raises(UsageError, match=r"400 samples of another export are kept in .*\.out\.partial"):
        export(make_model(), tmp_path / "out", **change)
    export(make_model(), tmp_path / "out")
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")


def stopped(model, folder, format_="npz"):
    """An export of 700 samples, stopped after two shards of 200; the folder in which they are kept."""
    with pytest.raises(KeyboardInterrupt):
        export(model, folder, format_, progress=Stop(at=450))
    return folder.with_name(f".{folder.name}.partial")


@pytest.mark.parametrize("format_", EXPORTERS)
def test_a_manifest_that_could_not_be_written_is_written_the_next_time(
    make_model, tmp_path, monkeypatch, format_
):
    def fill_disk(path, head, files):
        path.write_bytes(b"{")
        raise OSError(28, "No space left on device")

    export(make_model(), tmp_path / "whole", format_)
    monkeypatch.setattr(dataset, "write_manifest", fill_disk)
    with pytest.raises(SynthgenError, match="No space left"):
        export(make_model(), tmp_path / "out", format_)
    monkeypatch.undo()
    told = []
    export(make_model(), tmp_path / "out", format_, progress=told.append)
    assert told[0] == 700, "every shard was complete"
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")


@pytest.mark.parametrize("harm", [lambda path: path.write_bytes(b""), Path.unlink])
def test_a_shard_whose_file_was_lost_is_made_again(make_model, tmp_path, harm):
    export(make_model(), tmp_path / "whole")
    harm(stopped(make_model(), tmp_path / "out") / "dataset-00001-of-00004.npz")
    told = []
    export(make_model(), tmp_path / "out", progress=told.append)
    assert told[0] == 200
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")


def test_a_journal_that_lost_the_end_of_its_last_line_is_believed_up_to_there(make_model, tmp_path):
    export(make_model(), tmp_path / "whole")
    journal = stopped(make_model(), tmp_path / "out") / ".journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    last = max(i for i, line in enumerate(lines) if b'"shard"' in line)
    journal.write_bytes(b"".join(lines[: last + 1])[:-1])
    told = []
    export(make_model(), tmp_path / "out", progress=told.append)
    assert told[0] == 200
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")


def test_a_folder_whose_name_was_taken_meanwhile_is_kept_whole(make_model, tmp_path):
    out = tmp_path / "out"

    def take_the_name(samples):
        out.mkdir(exist_ok=True)
        (out / "mine").touch()

    with pytest.raises(UsageError, match="exists"):
        export(make_model(), out, progress=take_the_name)
    (out / "mine").unlink()
    told = []
    export(make_model(), out, progress=told.append)
    assert told[0] == 700


def test_before_the_first_complete_shard_nothing_is_kept(make_model, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        export(make_model(), tmp_path / "out", progress=Stop(at=150))
    assert not any(tmp_path.iterdir())


def test_a_process_that_was_killed_leaves_what_another_goes_on_with(make_model, tmp_path):
    """Files of the shard in hand are on the disk and not in the journal, whose last line is cut short."""
    export(make_model(), tmp_path / "whole", "image_folder")
    with pytest.raises(KeyboardInterrupt):
        export(make_model(), tmp_path / "out", "image_folder", progress=Stop(at=450))
    partial = tmp_path / ".out.partial"
    (partial / "four").mkdir(exist_ok=True)
    whole = sorted(p.relative_to(tmp_path / "whole") for p in (tmp_path / "whole").rglob("4[0-9][0-9].png"))
    (partial / whole[0]).write_bytes(b"half a picture")
    with (partial / ".journal.jsonl").open("ab") as journal:
        journal.write(b'{"file": "four/40')
    export(make_model(), tmp_path / "out", "image_folder")
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")


def test_two_processes_do_not_write_one_folder(make_model, tmp_path):
    hold = (
        "import sys; from filelock import FileLock; lock = FileLock(sys.argv[1]); lock.acquire();"
        " print(1, flush=True); input()"
    )
    command = [sys.executable, "-c", hold, str(tmp_path / ".out.lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        other.stdout.readline()
        with pytest.raises(UsageError, match="just being written by another process"):
            export(make_model(), tmp_path / "out")
        other.communicate(b"\n")
    export(make_model(), tmp_path / "out")


def test_a_file_that_did_not_go_through_the_folder_is_told(make_model, tmp_path):
    class Sly(NpzExporter):
        def write(self, batches, info, shard, folder):
            super().write(batches, info, shard, folder)
            (folder.path / "extra.txt").touch()

    with pytest.raises(PluginError, match="left 3 files of which 2 went through the folder"):
        export_dataset(
            make_model(), make_model().plan(10), Sly(NpzExporter.Options()), "sly", tmp_path / "out"
        )
    assert not (tmp_path / "out").exists()


def test_the_manifest_of_many_shards_counts_all_of_them(make_model, tmp_path):
    head = export(make_model(), tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert head["count"] == manifest["count"] == 700
    assert sum(entry["count"] for entry in manifest["classes"]) == 700
    assert [name for name in manifest["files"] if name != "README.md"] == [
        f"dataset-0000{i}-of-00004.npz" for i in range(4)
    ]


def peak_memory(count: int, out: Path) -> int:
    """Bytes that a process needs at most to export so many samples."""
    code = (
        "import resource, sys; from pathlib import Path; sys.path[:0] = sys.argv[3:]\n"
        "import conftest, torch; torch.set_num_threads(1)\n"
        "from test_export_resume import export\n"
        "export(conftest.make_model.__wrapped__()(), Path(sys.argv[2]), count=int(sys.argv[1]), size=5000)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    here = Path(__file__).parent
    done = subprocess.run(
        [sys.executable, "-c", code, str(count), str(out), str(here), str(here.parent)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    return int(done.stdout) * (1 if sys.platform == "darwin" else 1024)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs the module resource")
def test_forty_times_as_many_samples_need_no_more_memory(tmp_path):
    few, many = peak_memory(5_000, tmp_path / "few"), peak_memory(200_000, tmp_path / "many")
    assert many < few + 10 * 2**20
    assert sorted(p.name for p in tmp_path.iterdir()) == ["few", "many"]
