"""Folders of runs that are in the database no more: another server that shares it may have removed them, on another machine."""

from __future__ import annotations

import hashlib
import logging
import shutil

from sqlalchemy.engine import URL

from resnet.training.checkpoints import folder_of_all

logger = logging.getLogger(__name__)


def remove_leftovers(database: URL, known: set[str]) -> None:
    """Remove the folders of runs that this database knew when it was last asked about, and does not know any more.

    A folder of a run that it never knew stays: servers with other databases may keep theirs in the same place.
    """
    place = folder_of_all()
    if not place.is_dir():
        return
    memory = place / f"known-{hashlib.sha256(str(database).encode()).hexdigest()[:12]}.txt"
    try:
        here = {folder.name for folder in place.iterdir() if folder.is_dir()}
        before = set(memory.read_text(encoding="utf-8").split()) if memory.exists() else set()
        memory.write_text("\n".join(sorted(here & known)) + "\n", encoding="utf-8")
    except (OSError, ValueError):
        logger.warning("folders of runs that are gone could not be looked for", exc_info=True)
        return
    for run in here & before - known:
        shutil.rmtree(place / run, ignore_errors=True)
