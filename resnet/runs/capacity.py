"""Whether a network's training fits into a process's memory: said before it starts, by arithmetic held against measured processes."""

from __future__ import annotations

from distributed.system import MEMORY_LIMIT

from resnet.config import TrainConfig
from resnet.errors import Listed, TrainingError
from resnet.footprint import binary, training_bytes
from resnet.plan import plan

ENDED_AT = 0.95  # of its limit: Dask ends a process that grows beyond it


def refusal(config: TrainConfig, limit: int | None) -> TrainingError | None:
    """Why a process that may take `limit` bytes (None: the machine's) cannot train this; None where it can."""
    allowed = int(ENDED_AT * (limit or MEMORY_LIMIT))
    recipe = config.recipe
    needed = training_bytes(
        [plan(network) for network in config.networks], config.dataset, batch_size=recipe.batch_size, optimizer=recipe.optimizer
    )
    if needed <= allowed:
        return None
    return TrainingError(
        "training {network} with a batch size of {batch} takes about {needed} of memory, and the training process may take {allowed}; "
        "a smaller batch, fewer channels or fewer blocks make it fit",
        network=Listed(network.name for network in config.networks),
        batch=recipe.batch_size,
        needed=binary(needed),
        allowed=binary(allowed),
    )


def check_fits(config: TrainConfig, limit: int | None) -> None:
    """Raise TrainingError for a training that a process with so many bytes should not try."""
    problem = refusal(config, limit)
    if problem is not None:
        raise problem
