"""How long training will take, before it starts: arithmetic on a plan, with two constants measured on two cores.

An estimate, not a promise: it knows neither this machine nor what else runs on it.
"""

from __future__ import annotations

from resnet.config import DatasetName
from resnet.datasets import DATASETS
from resnet.plan import Plan

# A multiply-add is two operations; the backward pass computes two gradients (inputs, weights), each as much work as the forward pass.
FLOP_PER_MAC = 2
PASSES = 3

# Keras in float32 on two AMD EPYC cores. 305 images/s of the mini-ResNet, 0.48 GFLOP an image, leave this rate once the layers'
# own time is taken off; that time comes from networks so thin that they do little else (20 and 56 layers of 8/16/32 channels).
FLOP_PER_SECOND = 157e9
SECONDS_PER_LAYER_AND_STEP = 0.25e-3


def training_seconds(plan_macs: int, images: int, *, layers: int = 0, batch_size: int = 64) -> float:
    """Seconds to train on so many images, forward and backward.

    Args:
        plan_macs: multiply-adds of one image, as `Plan.macs`.
        images: how often an image is seen: training images times epochs.
        layers: as `len(Plan.layers)`. Each costs a fixed time in every step, which is what deep and narrow networks spend most on;
            with 0, only the arithmetic counts.
        batch_size: images per step.
    """
    arithmetic = images * plan_macs * PASSES * FLOP_PER_MAC / FLOP_PER_SECOND
    steps = -(-images // batch_size)
    return arithmetic + steps * layers * SECONDS_PER_LAYER_AND_STEP


def epoch_seconds(network: Plan, dataset: DatasetName, *, batch_size: int = 64) -> float:
    """Seconds for one epoch on a data set: training, then the validation split, whose forward pass is a third of the work."""
    facts = DATASETS[dataset]
    images = facts.training_images + facts.validation_images / PASSES
    return training_seconds(network.macs, round(images), layers=len(network.layers), batch_size=batch_size)
