"""What a scheduler knows of runs and workers, asked in one question that runs there. Plain data comes back."""

from __future__ import annotations

from dataclasses import dataclass, field

from distributed import Client, Scheduler

from resnet.runs.engine import TRAIN
from resnet.runs.jobs import claim_key


@dataclass(frozen=True, slots=True)
class Survey:
    """Memory limits of the workers that train, in bytes (None: no limit); which tasks are known; which of them lost who began them."""

    limits: list[int | None] = field(default_factory=list)
    known: frozenset[str] = frozenset()
    orphans: dict[str, str] = field(default_factory=dict)  # address of the worker that is gone, by task


def survey(client: Client, tasks: list[str] | None = None) -> Survey:
    """Ask the scheduler, about these tasks in particular."""
    return client.run_on_scheduler(_look, tasks or [])


def _look(tasks: list[str], dask_scheduler: Scheduler) -> Survey:
    limits = [worker.memory_limit or None for worker in dask_scheduler.workers.values() if worker.resources.get(TRAIN)]
    known = {task: dask_scheduler.tasks[task].state for task in tasks if task in dask_scheduler.tasks}
    began = {task: dask_scheduler.get_metadata(claim_key(task), default=None) for task in known}
    orphans = {
        task: address
        for task, address in began.items()
        if address and address not in dask_scheduler.workers and known[task] not in {"memory", "erred"}
    }
    return Survey(limits, frozenset(known), orphans)
