"""A machine of its own for each test: empty cache folder, no data, and mirrors that only this machine has."""

import gzip
import hashlib
import socket
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from torchvision.datasets import MNIST

from ..helpers import idx_bytes, mnist_like


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


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    """The user's cache folder, empty; SYNTHGEN_DATA is unset."""
    monkeypatch.delenv("SYNTHGEN_DATA", raising=False)
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: tmp_path / "cache" / name)
    return tmp_path / "cache" / "synthgen"


@pytest.fixture
def mirror(tmp_path, monkeypatch) -> Iterator[Path]:
    """The folder of a mirror, the only one, that has MNIST."""
    folder = tmp_path / "mirror"
    write_mnist(folder, compress=True)
    sums = {file.name: hashlib.md5(file.read_bytes()).hexdigest() for file in folder.iterdir()}
    monkeypatch.setattr(MNIST, "resources", [(name, sums[name]) for name, _ in MNIST.resources])
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=folder)) as server:
        monkeypatch.setattr(MNIST, "mirrors", [f"http://127.0.0.1:{server.server_port}/"])
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


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files and logs nothing."""

    def log_message(self, *args: object) -> None:
        """Say nothing."""
