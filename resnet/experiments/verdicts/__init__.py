"""What a race is found to have shown: measured figures, and which of several sentences is true of them. Pure: events in, data out.

A verdict speaks of its run alone: one seed, so many steps. It is None while there is too little to speak of.
"""

from resnet.experiments.verdicts.catching_up import CatchUp, Rescue, catch_up, rescue
from resnet.experiments.verdicts.ends import GUESSING, HARDLY_LEARNED, at_step, batches_compared
from resnet.experiments.verdicts.equal_time import Depth, depth
from resnet.experiments.verdicts.gradients import GradientByDepth, gradient_by_depth, kernel_sizes
from resnet.experiments.verdicts.high_rate import Rate, rate
from resnet.experiments.verdicts.learned_identity import Identity, identity
from resnet.experiments.verdicts.side_by_side import Cure, Disease, cure, disease

__all__ = [
    "GUESSING",
    "HARDLY_LEARNED",
    "CatchUp",
    "Cure",
    "Depth",
    "Disease",
    "GradientByDepth",
    "Identity",
    "Rate",
    "Rescue",
    "at_step",
    "batches_compared",
    "catch_up",
    "cure",
    "depth",
    "disease",
    "gradient_by_depth",
    "identity",
    "kernel_sizes",
    "rate",
    "rescue",
]
