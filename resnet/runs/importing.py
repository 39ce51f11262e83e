"""Runs that come as a file or go as one: what was trained on one machine is looked at on another, under an id of its own there."""

from __future__ import annotations

import shutil
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import numpy as np

from resnet.config import ResNetConfig, TrainConfig
from resnet.datasets import DATASETS
from resnet.errors import FileError, TrainingError, WeightsError
from resnet.export.archive import RunArchive, pack, unpack
from resnet.export.unpacking import unpacked_bytes
from resnet.inquiries import Opened
from resnet.plan import plan
from resnet.runs import brought
from resnet.runs.queueing import Limits
from resnet.runs.schema import NOTE_LENGTH, TITLE_LENGTH, VISITOR_LENGTH
from resnet.runs.store import IMPORTED, RunRecord, Store
from resnet.runs.words import note_of, title_of
from resnet.training import trained
from resnet.training.checkpoints import run_folder
from resnet.training.events import Event, Finished
from resnet.variables import variables


def missing_weights(record: RunRecord) -> tuple[str, ...]:
    """The networks of a run that were trained to the end and whose weights are not on this machine."""
    return tuple(name for name in _tested(record) if not trained.file_of(run_folder(record.id), name).is_file())


def _tested(record: RunRecord) -> list[str]:
    """The networks that were trained to the end: all of a run with a result, else none."""
    return [network.name for network in record.config.networks] if record.result else []


def export_run(record: RunRecord, events: Sequence[Event]) -> bytes:
    """A run that has ended as a file that `import_run` takes in, with the weights that this machine keeps of it.

    Raises TrainingError where it has not ended.
    """
    if not record.ended:
        raise TrainingError("run {run} has not ended; it can be taken along when it has", run=record.id)
    names = _tested(record)
    weights: dict[str, bytes] = {}
    for name in names:
        with suppress(FileNotFoundError):  # a worker may make room this moment
            weights[name] = trained.file_of(run_folder(record.id), name).read_bytes()
    return pack(
        RunArchive(
            run=record.id,
            created=record.created,
            config=record.config,
            events=tuple(events),
            title=record.title,
            note=record.note,
            trained=weights,
            missing=tuple(name for name in names if name not in weights),
        )
    )


def import_run(store: Store, data: bytes, *, visitor: str = "", limits: Limits) -> str:
    """Take in what `export_run` made and return the run's id here. Writes the database.

    Raises FileError for anything else, where its weights cannot be kept, and where `limits` are reached.
    """
    visitor, size = visitor[:VISITOR_LENGTH], unpacked_bytes(data)
    brought.admit(visitor, store.brought_by(visitor), size, limits)
    archive = unpack(data)
    run = _new_id()
    weights = {config.name: (config, archive.trained[config.name]) for config in archive.config.networks if config.name in archive.trained}
    with _folder(run, size) as folder:
        for config, file in weights.values():
            _keep(file, run, folder, config, archive.config)
        last = archive.events[-1]
        record = RunRecord(
            id=run,
            created=min(archive.created, time.time()),  # another clock may be ahead, and what comes next is newer
            config=archive.config,
            state=last.kind,  # type: ignore[arg-type]  # the events that end a run are called as the states they lead to
            owner=IMPORTED,
            visitor=visitor,
            title=title_of(archive.title)[:TITLE_LENGTH],
            note=note_of(archive.note)[:NOTE_LENGTH],
        )
        store.add_ended(record, [replace(event, run=run) for event in archive.events])
    return run


def import_model(store: Store, opened: Opened, *, visitor: str = "", limits: Limits) -> str:
    """Take in a network from a .keras file, as a run of which nothing is known but its end, and return its id. Writes the database.

    Raises FileError where its weights cannot be kept, and where `limits` are reached.
    """
    run, (network,) = _new_id(), opened.training.networks
    file = trained.to_bytes(trained.Trained(network, opened.training.dataset, opened.weights, opened.logits))
    visitor = visitor[:VISITOR_LENGTH]
    brought.admit(visitor, store.brought_by(visitor), len(file), limits)
    finished = Finished(
        run=run,
        sequence=1,
        time=time.time(),
        test_loss={network.name: opened.loss},
        test_accuracy={network.name: opened.accuracy},
        class_accuracy={network.name: list(opened.class_accuracy)},
        best_epoch=None,
        stopped_early=False,
        seconds=0.0,
    )
    with _folder(run, len(file)) as folder:
        _keep(file, run, folder, network, opened.training)
        record = RunRecord(id=run, created=finished.time, config=opened.training, state="finished", owner=IMPORTED, visitor=visitor)
        store.add_ended(record, [finished])
    return run


def _new_id() -> str:
    return uuid.uuid4().hex[:12]


@contextmanager
def _folder(run: str, size: int) -> Iterator[Path]:
    """The folder of a run of `size` bytes that is being taken in; gone again where that fails."""
    folder = run_folder(run)
    try:
        with _written(folder):
            brought.mark(folder, size)
        yield folder
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


@contextmanager
def _written(folder: Path) -> Iterator[None]:
    """A disk that refuses is told of."""
    try:
        yield
    except OSError as error:
        problem = error.strerror or str(error)
        raise FileError("the weights cannot be written to {folder}: {problem}", folder=str(folder), problem=problem) from error


def _keep(file: bytes, run: str, folder: Path, network: ResNetConfig, config: TrainConfig) -> None:
    """Keep a network's weights, once they have been read and found to be this network's."""
    path = trained.file_of(folder, network.name)
    with _written(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file)
    try:
        kept = trained.find(run, network)
    except WeightsError as error:
        raise FileError(error.rule, **error.values) from error
    _check(kept, config)


def _check(kept: trained.Trained, config: TrainConfig) -> None:
    """Raise FileError unless these are numbers, named and shaped as the plan says, with answers to the test split of its data."""
    planned, found = variables(plan(kept.config)), {name: array.shape for name, array in kept.weights.items()}
    for name in (*planned, *found):
        if planned.get(name) != found.get(name):
            raise FileError(
                "the weights in the file are not those of {network}: {layer} should have the shape {wanted}, and has {got}",
                network=kept.config.name,
                layer=name[:200],
                wanted=str(planned.get(name)),
                got=str(found.get(name))[:200],
            )
    answers = (DATASETS[config.dataset].test_images, kept.config.num_classes)
    if kept.dataset != config.dataset or kept.logits.shape != answers:
        raise FileError(
            "the answers in the file are not those of {network} to the test images of {dataset}",
            network=kept.config.name,
            dataset=config.dataset,
        )
    if not all(array.dtype == np.float32 and np.isfinite(array).all() for array in (*kept.weights.values(), kept.logits)):
        raise FileError("the weights or answers of {network} in the file hold a number that is none", network=kept.config.name)
