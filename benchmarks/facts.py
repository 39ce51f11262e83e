"""Every count the app teaches: what is expected, what the plan says, what Keras builds.

Run from the project's folder: `python -m benchmarks.facts`. It prints the table of the README, which takes about half a minute, and
ends with code 1 where a number differs.
"""

from __future__ import annotations

import math
import os
import sys
from dataclasses import dataclass, replace

from resnet.config import ResNetConfig
from resnet.families import title_of
from resnet.plan import plan
from resnet.presets import PRESETS


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of a network from elsewhere: counted layer by layer, independently of this project, and equal to torchvision's
    `num_params` and `_ops` (18 to 152, ResNeXt, Wide), to timm's counts (pre-activation, SE), to He et al. 2015, table 6 (CIFAR) and
    to the `model.summary()` of the notebook this app replaces.

    Attributes:
        trainable: PyTorch's "params".
        statistics: batch norm's running means and variances, which Keras counts too; None where no source gives them.
        gmacs: multiply-adds in units of 10⁹ to three digits after the point; None where no source gives them.
        on_1x1: the same with the stride on the bottleneck's first 1x1, as the paper has it.
    """

    trainable: int
    statistics: int | None = None
    gmacs: float | None = None
    on_1x1: float | None = None


FACTS = {
    "resnet-18": Fact(11_689_512, 9_600, 1.814),
    "resnet-34": Fact(21_797_672, 17_024, 3.664),
    "resnet-50": Fact(25_557_032, 53_120, 4.089, 3.858),
    "resnet-101": Fact(44_549_160, 105_344, 7.801, 7.570),
    "resnet-152": Fact(60_192_808, 151_424, 11.514, 11.282),
    "resnet-18-v2": Fact(11_687_720, 7_808, 1.814),
    "resnet-34-v2": Fact(21_795_880, 15_232, 3.664),
    "resnet-50-v2": Fact(25_549_352, 45_440, 4.089),
    "resnext-50-32x4d": Fact(25_028_904, 68_224, 4.230),
    "resnext-101-32x8d": Fact(88_791_336, 202_880, 16.414),
    "wide-resnet-50-2": Fact(68_883_240, 68_224, 11.398),
    "se-resnet-18": Fact(11_778_592, 9_600, 1.814),
    "se-resnet-34": Fact(21_958_868, 17_024, 3.664),
    "se-resnet-50": Fact(28_088_024, 53_120, 4.092, 3.860),
    "se-resnet-101": Fact(49_326_872, 105_344, 7.806),
    "se-resnet-152": Fact(66_821_848, 151_424, 11.520),
    "se-resnext-50-32x4d": Fact(27_559_896, 68_224, 4.233),
    "resnet-20": Fact(269_722),
    "resnet-32": Fact(464_154),
    "resnet-44": Fact(658_586),
    "resnet-56": Fact(853_018),
    "resnet-110": Fact(1_727_962),
    "mini-resnet": Fact(696_042, 2_240),
}


KERAS_APPLICATIONS_RESNET_50 = 25_636_712


@dataclass(frozen=True, slots=True)
class Counts:
    """Trainable parameters, batch norm's statistics and multiply-adds of one network, by one way of counting."""

    trainable: int
    statistics: int
    macs: int


def planned(network: ResNetConfig) -> Counts:
    """What the plan says."""
    known = plan(network)
    return Counts(known.trainable_parameters, known.total_parameters - known.trainable_parameters, known.macs)


def built(network: ResNetConfig) -> Counts:
    """What the Keras model has: its weights counted, each kernel multiplied by the places it is used at."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras

    from resnet.model import build_resnet

    model = build_resnet(network)
    trainable = sum(math.prod(weight.shape) for weight in model.trainable_weights)
    statistics = sum(math.prod(weight.shape) for weight in model.non_trainable_weights if "seed" not in weight.path)
    macs = sum(math.prod(layer.kernel.shape) * math.prod(layer.output.shape[1:-1]) for layer in model.layers if hasattr(layer, "kernel"))
    keras.backend.clear_session()
    return Counts(trainable, statistics, macs)


def main() -> int:
    wrong = 0
    print("| Network | Trainable: expected | plan | Keras | BN statistics: expected | plan | Keras | GMAC: expected | plan | Keras | |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|")
    for name, fact in FACTS.items():
        network = PRESETS[name]
        wrong += _report(title_of(name), fact, planned(network), built(network))
        if fact.on_1x1 is not None:
            original = replace(network, bottleneck_stride_on="1x1")
            expected = replace(fact, gmacs=fact.on_1x1)
            wrong += _report(f"{title_of(name)}, stride on the first 1×1", expected, planned(original), built(original))
    wrong += _report_keras_applications()
    print(f"\n{len(FACTS)} networks, {wrong} figures that differ")
    return 1 if wrong else 0


def _report_keras_applications() -> bool:
    """Print why Keras's own ResNet-50 has more parameters than torchvision's; whether a number differs."""
    import keras

    original = plan(replace(PRESETS["resnet-50"], bottleneck_stride_on="1x1"))
    statistics = original.total_parameters - original.trainable_parameters
    biases = sum(layer.output_shape[-1] for layer in original.layers if layer.kind == "conv")
    total = original.total_parameters + biases
    counted = keras.applications.ResNet50(weights=None).count_params()
    right = (statistics, biases, total, counted) == (53_120, 26_560, KERAS_APPLICATIONS_RESNET_50, KERAS_APPLICATIONS_RESNET_50)
    print(
        f"\nkeras.applications.ResNet50: {original.trainable_parameters:,} trainable as in torchvision + {statistics:,} BN statistics",
        end=" ",
    )
    print(f"+ {biases:,} biases of convolutions = {total:,}; Keras counts {counted:,}: {'=' if right else 'DIFFERS'}")
    return not right


def _report(title: str, fact: Fact, plan_says: Counts, keras_has: Counts) -> bool:
    """Print one row; whether it differs."""
    counts = (plan_says, keras_has)
    right = all(
        count.trainable == fact.trainable
        and fact.statistics in (None, count.statistics)
        and (fact.gmacs is None or round(count.macs / 1e9, 3) == fact.gmacs)
        for count in counts
    )
    right = right and plan_says == keras_has
    cells = [f"{fact.trainable:,}", *(f"{count.trainable:,}" for count in counts)]
    cells += ["" if fact.statistics is None else f"{fact.statistics:,}", *(f"{count.statistics:,}" for count in counts)]
    cells += ["" if fact.gmacs is None else f"{fact.gmacs:.3f}", *(f"{count.macs / 1e9:.3f}" for count in counts)]
    print(f"| {title} | {' | '.join(cells)} | {'=' if right else 'DIFFERS'} |", flush=True)
    return not right


if __name__ == "__main__":
    sys.exit(main())
