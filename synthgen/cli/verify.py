"""`synthgen verify`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from synthgen.cli.common import ExistingPath
from synthgen.errors import SynthgenError


@click.command()
@click.argument("directory", type=ExistingPath, metavar="DIR")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def verify(directory: Path, as_json: bool) -> None:
    """Check a dataset against its manifest.

    DIR is the folder of a dataset, or of a run that has one. Every file must be there with its size and
    SHA-256, and there must be no other; the exit code is 1 if not.
    """
    from tqdm import tqdm

    from synthgen.export.verify import read_manifest, verify_files

    manifest = read_manifest(directory)
    with tqdm(
        total=manifest.bytes, desc="verify", unit="B", unit_scale=True, disable=None, leave=False
    ) as bar:
        problems = verify_files(manifest, bar.update)
    count, size = len(manifest.files), manifest.bytes
    if as_json:
        found = [{"file": p.file, "problem": p.what, "detail": p.detail} for p in problems]
        click.echo(
            json.dumps({"ok": not problems, "files": count, "bytes": size, "problems": found}, indent=2)
        )
    elif not problems:
        click.echo(f"ok: {count:,} files, {_amount(size)}")
    else:
        encoding = sys.stdout.encoding or "utf-8"
        lines = "\n".join(map(str, problems))  # which have names of files: any bytes
        click.echo(lines.encode(encoding, "backslashreplace").decode(encoding))
    if problems:
        number = "1 file is" if len(problems) == 1 else f"{len(problems):,} files are"
        raise SynthgenError(f"{number} not as the manifest of {manifest.folder} says")


def _amount(size: float) -> str:
    """Bytes as a person reads them: 3.1 MB."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.1f} {unit}" if unit != "bytes" else f"{size} bytes"
        size /= 1000
    return f"{size:.1f} TB"
