"""What was learnt from real data, kept in a folder for the next time."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors import torch as safetensors
from torch import Tensor

from synthgen.components import Dataset
from synthgen.data.fingerprint import fingerprint
from synthgen.errors import SynthgenError
from synthgen.files import reason, write_atomically

logger = logging.getLogger("synthgen")

State = dict[str, Tensor]


def cached(dataset: Dataset, folder: Path | None, key: str, make: Callable[[], State]) -> State:
    """What `make` gives for this dataset, from the folder if it is there already, and put there if it is not.

    `key` tells apart what is made of the same data. A file that is broken is made again; a folder that cannot be
    written to is only told. Two processes may do this at once: they write the same, each of them whole.
    """
    if folder is None:
        return make()
    name = hashlib.sha256(f"{key} {fingerprint(dataset)}".encode()).hexdigest()[:32]
    path = folder / f"{name}.safetensors"
    state = _read(path)
    if state is None:
        state = make()
        _write(path, state)
    return state


def state_hash(state: Mapping[str, Tensor]) -> str:
    """SHA-256, in hex, of the names, types, shapes and values of tensors."""
    digest = hashlib.sha256()
    for name in sorted(state):
        values = state[name].contiguous().numpy()
        digest.update(f"{name} {values.dtype} {values.shape} ".encode() + values.tobytes())
    return digest.hexdigest()


def _read(path: Path) -> State | None:
    """The file's tensors, if there is one and it is whole."""
    if not path.exists():
        return None
    try:
        with safe_open(path, framework="pt") as file:
            state = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118 - no mapping
            if (file.metadata() or {}).get("sha256") == state_hash(state):
                return state
    except OSError as error:
        logger.warning("cannot read %s: %s; what it holds is made again", path, reason(error))
        return None
    except SafetensorError:
        pass
    logger.warning("%s is cut short or changed; what it holds is made again", path)
    return None


def _write(path: Path, state: State) -> None:
    content = safetensors.save(
        {name: tensor.detach().contiguous() for name, tensor in state.items()}, {"sha256": state_hash(state)}
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content)
    except (SynthgenError, OSError) as error:
        logger.warning("nothing is kept for the next time: %s", error)
