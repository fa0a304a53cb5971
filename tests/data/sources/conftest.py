"""A machine of its own for each test: empty cache folder, no data, and mirrors that only this machine has."""

import gzip
import hashlib
import io
import socket
import tarfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

import numpy as np
import pytest
from torchvision import datasets

from ..helpers import idx_bytes, mnist_like

IDX_SETS = ("MNIST", "FashionMNIST", "KMNIST")


def write_mnist(folder: Path, *, compress: bool = False) -> None:
    """20 random images to train and 10 to test as MNIST's four files."""
    folder.mkdir(parents=True, exist_ok=True)
    for prefix, count in (("train", 20), ("t10k", 10)):
        x, y = mnist_like(count, seed=count)
        for kind, array in (("images-idx3", x), ("labels-idx1", y)):
            name, content = f"{prefix}-{kind}-ubyte", idx_bytes(array)
            if compress:
                (folder / f"{name}.gz").write_bytes(gzip.compress(content))
            else:
                (folder / name).write_bytes(content)


def batch_pickle(data: bytes, shape: tuple[int, int], labels: list[int]) -> bytes:
    """A batch file of CIFAR-10 as Python 2 and its NumPy pickled it: texts are byte strings, protocol 2."""

    def text(value: bytes) -> bytes:
        return b"U" + bytes([len(value)]) + value

    def number(value: int) -> bytes:
        return b"J" + value.to_bytes(4, "little", signed=True)

    dtype = b"cnumpy\ndtype\n(" + text(b"u1") + b"K\x00K\x01tR" + b"(K\x03" + text(b"|") + b"NNN"
    dtype += number(-1) * 2 + b"K\x00tb"
    array = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\x00t" + text(b"b") + b"tR"
    array += b"(K\x01(" + number(shape[0]) + number(shape[1]) + b"t" + dtype + b"I00\n"
    array += b"T" + len(data).to_bytes(4, "little") + data + b"tb"
    items = text(b"batch_label") + text(b"a batch") + text(b"labels") + b"]("
    items += b"".join(map(number, labels)) + b"e" + text(b"data") + array
    return b"\x80\x02}(" + items + b"u."


def cifar_batches() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Four images, channels first, and labels for each of the six batch files."""
    rng = np.random.default_rng(0)
    names = [*(f"data_batch_{n}" for n in range(1, 6)), "test_batch"]
    return {name: (rng.integers(0, 256, (4, 3, 32, 32), np.uint8), rng.integers(0, 10, 4)) for name in names}


def write_cifar10(folder: Path) -> None:
    """The folder of CIFAR-10's archive for Python, with the batches above."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (pixels, labels) in cifar_batches().items():
        (folder / name).write_bytes(batch_pickle(pixels.tobytes(), (4, 3072), labels.tolist()))
    (folder / "batches.meta").write_bytes(b"\x80\x02}.")


def write_cifar10_archive(path: Path) -> None:
    """The archive itself; it holds its folder, as the official one does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as tar, TemporaryDirectory() as folder:
        write_cifar10(Path(folder))
        tar.add(folder, "cifar-10-batches-py")
        tar.addfile(tarfile.TarInfo("cifar-10-batches-py/../../stray"), io.BytesIO())


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    """The user's cache folder, empty; SYNTHGEN_DATA is unset."""
    monkeypatch.delenv("SYNTHGEN_DATA", raising=False)
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: tmp_path / "cache" / name)
    return tmp_path / "cache" / "synthgen"


@pytest.fixture
def mirror(tmp_path, monkeypatch) -> Iterator[Path]:
    """The folder of a mirror, the only one, that has MNIST, its likes and CIFAR-10."""
    folder = tmp_path / "mirror"
    write_mnist(folder, compress=True)
    sums = {file.name: hashlib.md5(file.read_bytes()).hexdigest() for file in folder.iterdir()}
    archive = folder / datasets.CIFAR10.filename
    write_cifar10_archive(archive)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=folder)) as server:
        address = f"http://127.0.0.1:{server.server_port}/"
        for name in IDX_SETS:
            base = getattr(datasets, name)
            monkeypatch.setattr(base, "resources", [(file, sums[file]) for file, _ in base.resources])
            monkeypatch.setattr(base, "mirrors", [address])
        monkeypatch.setattr(datasets.CIFAR10, "url", address + archive.name)
        monkeypatch.setattr(datasets.CIFAR10, "tgz_md5", hashlib.md5(archive.read_bytes()).hexdigest())
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield folder
        server.shutdown()
        thread.join()


@pytest.fixture
def silent_mirror() -> Iterator[str]:
    """Address of a mirror that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"


@pytest.fixture
def little_memory(monkeypatch) -> None:
    """A machine with 100 bytes to spare."""
    monkeypatch.setattr("synthgen.data.sources.memory.available_memory", lambda: 100)


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files and logs nothing."""

    def log_message(self, *args: object) -> None:
        """Say nothing."""
