"""A whole dataset on disk: an exporter's files, the manifest and the card, all or nothing."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Any

import torch

from synthgen.components import DatasetInfo, Exporter, SampleBatch
from synthgen.errors import PluginError, SynthgenError, describe
from synthgen.export.card import dataset_card
from synthgen.export.manifest import add_counts, dataset_facts, write_manifest
from synthgen.export.originals import Originals
from synthgen.export.partial import partial_dataset
from synthgen.export.shards import Progress, ShardCutter, Tally, plan_shards
from synthgen.files import reason
from synthgen.given_latents import GivenLatents
from synthgen.output_folder import JOURNAL, MANIFEST, OutputFolder
from synthgen.prefetch import prefetch
from synthgen.sampling import ClassPlan
from synthgen.synthesizer import Synthesizer

logger = logging.getLogger("synthgen")


def export_dataset(
    synthesizer: Synthesizer,
    plan: ClassPlan,
    exporter: Exporter,
    exporter_name: str,
    directory: Path,
    *,
    seed: int = 0,
    latents: GivenLatents | None = None,
    originals: Originals | None = None,
    shard_size: int | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Write the plan's samples with `exporter` into the new folder `directory`; return the manifest's head.

    `originals` come first where they are given. `latents` are what the samples begin with, instead of drawn
    ones. The head is the manifest without `files`, of which there may
    be millions. The same model, plan, exporter and seed give the same bytes of every file, and need the same
    memory for however many samples. An export that was stopped goes on, when it is called for again, after
    the last shard that was complete.

    Raises UsageError if the folder is taken, PluginError if generator, codec or exporter fail.
    """
    real = len(originals) if originals else 0
    count = real + plan.count
    shards = plan_shards(count, shard_size or exporter.shard_size)
    data = str(synthesizer.source.get("data", "unnamed data"))
    given = synthesizer.given
    info = DatasetInfo(data, synthesizer.classes, count, len(str(count - 1)), real, len(shards), given)
    if latents is not None:
        latents.check_count(plan.count)
    facts = dataset_facts(synthesizer, plan, seed, real, latents)
    facts["format"] = {"name": exporter_name, "options": exporter.options.model_dump(mode="json")}
    request = _digest(facts, shards[0].count, synthesizer, originals)
    with partial_dataset(directory, request) as folder:
        tally = Tally.begin(len(info.classes), folder.note)
        if tally.count:
            logger.info("going on with the export into %s at sample %s", directory, f"{tally.count:,}")
        if progress:
            progress(tally.count)
        try:
            with closing(_samples(synthesizer, plan, seed, originals, latents, tally.count)) as samples:
                cutter = ShardCutter(samples, tally, progress)
                for shard in shards[tally.shards :]:
                    batches = cutter.take(shard.count)
                    call_exporter(exporter_name, exporter.write, batches, info, shard, folder)
                    _check_taken(exporter_name, tally.count - shard.start, shard.count)
                    tally.shards += 1
                    folder.complete_shard(tally.note())
            info = tally.describe(info)
            folders = call_exporter(exporter_name, exporter.folders, info)
            head = add_counts(facts, synthesizer.classes, tally, folders)
            usage = call_exporter(exporter_name, exporter.usage, info)
            front_matter = call_exporter(exporter_name, exporter.front_matter, info)
            folder.add_card(dataset_card(head, usage, front_matter).encode())
            _check_recorded(exporter_name, folder)
            write_manifest(folder.path / MANIFEST, head, folder.recorded())
        except OSError as error:
            raise SynthgenError(f"cannot write {directory}: {reason(error)}") from error
    return head


def _digest(
    facts: dict[str, Any], shard_size: int, synthesizer: Synthesizer, originals: Originals | None
) -> str:
    """What must be equal for an export to go on with what another has left; arithmetic too."""
    real = (
        [originals.fingerprint, hashlib.sha256(originals.index.tobytes()).hexdigest()] if originals else None
    )
    text = json.dumps(
        [facts, shard_size, synthesizer.codec.chunk, synthesizer.device.type, torch.__version__, real],
        sort_keys=True,
    )
    return hashlib.sha256(text.encode()).hexdigest()


def _samples(
    synthesizer: Synthesizer,
    plan: ClassPlan,
    seed: int,
    originals: Originals | None,
    latents: GivenLatents | None,
    start: int,
) -> Generator[SampleBatch, None, None]:
    """The dataset's samples from number `start` on: the originals, then the synthetic ones."""
    real = len(originals) if originals else 0
    if originals:
        yield from originals.stream(start)
    synthetic = synthesizer.stream(plan, seed, max(0, start - real), latents=latents)
    if (
        synthesizer.device.type != "cpu"
    ):  # a CPU would only take from the exporter what it gives the generator
        synthetic = prefetch(synthetic)
    for batch in synthetic:
        yield batch._replace(start=real + batch.start)


def call_exporter(name: str, method: Any, *args: Any) -> Any:
    """Call an exporter's method; what is not an expected error is the plugin's fault."""
    try:
        return method(*args)
    except (SynthgenError, OSError):
        raise
    except MemoryError as error:
        raise SynthgenError(f"not enough memory for exporter '{name}'; try a smaller shard_size") from error
    except Exception as error:
        raise PluginError(f"exporter '{name}' failed: {describe(error)}") from error


def _check_taken(name: str, taken: int, count: int) -> None:
    if taken != count:
        raise PluginError(f"exporter '{name}' took {taken} of {count} samples")


def _check_recorded(name: str, folder: OutputFolder) -> None:
    """Every file must have gone through the folder, or the manifest would not know it."""
    found = sum(len(files) for _, _, files in os.walk(folder.path)) - (folder.path / JOURNAL).exists()
    if found != folder.files:
        raise PluginError(
            f"exporter '{name}' left {found} files of which {folder.files} went through the folder it was"
            " given; it must write with the folder's methods write, open and create"
        )
