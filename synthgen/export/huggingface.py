"""PNG files with a `metadata.jsonl`, and a card that tells the Hugging Face `datasets` library what they are."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from pydantic import Field

from synthgen import DatasetInfo, Exporter, Options, OutputFolder, SampleBatch, Shard
from synthgen.export.images import given_rows, png, sample_names
from synthgen.export.kinds import check_images

_SIZES = {10**3: "n<1K", 10**4: "1K<n<10K", 10**5: "10K<n<100K", 10**6: "100K<n<1M", 10**7: "1M<n<10M"}


class HuggingFaceExporter(Exporter):
    """Hugging Face imagefolder: PNG files in `data/train/`, a `metadata.jsonl` with `file_name` and `label`.

    `load_dataset(FOLDER)` finds the names of the classes in the card; without the card a label is still its
    class's name. JSON lines keep a class called 7, 07 or NA as it is, which CSV does not, and need no extra.
    Numbers that samples are conditioned on are columns of their names. Where originals are included, `real` is true
    for them. With several shards, each has a folder and a
    `metadata.jsonl`; the library reads them in any order, which `sort("sample")` mends.
    """

    shard_size = 5_000  # a folder on the Hub must not have more than 10,000 files

    class Options(Options):
        """How the PNG files are written."""

        compress_level: int = Field(1, ge=0, le=9)
        """zlib's effort, from 0 (none) to 9 (smallest and slowest)."""

    def usage(self, info: DatasetInfo) -> str:
        """Python that reads the dataset."""
        label = ', sample["label"]' if info.classes else ""
        order = '.sort("sample")' if info.shards > 1 else ""
        return (
            "from datasets import load_dataset\n"
            f'data = load_dataset("PATH/OF/THIS/FOLDER", split="train"){order}\n'
            f'sample = data[0]  # sample["image"]{label}'
            + ("\n# labels count the classes from 0, in the order of the table above" if info.classes else "")
        )

    def front_matter(self, info: DatasetInfo) -> dict[str, Any]:
        """What the Hub and `load_dataset` read: where the files are, and their columns."""
        files = [{"split": "train", "path": "data/train/**"}]
        size = next((words for limit, words in _SIZES.items() if info.count < limit), "n>10M")
        return {
            "pretty_name": f"{info.name}, real and synthetic" if info.real else f"Synthetic {info.name}",
            "tags": ["synthetic"],
            "task_categories": ["image-classification" if info.classes else "unconditional-image-generation"],
            "size_categories": [size],
            # dataset_info is what the Hub shows; imagefolder takes the features of the configuration alone
            "configs": [{"config_name": "default", "data_files": files, "features": _features(info)}],
            "dataset_info": {"config_name": "default", "features": _features(info)},
        }

    def check(self, x: Any) -> None:
        """Raise UnsupportedError for what is no grey or RGB images."""
        check_images(x, "huggingface")

    def write(
        self, batches: Iterable[SampleBatch], info: DatasetInfo, shard: Shard, folder: OutputFolder
    ) -> None:
        """One PNG a sample, and a folder a shard. Raises UnsupportedError for what is no grey or RGB image."""
        place = "data/train/" + ("" if shard.of == 1 else f"{shard.index:05}-of-{shard.of:05}/")
        labels = [{"label": name} for name in [label.name for label in info.classes]] or [{}]
        with folder.open(f"{place}metadata.jsonl") as metadata:
            for batch in batches:
                self.check(batch.x)
                real = {"real": batch.real} if info.real else {}
                names = sample_names(batch, info.digits)
                rows = zip(names, batch.x, batch.y.tolist(), given_rows(batch, info), strict=True)
                for i, (name, image, y, given) in enumerate(rows):
                    folder.write(f"{place}{name}.png", png(image, self.options.compress_level))
                    row = {"file_name": f"{name}.png", "sample": batch.start + i} | labels[y] | given | real
                    metadata.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")


def _features(info: DatasetInfo) -> list[dict[str, Any]]:
    """The columns of the loaded dataset, as the library writes them in YAML."""
    features: list[dict[str, Any]] = [
        {"name": "image", "dtype": "image"},
        {"name": "sample", "dtype": "int64"},
    ]
    if info.classes:
        names = {str(index): name for index, name in enumerate([label.name for label in info.classes])}
        features.append({"name": "label", "dtype": {"class_label": {"names": names}}})
    features += [{"name": name, "dtype": "float64"} for name in info.given]
    if info.real:
        features.append({"name": "real", "dtype": "bool"})
    return features
