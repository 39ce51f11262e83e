"""Two networks held against each other: by torchvision's counts and by sums made by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from resnet.comparison import BATCH, counterpart, measures, shares
from resnet.counting import count
from resnet.figures.palette import PLAIN, RESIDUAL
from resnet.figures.stage_shares import Shared, stage_shares_figure
from resnet.plan import plan
from resnet.presets import PRESETS
from tests.unit.test_curves import room_below

RESNET_34, RESNET_50 = plan(PRESETS["resnet-34"]), plan(PRESETS["resnet-50"])


def test_the_measures_of_34_and_50_layers() -> None:
    found = {one.name: (one.a, one.b) for one in measures(RESNET_34, RESNET_50)}
    # torchvision's num_params, Keras's batch norm statistics on top, 4 bytes a number.
    assert found["trained"] == (21_797_672, 25_557_032)
    assert found["with-statistics"] == (21_797_672 + 17_024, 25_557_032 + 53_120)
    assert found["weight-memory"] == (4 * 21_814_696, 4 * 25_610_152)
    assert [round(value / 1e9, 3) for value in found["macs"]] == [3.664, 4.089]
    assert found["depth"] == (34, 50)
    assert found["last-side"] == (7, 7)
    # By hand, (kernel - 1) times the jump before it: stem 1 + 6 + 2*2 = 11 pixels; then two 3x3 a block at jumps 4, 8, 16, 32, of which
    # the first of a stage still moves at the jump before. 34: 11 + 6*2*4 + (4 + 7*8)*2 + (8 + 11*16)*2 + (16 + 5*32)*2
    assert found["receptive-field"][0] == 11 + 48 + 120 + 368 + 352
    # 50 has one 3x3 a block: 11 + 3*2*4 + (4 + 3*8)*2 + (8 + 5*16)*2 + (16 + 2*32)*2
    assert found["receptive-field"][1] == 11 + 24 + 56 + 176 + 160
    assert found["batch-memory"] == tuple(BATCH * value for value in found["activation-memory"])


def test_all_outputs_of_a_tiny_network_by_hand() -> None:
    tiny = plan(replace(PRESETS["plain-18"], depths=(1,), widths=(2,), input_shape=(4, 4, 1), num_classes=3, stem="cifar"))
    memory = {one.name: one.a for one in measures(tiny, tiny)}["activation-memory"]
    # Input 16; stem convolution, norm and ReLU, and the block's two each, at 4x4x2; the mean of 2, the dense layer's 3.
    assert memory == 4 * (16 + 9 * 32 + 2 + 3)


def test_difference_and_ratio_are_of_b_against_a() -> None:
    depth = next(one for one in measures(RESNET_34, RESNET_50) if one.name == "depth")
    assert (depth.difference, depth.ratio) == (16, 50 / 34)
    assert all(one.difference == 0 and one.ratio == 1 for one in measures(RESNET_34, RESNET_34))


@pytest.mark.parametrize("name", PRESETS)
def test_the_shares_of_a_network_add_up_to_it(name: str) -> None:
    network = plan(PRESETS[name])
    found = shares(network)
    assert sum(one.parameters for one in found) == network.trainable_parameters
    assert sum(one.macs for one in found) == network.macs
    assert sum(one.parameter_share for one in found) == pytest.approx(1)
    assert sum(one.mac_share for one in found) == pytest.approx(1)


def test_the_head_of_resnet_34_by_hand() -> None:
    head = shares(RESNET_34)[-1]
    assert (head.parameters, head.macs) == (512 * 1000 + 1000, 512 * 1000)
    assert head.parameter_share == pytest.approx(513_000 / 21_797_672)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_has_another_to_be_held_against(name: str) -> None:
    other = counterpart(PRESETS[name], PRESETS[name])
    assert other == PRESETS[other.name]
    assert other.name != name


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("se-resnext-50-32x4d", "resnext-50-32x4d"),
        ("wide-resnet-50-2", "resnet-50"),
        ("resnet-152-v2", "resnet-152"),
        ("se-resnet-101", "resnet-101"),
        ("plain-34", "resnet-34"),
        ("resnet-18", "plain-18"),
    ],
)
def test_a_variant_is_held_against_what_it_varies(name: str, other: str) -> None:
    assert counterpart(PRESETS[name], PRESETS[name]).name == other


def test_a_changed_network_is_held_against_what_it_was() -> None:
    changed = replace(PRESETS["resnet-34"], depths=(3, 4, 9, 3))
    assert counterpart(changed, PRESETS["resnet-34"]) == PRESETS["resnet-34"]


def test_the_sum_between_keras_and_torchvision() -> None:
    # keras.applications.ResNet50 prints 25,636,712, torchvision counts 25,557,032; ResNet-101 and 152 likewise 44,707,176 and 60,419,944.
    parts = count(RESNET_50)
    assert (parts.trained, parts.statistics, parts.convolution_biases) == (25_557_032, 53_120, 26_560)
    assert parts.statistics + parts.convolution_biases == 79_680
    assert (parts.keras, parts.with_biases) == (25_610_152, 25_636_712)
    assert count(plan(PRESETS["resnet-101"])).with_biases == 44_707_176
    assert count(plan(PRESETS["resnet-152"])).with_biases == 60_419_944


def test_the_bars_are_the_shares_of_both_networks() -> None:
    plain = plan(PRESETS["plain-18"])
    mini = plan(PRESETS["mini-resnet"])
    both = [Shared("plain-18", True, shares(plain)), Shared("mini-ResNet", False, shares(mini))]
    figure = stage_shares_figure(both, "dark")
    a_parameters, a_macs, b_parameters, b_macs = figure.data
    assert list(a_parameters.x) == [one.parameter_share for one in shares(plain)]
    assert list(b_macs.x) == [one.mac_share for one in shares(mini)]
    assert (a_macs.xaxis, b_macs.xaxis, a_parameters.xaxis) == ("x2", "x2", "x")
    assert list(figure.layout.yaxis.categoryarray) == ["Stem", "Stage 1", "Stage 2", "Stage 3", "Stage 4", "Head"]
    assert list(b_parameters.y) == ["Stem", "Stage 1", "Stage 2", "Stage 3", "Head"]
    # Plain is grey, residual wears the shortcut's colour; B is hatched.
    assert (a_macs.marker.color, b_macs.marker.color) == (PLAIN.dark, RESIDUAL.dark)
    assert (a_macs.marker.pattern.shape, b_macs.marker.pattern.shape) == (None, "/")
    assert [trace.name for trace in figure.data if trace.showlegend] == ["A: plain-18", "B: mini-ResNet"]


def test_on_a_phone_the_panels_stand_below_each_other() -> None:
    both = [Shared(name, False, shares(plan(PRESETS[name]))) for name in ("resnet-18", "resnet-50")]
    wide, narrow = stage_shares_figure(both), stage_shares_figure(both, narrow=True)
    between, below = room_below(narrow)
    assert between > 50, "the ticks of one and the heading of the other"
    assert below >= 26 + 40, "ticks and two entries"
    assert [(trace.xaxis, trace.yaxis) for trace in narrow.data] == [("x", None), ("x2", "y2")] * 2
    assert narrow.layout.yaxis2.categoryarray == narrow.layout.yaxis.categoryarray
    assert narrow.layout.yaxis2.autorange == "reversed"
    longest = max(max(trace.x) for trace in narrow.data)
    assert (1 - longest / narrow.layout.xaxis.range[1]) * 290 > 100, "pixels for the numbers behind the longest bar"
    assert [list(trace.x) for trace in narrow.data] == [list(trace.x) for trace in wide.data]


def test_no_networks_give_an_empty_figure() -> None:
    assert not stage_shares_figure([], narrow=True).data
    assert not stage_shares_figure([]).data
