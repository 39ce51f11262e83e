"""The plan against what Keras built: nothing to say where they agree, every difference where they do not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from resnet.config import ResNetConfig
from resnet.confirmation import Built, BuiltLayer, Difference, differences
from resnet.errors import QuestionError
from resnet.inspection.building import build
from resnet.plan import Plan, plan
from resnet.presets import PRESETS
from resnet.runs.questions import check_size
from tests.training_runs import TINY

PLAN = plan(TINY)


def as_planned(network: Plan) -> Built:
    """A record that says of each layer what the plan says."""
    layers = tuple(BuiltLayer(one.name, "", one.output_shape, one.parameters, one.trainable_parameters) for one in network.layers)
    return Built("", layers, network.total_parameters, network.trainable_parameters, 0.0, "3")


def changed(layer: str, /, **values: object) -> Built:
    """The record with one layer changed."""
    built = as_planned(PLAN)
    return replace(built, layers=tuple(replace(one, **values) if one.name == layer else one for one in built.layers))  # type: ignore[arg-type]


def test_a_record_as_planned_is_confirmed_in_any_order() -> None:
    built = as_planned(PLAN)
    assert differences(PLAN, built) == ()
    assert differences(PLAN, replace(built, layers=built.layers[::-1])) == ()


@pytest.mark.parametrize(
    ("aspect", "planned", "built"),
    [("output_shape", (14, 14, 4), (14, 13, 4)), ("parameters", 196, 200), ("trainable_parameters", 196, 0)],
)
def test_a_layer_that_differs_in_one_thing_is_named_with_both_values(aspect: str, planned: object, built: object) -> None:
    (found,) = differences(PLAN, changed("stem_conv", **{aspect: built}))
    assert found == Difference("stem_conv", aspect, planned, built)  # type: ignore[arg-type]


def test_a_renamed_layer_is_missing_and_unexpected() -> None:
    assert differences(PLAN, changed("stem_conv", name="stem_convolution")) == (
        Difference("stem_conv", "missing", (14, 14, 4), None),
        Difference("stem_convolution", "unexpected", None, (14, 14, 4)),
    )


def test_totals_are_compared_for_themselves() -> None:
    total, trainable = PLAN.total_parameters, PLAN.trainable_parameters
    assert differences(PLAN, replace(as_planned(PLAN), total_parameters=total + 1, trainable_parameters=trainable - 1)) == (
        Difference(None, "parameters", total, total + 1),
        Difference(None, "trainable_parameters", trainable, trainable - 1),
    )


@pytest.mark.parametrize(
    "network",
    [
        TINY,
        replace(TINY, preactivation=True, dropout=0.1, se_reduction=2, padding="same"),
        replace(TINY, block="bottleneck", groups=2, width_per_group=64, stem="cifar"),
        replace(TINY, shortcut="zero-pad"),
        replace(TINY, shortcut="none"),
    ],
)
def test_keras_confirms_the_plan(network: ResNetConfig) -> None:
    built = build(network)
    assert differences(plan(network), built) == ()
    assert len(built.layers) == len(plan(network).layers)


def test_the_summary_is_keras_s_own_whole_and_without_colours() -> None:
    built = build(TINY)
    assert "\x1b" not in built.summary
    assert built.summary.startswith('Model: "tiny"')
    assert f"Total params: {PLAN.total_parameters:,}" in built.summary
    assert f"Trainable params: {PLAN.trainable_parameters:,}" in built.summary
    table = [line for line in built.summary.splitlines() if line.startswith("│")]
    assert {len(line) for line in table} == {112}
    assert all(line.endswith("│") for line in table), "no line is cut off"
    assert "stage2_block1_shortcut_conv" in built.summary
    assert built.layers[1] == BuiltLayer("stem_pad", "ZeroPadding2D", (34, 34, 1), 0, 0)


def test_a_network_that_would_not_fit_is_refused_with_the_bytes() -> None:
    network = plan(PRESETS["resnet-50"])  # 25,557,032 + 53,120 numbers of 4 bytes
    check_size(network, 102_440_608 * 5)
    with pytest.raises(QuestionError, match=r"25,610,152 parameters of this network take 102,440,608 bytes.* can spare 102,440,607;"):
        check_size(network, 102_440_608 * 5 - 1)


def test_a_network_with_too_many_layers_is_refused() -> None:
    with pytest.raises(QuestionError, match=r"10,510 layers; .* 5,000 are built"):
        check_size(plan(replace(PRESETS["resnet-110"], depths=(500, 500, 500))), 10**12)
