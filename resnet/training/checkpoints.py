"""Where a run can go on from, on disk: one safetensors file a checkpoint, written beside the training, whole or not at all.

A file holds arrays, and in its metadata everything else as JSON. It cannot run code when it is opened. No Keras here.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import shutil
import threading
import zlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as to_bytes

from resnet.errors import TrainingError

logger = logging.getLogger(__name__)

FOLDER_VARIABLE = "RESNET_CHECKPOINT_DIR"
KEPT_CHECKPOINTS = 3  # of a run, so that a repair finds one from before the trouble
KEPT_RUNS = 100  # a class of 30 with a queue of 40 loses none
BROUGHT = "brought"  # a file in the folder of a run that came from elsewhere
FORMAT = "resnet-lab-checkpoint-1"

_NAME = re.compile(r"step-(\d{9})\.safetensors")
_UNFINISHED = "unfinished"  # never read: a file has its name when it is whole


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A run's whole state after `step` steps. `state` is JSON-ready; `arrays` are copies that nobody changes any more."""

    step: int
    epoch: int
    state: Mapping[str, Any]
    arrays: Mapping[str, np.ndarray]

    @property
    def is_finite(self) -> bool:
        """Whether no array holds a NaN or an infinity."""
        return all(np.isfinite(array).all() for array in self.arrays.values() if array.dtype.kind == "f")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a snapshot: it is on disk, or `error` says why not. `is_finite` is False where its own numbers are the reason."""

    step: int
    epoch: int
    error: TrainingError | None = None
    is_finite: bool = True


class Checkpoints:
    """One run's checkpoints. A thread of its own writes; everything else is called by the thread that trains.

    A snapshot with a NaN or an infinity in it is never written, which is an outcome too: going on from it would be of no use.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Condition()
        self._waiting: Snapshot | None = None
        self._writer: threading.Thread | None = None
        self._outcomes: list[Outcome] = []
        self._protected: frozenset[int] = frozenset()

    @staticmethod
    def of_run(run: str) -> Checkpoints:
        """Those of the run of this name, in the folder for all runs' checkpoints. ValueError for a name that is no file's."""
        return Checkpoints(run_folder(run))

    @property
    def steps(self) -> list[int]:
        """Steps of the checkpoints on disk, oldest first. Whether one can be read shows when it is read."""
        try:
            names = [_NAME.fullmatch(path.name) for path in self.folder.iterdir()]
        except OSError:
            return []
        return sorted(int(name[1]) for name in names if name)

    @property
    def busy(self) -> bool:
        """Whether a snapshot is being written or waits to be."""
        return self._writer is not None

    def save(self, snapshot: Snapshot) -> None:
        """Write it as soon as the disk is free. One that still waits then is dropped: the newer one says more."""
        with self._lock:
            self._waiting = snapshot
            if self._writer is None:
                # Ends with the process at the latest: a checkpoint cut short was never there.
                self._writer = threading.Thread(target=self._write_waiting, name="checkpoints", daemon=True)
                self._writer.start()

    def outcomes(self) -> list[Outcome]:
        """What became of snapshots since this was asked last, in order."""
        with self._lock:
            outcomes, self._outcomes = self._outcomes, []
            return outcomes

    def flush(self) -> None:
        """Wait until everything is written, or has failed to be."""
        with self._lock:
            self._lock.wait_for(lambda: self._writer is None)

    def newest(self, *, at_most: int | None = None, fits: Callable[[Snapshot], bool] = lambda snapshot: True) -> Snapshot | None:
        """The newest checkpoint that can be read and that `fits`, of a step no later than `at_most`. Others are passed over."""
        for step in reversed(self.steps):
            if at_most is None or step <= at_most:
                snapshot = read(self._path(step))
                if snapshot is not None and snapshot.step == step and fits(snapshot):
                    return snapshot
        return None

    def step_before(self, step: int) -> int:
        """Step of the newest checkpoint from `step` or before it; 0 without one, for first weights can be drawn again."""
        return max((one for one in self.steps if one <= step), default=0)

    def protect(self, *steps: int) -> None:
        """Keep the checkpoints of these steps, and of no others any longer, however old they become."""
        self._protected = frozenset(steps)

    def forget_after(self, step: int) -> None:
        """Remove the checkpoints of later steps: the run goes on from here another way. Waits for the one being written."""
        self.flush()
        for later in self.steps:
            if later > step:
                self._path(later).unlink(missing_ok=True)

    def delete(self) -> None:
        """Remove all of them; what the finished run leaves beside them stays. Waits for the one being written."""
        self.flush()
        with contextlib.suppress(OSError):  # the folder is not there, is none, or is not empty at the end
            for step in self.steps:
                self._path(step).unlink(missing_ok=True)
            (self.folder / _UNFINISHED).unlink(missing_ok=True)
            self.folder.rmdir()

    def _path(self, step: int) -> Path:
        return self.folder / f"step-{step:09d}.safetensors"

    def _write_waiting(self) -> None:
        while True:
            with self._lock:
                snapshot, self._waiting = self._waiting, None
                if snapshot is None:
                    self._writer = None
                    self._lock.notify_all()
                    return
            outcome = self._write(snapshot)
            with self._lock:
                self._outcomes.append(outcome)

    def _write(self, snapshot: Snapshot) -> Outcome:
        try:
            if not snapshot.is_finite:
                return Outcome(snapshot.step, snapshot.epoch, _no_numbers(snapshot.step), is_finite=False)
            self.folder.mkdir(parents=True, exist_ok=True)
            write(self._path(snapshot.step), snapshot)
            self._prune()
        except Exception as error:  # a thread has nobody to raise it to: it becomes the outcome, and the training says it
            logger.warning("checkpoint of step %s was not written", snapshot.step, exc_info=True)
            return Outcome(snapshot.step, snapshot.epoch, _explained(error, snapshot.step, self.folder))
        return Outcome(snapshot.step, snapshot.epoch)

    def _prune(self) -> None:
        for step in self.steps[:-KEPT_CHECKPOINTS]:
            if step not in self._protected:
                self._path(step).unlink(missing_ok=True)


