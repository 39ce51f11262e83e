"""Whose turn it is: Dask keeps the queue, here are its order between browsers, its limits, and how long a wait will be."""

from __future__ import annotations

import heapq
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from resnet.config import TrainConfig
from resnet.datasets import DATASETS
from resnet.errors import ConfigError, TrainingError
from resnet.estimate import epoch_seconds
from resnet.plan import plan
from resnet.runs.line import Place
from resnet.training.events import BatchEnd, Event, Started


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Unfinished runs of one browser, runs of all that wait, the seconds for which a pause may keep others waiting; and of runs that
    come as files how many one browser may have here, and how many million bytes all of them may take."""

    runs_per_visitor: int = 3
    queue: int = 40
    pause: int = 900
    imports_per_visitor: int = 30
    import_megabytes: int = 2_000

    @staticmethod
    def from_environment(environment: Mapping[str, str] = os.environ) -> Limits:
        """RESNET_RUNS_PER_VISITOR, RESNET_QUEUE_LIMIT, RESNET_PAUSE_LIMIT, RESNET_IMPORTS_PER_VISITOR and RESNET_IMPORT_MEGABYTES.

        Raises ConfigError for what is no number.
        """
        usual = Limits()
        return Limits(
            runs_per_visitor=_whole_number(environment, "RESNET_RUNS_PER_VISITOR", usual.runs_per_visitor, low=1),
            queue=_whole_number(environment, "RESNET_QUEUE_LIMIT", usual.queue, low=1),
            pause=_whole_number(environment, "RESNET_PAUSE_LIMIT", usual.pause, low=0),
            imports_per_visitor=_whole_number(environment, "RESNET_IMPORTS_PER_VISITOR", usual.imports_per_visitor, low=1),
            import_megabytes=_whole_number(environment, "RESNET_IMPORT_MEGABYTES", usual.import_megabytes, low=0),
        )


def _whole_number(environment: Mapping[str, str], variable: str, usual: int, *, low: int) -> int:
    text = environment.get(variable, "").strip() or str(usual)
    if not text.isdecimal() or int(text) < low:
        raise ConfigError("{variable} must be a whole number of at least {low}, got {text!r}", variable=variable, low=low, text=text)
    return int(text)


def rank(visitor: str, places: Sequence[Place]) -> int:
    """How many unfinished runs this browser has: its next one waits behind everybody's who has fewer.

    All browsers without a name are one in this, or whoever has none would go first for ever.
    """
    return sum(place.record.visitor == visitor for place in places)


def admit(visitor: str, places: Sequence[Place], limits: Limits) -> int:
    """The rank of one more run. Raises TrainingError where that is one too many."""
    own = rank(visitor, places)
    if visitor and own >= limits.runs_per_visitor:
        raise TrainingError(
            "you have {count} runs that wait or train, and no browser may have more; stop one, or wait until one has finished", count=own
        )
    waiting = sum(place.state == "queued" for place in places)
    if waiting >= limits.queue:
        raise TrainingError("{count} runs wait already, and no more may; try again when some have finished", count=waiting)
    return own


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a queued run waits for: `ahead` runs, about `seconds` in all (None: nobody can say, one of them is paused)."""

    ahead: int
    seconds: float | None


def waiting(run: str, line: Sequence[tuple[Place, Sequence[Event]]], workers: int) -> Waiting | None:
    """How long `run` will wait in this line of runs and what they said; None where it does not wait.

    Every worker that is free takes the next run; what is left of each is known from its own speed, before that estimated.
    """
    names = [place.run for place, _ in line]
    if run not in names or line[names.index(run)][0].state != "queued":
        return None
    ahead = line[: names.index(run)]
    free_at = [0.0] * max(1, workers)
    for place, events in ahead:
        seconds = remaining_seconds(place, events)
        if seconds is None:
            return Waiting(len(ahead), None)
        heapq.heappush(free_at, heapq.heappop(free_at) + seconds)
    return Waiting(len(ahead), free_at[0])


def remaining_seconds(place: Place, events: Sequence[Event]) -> float | None:
    """How long a run still takes, if nobody stops it; None while it is paused."""
    if place.state == "paused":
        return None
    config = place.record.config
    steps = _steps(config)
    latest = next((event for event in reversed(events) if isinstance(event, BatchEnd | Started)), None)
    if isinstance(latest, BatchEnd) and latest.images_per_second > 0:
        return max(0, steps - latest.step) * config.recipe.batch_size / latest.images_per_second
    done = latest.step if isinstance(latest, BatchEnd) else 0
    return estimated_seconds(config) * max(0, steps - done) / steps


def estimated_seconds(config: TrainConfig) -> float:
    """How long a whole run takes, by arithmetic."""
    epoch = sum(epoch_seconds(plan(network), config.dataset, batch_size=config.recipe.batch_size) for network in config.networks)
    return epoch * _steps(config) / _steps_per_epoch(config)


def _steps_per_epoch(config: TrainConfig) -> int:
    return -(-DATASETS[config.dataset].training_images // config.recipe.batch_size)


def _steps(config: TrainConfig) -> int:
    steps = config.recipe.epochs * _steps_per_epoch(config)
    return min(steps, config.max_steps or steps)
