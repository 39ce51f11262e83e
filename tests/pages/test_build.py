"""The tab that builds a network in Keras: the green line, the red box, and what it says when it cannot ask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from resnet.confirmation import Built
from resnet.inspection.building import build
from resnet.plan import Plan, plan
from resnet.runs import service
from resnet.runs.service import Service
from resnet.runs.store import Store
from tests.training_runs import TINY

WIDER = replace(TINY, widths=(4, 12))  # the second stage differs, stem and first stage do not


@pytest.fixture(scope="module")
def built() -> Built:
    """The tiny network, really built in Keras."""
    return build(TINY)


@pytest.fixture
def idle_service(tmp_path: Path) -> Iterator[Service]:
    """A service whose engine was never started."""
    lab = Service(Store(f"sqlite:///{tmp_path / 'runs.sqlite'}"), usual=None)
    service.set_current(lab)
    yield lab
    service.set_current(None)
    lab.close()


def _answer(network: object, answer: object, earlier: bool) -> None:
    from pages.parts.architecture.build import show_answer

    show_answer(network, answer, earlier=earlier)


def _tab() -> None:
    import streamlit as st

    from pages.parts.architecture.build import build_tab
    from resnet.plan import plan
    from tests.training_runs import TINY

    st.title("Test")
    build_tab(plan(TINY))


def shown(network: Plan, answer: Built, *, earlier: bool = False) -> AppTest:
    app = AppTest.from_function(_answer, args=(network, answer, earlier), default_timeout=30).run()
    assert not app.exception
    return app


def test_a_confirmed_plan_is_one_green_line_with_keras_s_numbers(built: Built) -> None:
    app = shown(plan(TINY), built)
    (line,) = [one.value for one in app.markdown]
    assert line == (
        f":green[:material/check_circle:] Keras confirms the plan: {len(built.layers)} layers, {built.total_parameters:,} parameters, "
        f"{built.trainable_parameters:,} trained; built in {built.seconds:.1f} s (Keras {built.keras_version})."
    )
    assert not app.error
    (summary,) = app.code
    assert summary.value == built.summary


def test_a_plan_that_keras_does_not_confirm_is_a_red_box_with_every_layer_that_differs(built: Built) -> None:
    app = shown(plan(WIDER), built)
    (box,) = [one.value for one in app.error]
    assert "Keras does not confirm the plan" in box
    assert "`stage2_block1_conv1`: output 4×4×12 in the plan, 4×4×8 in Keras" in box
    assert "`stage2_block1_conv1`: 432 parameters in the plan, 288 in Keras" in box  # 3·3·4·12 and 3·3·4·8
    assert "`stage2_block1_bn1`: 24 trained parameters in the plan, 16 in Keras" in box
    assert "`head_dense`: 130 parameters in the plan, 90 in Keras" in box  # 12·10 + 10 and 8·10 + 10
    assert f"the whole network: {plan(WIDER).total_parameters:,} parameters in the plan, {built.total_parameters:,} in Keras" in box
    assert "stem" not in box
    assert "stage1" not in box
    assert "Keras confirms" not in "".join(one.value for one in app.markdown)
    assert app.code[0].value == built.summary


def test_layers_that_only_one_side_has_are_named(built: Built) -> None:
    (box,) = [one.value for one in shown(plan(replace(TINY, shortcut="none")), built).error]
    assert "`stage2_block1_add`: Keras has it, with output 4×4×8; the plan does not" in box
    (box,) = [one.value for one in shown(plan(replace(TINY, dropout=0.5)), built).error]
    assert "`head_dropout`: the plan has it, with output 8; Keras does not" in box
    assert box.count("\n- ") == 1


def test_the_answer_of_an_earlier_network_is_grey_and_says_so(built: Built) -> None:
    (line,) = [one.value for one in shown(plan(TINY), built, earlier=True).markdown]
    assert line.startswith(":gray[:material/history: Of the network before the last change: Keras confirms")
    assert "green" not in line
    (box,) = [one.value for one in shown(plan(WIDER), built, earlier=True).error]
    assert box.startswith("Of the network before the last change: **Keras does not confirm")


def test_without_a_service_there_is_no_button() -> None:
    assert service.current() is None
    app = AppTest.from_function(_tab, default_timeout=30).run()
    assert "no training engine" in app.info[0].value
    assert not app.button


def test_while_the_engine_starts_the_answer_is_to_ask_again(idle_service: Service) -> None:
    app = AppTest.from_function(_tab, default_timeout=30).run()
    assert app.caption[0].value == "Nothing has been built yet."
    app.button(key="network_build").click().run()
    assert [one.value for one in app.error] == ["the training engine is still starting; ask again in a moment"]
    assert not app.button(key="network_build").disabled
