"""How a network is trained, as validated data. Standard library only; `resnet.config` hands it on with the networks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from resnet.checks import check_choice, check_number, check_whole_number
from resnet.errors import ConfigError

Optimizer = Literal["adam", "sgd"]
Schedule = Literal["constant", "one-cycle"]
Augmentation = Literal["none", "flip", "flip-shift"]
Precision = Literal["auto", "float32", "bfloat16"]

MAX_BATCH = 8_192
MAX_EPOCHS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a network is trained. Raises ConfigError for a value outside its range.

    Attributes:
        optimizer: "adam", or "sgd" with Nesterov momentum 0.9.
        learning_rate: the rate, or the peak of a one-cycle schedule.
        schedule: "constant" (a plateau may still cut it), or "one-cycle": up, then down to nearly 0 over the whole run.
        batch_size: images per optimiser step.
        epochs: passes over the training split, at most.
        early_stopping_patience: epochs without a lower validation loss before the run ends and the best weights
            are restored; None trains to the end and keeps the last weights.
        plateau_patience: epochs without a lower validation loss before the rate is halved (never below 1e-6); None never does.
        weight_decay: each step also shrinks every kernel by rate · weight_decay of itself, apart from the gradient (Loshchilov and
            Hutter 2019, arXiv 1711.05101: "adam" with it is AdamW). Batch norm's parameters and biases are left alone.
        label_smoothing: share of the target taken from the right class and spread over all (Szegedy et al. 2016, section 7).
        augmentation: "flip" mirrors every second training image at random; "flip-shift" also moves each by up to 2 pixels.
        precision: what layers compute in; weights, statistics and logits are float32 in any case. "auto" takes bfloat16 where a short
            measurement on the machine that trains shows that it pays.
    """

    optimizer: Optimizer = "adam"
    learning_rate: float = 1e-3
    schedule: Schedule = "constant"
    batch_size: int = 64
    epochs: int = 10
    early_stopping_patience: int | None = None
    plateau_patience: int | None = None
    weight_decay: float = 0.0
    label_smoothing: float = 0.0
    augmentation: Augmentation = "none"
    precision: Precision = "auto"

    def __post_init__(self) -> None:
        check_choice("optimizer", self.optimizer, Optimizer)
        check_choice("schedule", self.schedule, Schedule)
        check_choice("augmentation", self.augmentation, Augmentation)
        check_choice("precision", self.precision, Precision)
        check_number("weight_decay", self.weight_decay, low=0, high=1)
        check_number("label_smoothing", self.label_smoothing, low=0, high=1, high_allowed=False)
        check_number("learning_rate", self.learning_rate, low=0, high=100, low_allowed=False)
        check_whole_number("batch_size", self.batch_size, 1, MAX_BATCH)
        check_whole_number("epochs", self.epochs, 1, MAX_EPOCHS)
        if self.early_stopping_patience is not None:
            check_whole_number("early_stopping_patience", self.early_stopping_patience, 1, MAX_EPOCHS)
        if self.plateau_patience is not None:
            check_whole_number("plateau_patience", self.plateau_patience, 1, MAX_EPOCHS)
            if self.schedule != "constant":
                raise ConfigError(
                    "plateau_patience cuts a constant rate and cannot be combined with the schedule {schedule!r}", schedule=self.schedule
                )