def write(path: Path, snapshot: Snapshot) -> None:
    """Write the snapshot so that at any moment `path` is whole or not there. Raises OSError."""
    arrays = {name: np.array(array, order="C") for name, array in snapshot.arrays.items()}
    metadata = {"format": FORMAT, "checksum": str(_checksum(arrays)), "state": json.dumps(snapshot.state, allow_nan=False)}
    metadata |= {"step": str(snapshot.step), "epoch": str(snapshot.epoch)}
    unfinished = path.with_name(_UNFINISHED)
    with unfinished.open("wb") as file:
        file.write(to_bytes(arrays, metadata))
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    if hasattr(os, "O_DIRECTORY"):  # the new name is on disk when its folder is; Windows knows no such thing
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def read(path: Path) -> Snapshot | None:
    """What `write` wrote, or None for a file that is damaged, gone or something else."""
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            if metadata.get("format") != FORMAT:
                raise ValueError(f"the format must be {FORMAT}, got {metadata.get('format')!r}")
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        if _checksum(arrays) != int(metadata["checksum"]):
            raise ValueError("the arrays do not have the checksum written with them")
        return Snapshot(int(metadata["step"]), int(metadata["epoch"]), json.loads(metadata["state"]), arrays)
    except (OSError, SafetensorError, ValueError, KeyError, TypeError):
        logger.warning("%s is passed over: it is no whole checkpoint", path, exc_info=True)
        return None


def folder_of_all() -> Path:
    """Where all runs' checkpoints are: what RESNET_CHECKPOINT_DIR names, else a folder of the user's data."""
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named) if named else platformdirs.user_data_path("resnet-lab") / "checkpoints"


def run_folder(run: str) -> Path:
    """The folder of one run's checkpoints, whether it is there or not. ValueError for a name that is no file's."""
    if not re.fullmatch(r"[A-Za-z0-9_-]+", run):
        raise ValueError(f"a run's name must be letters, digits, hyphens and underscores, got {run!r}")
    return folder_of_all() / run


def prune_runs(keep: int = KEPT_RUNS, *, spare: Collection[str] = ()) -> None:
    """Of the runs that can go on keep the `keep` that wrote a checkpoint last, and as many of those that have finished and left their
    weights; remove the folders of all others, but never those of the runs named in `spare`.

    The two are counted apart: runs that finish must not take from others what they go on from. A folder that is in use elsewhere stays,
    and so does that of a run that was brought here: of those there is a limit of its own, and they take nothing from runs trained here.
    """
    if not folder_of_all().exists():
        return
    try:
        folders = [path for path in folder_of_all().iterdir() if path.is_dir() and not (path / BROUGHT).exists()]
        newest_first = sorted(folders, key=lambda path: path.stat().st_mtime, reverse=True)
    except OSError:
        logger.warning("old checkpoints could not be looked through", exc_info=True)
        return
    can_go_on = [folder for folder in newest_first if Checkpoints(folder).steps]
    finished = [folder for folder in newest_first if folder not in can_go_on]
    for folder in (*can_go_on[keep:], *finished[keep:]):
        if folder.name not in spare:
            shutil.rmtree(folder, ignore_errors=True)


def _checksum(arrays: Mapping[str, np.ndarray]) -> int:
    checksum = 0
    for name in sorted(arrays):
        checksum = zlib.crc32(arrays[name].tobytes(), zlib.crc32(name.encode(), checksum))
    return checksum


def _explained(error: Exception, step: int, folder: Path) -> TrainingError:
    return TrainingError(
        "the checkpoint of step {step} could not be written to {folder}: {problem}; training goes on, but until this is mended an "
        "interrupted run can only go on from an earlier step",
        step=step,
        folder=str(folder),
        problem=getattr(error, "strerror", None) or f"{type(error).__name__}: {error}",
    )


def _no_numbers(step: int) -> TrainingError:
    return TrainingError(
        "the weights or statistics of step {step} hold a number that is none (NaN or infinite), so this state is not saved; training "
        "goes on, but an interrupted run can only go on from an earlier step",
        step=step,
    )
