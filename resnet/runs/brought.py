"""How much may be brought to a server as files: runs of one browser, and bytes of all, counted by what lies in the runs' folders."""

from __future__ import annotations

from pathlib import Path

from resnet.errors import FileError
from resnet.footprint import binary
from resnet.runs.queueing import Limits
from resnet.training.checkpoints import BROUGHT, folder_of_all


def admit(visitor: str, own: int, size: int, limits: Limits) -> None:
    """Raise FileError where one more run of `size` bytes is too much from this browser, of which `own` are here, or for the server.

    Browsers without a name have no limit of their own.
    """
    if visitor and own >= limits.imports_per_visitor:
        raise FileError(
            "you have brought {count:,} runs to this server, and no browser may have more here; delete one before you bring another",
            count=own,
        )
    most, kept = limits.import_megabytes * 10**6, bytes_kept()
    if kept + size > most:
        raise FileError(
            "the runs brought to this server take {kept}, those just deleted included, and this one {size}; together they may take {most}",
            kept=binary(kept),
            size=binary(size),
            most=binary(most),
        )


def mark(folder: Path, size: int) -> None:
    """Note in its folder that a run was brought, and how many bytes came out of its file: those of its events are in the database.

    What is noted counts until the folder is removed with the run. Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / BROUGHT).write_text(str(size), encoding="ascii")


def bytes_kept() -> int:
    """Of all runs that were brought to this machine."""
    return sum(_noted(file) for file in folder_of_all().glob(f"*/{BROUGHT}"))


def _noted(file: Path) -> int:
    try:
        return int(file.read_text(encoding="ascii"))
    except (OSError, ValueError):  # removed this moment, or written by somebody else
        return 0
