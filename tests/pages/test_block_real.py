"""The block's real numbers on their pages: what is asked, what is shown of an answer, and what is said while there is none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts.block.back import chain_lesson, compared, norms_lesson
from pages.parts.block.real import padding_before
from resnet.errors import QuestionError
from resnet.inquiries import LookAtBlock, MeasureChain, MeasureStrip, SendBack, Subject
from resnet.pictures import a_dozen, embedded_pictures
from resnet.plan import plan
from resnet.presets import PRESETS
from resnet.runs.answers import Pending
from tests.pages.block_answers import NORMS, Answering, answering, finding


@pytest.fixture
def lab() -> Iterator[Answering]:
    with answering() as lab:
        yield lab


def _page() -> None:
    import streamlit as st

    from pages.parts.block.amount import amount
    from pages.parts.block.back import back
    from pages.parts.block.real import real
    from pages.parts.block.steps import STEPS, open_block
    from pages.parts.block.strip import strip

    st.title("Test")
    state = st.session_state
    if state.view == "real":
        real(next(step for step in STEPS if step.key == state.step), True)
        strip(open_block)
    else:
        {"amount": amount, "back": back}[state.view]()


def shown(view: str, *, step: str = "relu", **address: str) -> AppTest:
    app = AppTest.from_function(_page, default_timeout=60)
    app.session_state.view, app.session_state.step = view, step
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def sent(app: AppTest, name: str) -> list[dict[str, Any]]:
    """What components whose data has that field were given."""
    everything = [json.loads(one.proto.json) for one in app.get("bidi_component")]
    return [data for data in everything if name in data]


def words(app: AppTest) -> str:
    return "\n".join(one.value for one in app.markdown)


def test_the_maps_are_asked_for_by_what_the_address_says(lab: Answering) -> None:
    shown("real", moment="epoch-1", at="stage2_block2", image=str(a_dozen()[4]))
    subject = Subject("mini-resnet", "epoch-1")
    assert lab.asked == [LookAtBlock(subject, "stage2_block2", a_dozen()[4]), MeasureStrip(subject)]


def test_the_maps_show_one_channel_whose_sum_is_read_off(lab: Answering) -> None:
    app = shown("real")
    (data,) = sent(app, "panels")
    assert [panel["title"] for panel in data["panels"]] == ["x", "ReLU inside", "F(x)", "F(x) + x", "y = ReLU(sum)", "twin: ReLU(F(x))"]
    assert data["lines"][0] == "{shortcut} + {(branch)} = {sum} → ReLU {y}"
    place = 1 * 28 + 4
    assert [data["grids"][name]["units"][place] for name in ("shortcut", "branch", "sum", "y", "twin")] == [42, -17, 25, 25, 0]
    assert (data["limit"], data["decimals"], data["start"]) == (0.12, 2, {"row": 1, "column": 4})
    assert not data["dimmed"]
    assert app.number_input(key="block_real_channel").value == 4  # channel 3, counted from 1
    assert data["panels"][2]["alternative"].startswith("F(x): 28 by 28 numbers from −0.17 to 0.02, 0% of them 0; farthest from 0 in row 2")


def test_each_step_lights_its_maps_and_no_place_moves(lab: Answering) -> None:
    lit = {
        "x": ["x"],
        "conv1": ["hidden"],
        "bn1": ["hidden"],
        "relu1": ["hidden"],
        "conv2": ["branch"],
        "bn2": ["branch"],
        "shortcut": ["x"],
        "add": ["sum"],
        "relu": ["y", "twin"],
    }
    for step, wanted in lit.items():
        (data,) = sent(shown("real", step=step), "panels")
        assert [panel["key"] for panel in data["panels"]] == ["x", "hidden", "branch", "sum", "y", "twin"]
        assert [panel["key"] for panel in data["panels"] if panel["state"] == "now"] == wanted, step
        assert (data["patch"] is not None) == (step in ("conv1", "conv2")), step
    (data,) = sent(shown("real", step="conv1"), "panels")
    assert (data["patch"]["panel"], data["patch"]["size"], data["patch"]["stride"], data["patch"]["before"]) == ("x", 3, 1, 1)
    assert data["patch"]["kernel"] == [0.5] * 9


def test_a_projection_has_a_map_of_its_own_and_its_patch_strides(lab: Answering) -> None:
    (data,) = sent(shown("real", step="conv1", at="stage2_block1"), "panels")
    assert [panel["title"] for panel in data["panels"]][3:5] == ["Wₛ x", "F(x) + Wₛ x"]
    assert (data["patch"]["stride"], data["patch"]["before"]) == (2, 0)
    assert (data["grids"]["x"]["rows"], data["grids"]["y"]["rows"]) == (28, 14)


def test_padding_is_that_of_keras_same() -> None:
    layers = {layer.name: layer for layer in plan(PRESETS["mini-resnet"]).layers}
    # TensorFlow: (out − 1) · stride + kernel − in zeros in all, the lesser half first. 28 → 14 by 3x3/2 lacks one, which comes last.
    assert padding_before(layers["stage2_block1_conv1"]) == 0
    assert padding_before(layers["stage2_block1_conv2"]) == 1
    assert padding_before(layers["stage2_block1_shortcut_conv"]) == 0


def test_another_channel_and_moment_change_what_is_shown_and_asked(lab: Answering) -> None:
    app = shown("real")
    app.number_input(key="block_real_channel").set_value(1).run()
    (data,) = sent(app, "panels")
    assert set(data["grids"]["branch"]["units"]) == {0}
    (control,) = (one for one in app.get("button_group") if one.key == "block_real_moment")
    control.set_value("untrained").run()
    assert LookAtBlock(Subject("mini-resnet", "untrained"), "stage1_block1", a_dozen()[0]) in lab.asked
    assert app.number_input(key="block_real_channel").value == 1, "a channel that was chosen stays"


def test_backward_steps_show_measured_norms(lab: Answering) -> None:
    app = shown("real", step="mask")
    assert SendBack(Subject("mini-resnet"), "stage1_block1", a_dozen()[0]) in lab.asked
    assert not sent(app, "panels")
    (data,) = [one for one in sent(app, "svg") if "m, behind the ReLU" in one["svg"]]
    assert "40% of the places are closed" in data["svg"]
    assert ">0.125<" in data["svg"]


def test_all_amounts_come_in_one_answer(lab: Answering) -> None:
    app = shown("amount")
    (data,) = sent(app, "amounts")
    assert data["amounts"] == [place / 20 for place in range(21)]
    assert [max(range(10), key=row.__getitem__) for row in data["probabilities"]] == [1] * 7 + [2] * 14
    assert [panel["grid"] for panel in data["maps"]["panels"]] == ["shortcut", "scaled", "sum", "y"]
    assert data["maps"]["grids"]["branch"]["units"][32] == -17
    assert "y = ReLU(x) = x" in words(app)
    assert "At a = 0 the network says **Trouser** (82.0%), at a = 1 **Pullover** (82.0%)." in words(app)
    assert "From a = 0.35 on it stays with Pullover." in words(app)
    assert len(lab.asked) == 1


def test_with_a_projection_nothing_of_the_branch_is_no_identity(lab: Answering) -> None:
    app = shown("amount", at="stage3_block1")
    assert "**not** an identity" in words(app)
    assert "y = ReLU(x) = x:" not in words(app)


def test_the_chain_is_asked_for_as_the_controls_say(lab: Answering) -> None:
    app = shown("back")
    assert lab.asked[-1] == MeasureChain(20, 1, True)
    app.slider(key="block_chain_blocks").set_value(3).run()
    app.toggle(key="block_chain_normalised").set_value(False).run()
    assert lab.asked[-1] == MeasureChain(3, 1, False)
    assert "to **0.125** at the first block. With shortcuts it grew to **1.33**" in words(app)  # 0.5³ and 1.1³
    assert "shortcuts kept it nearer to 1" in words(app)


def test_the_words_follow_what_was_measured() -> None:
    assert [compared(one, 1.0) for one in (2.0, 1.1, 0.9, 0.5)] == ["longer", "alike", "alike", "shorter"]
    from dataclasses import replace

    said = norms_lesson(replace(NORMS, plain_at_input=2.0, cosine=-0.5), projection=False)
    assert "**2** reaches x there: for this image more than with the shortcut" in said
    assert "against each other (cosine −0.50)" in said
    chain = finding(MeasureChain(4, 1, True))
    grown = type(chain)(chain.plain, chain.plain[::-1] * 50, chain.plain, chain.plain)  # type: ignore[union-attr, call-arg, arg-type]
    assert "Without shortcuts the gradient grew" in chain_lesson(grown, 4)  # type: ignore[arg-type]


class Refusing(Answering):
    def answer(self, question: str) -> Any:
        return QuestionError("there was no answer within {limit} seconds, and the question was given up", limit=300)


def test_a_refusal_is_said_and_can_be_asked_again(lab: Answering, monkeypatch: pytest.MonkeyPatch) -> None:
    from resnet.runs import service

    refusing = Refusing()
    monkeypatch.setattr(service, "_current", refusing)
    app = shown("amount")
    assert "no answer within 300 seconds" in words(app).replace("\\", "")
    assert len(refusing.asked) == 1
    app.run()
    assert len(refusing.asked) == 1, "nothing is asked again by itself"
    app.button(key="block_amount_again").click().run()
    assert len(refusing.asked) == 2


def test_while_an_answer_is_on_its_way_the_last_one_stays_faintly(lab: Answering, monkeypatch: pytest.MonkeyPatch) -> None:
    app = shown("real")
    monkeypatch.setattr(lab, "answer", lambda question: Pending("loading", 3.0))
    (control,) = (one for one in app.get("button_group") if one.key == "block_real_moment")
    control.set_value("epoch-1").run()
    assert not app.exception
    (data,) = sent(app, "panels")
    assert (data["dimmed"], data["words"]["status"]) == (True, "Measuring …")
    assert data["grids"]["y"]["units"][32] == 25
    assert "Loading TensorFlow; the next question will not need to … 3 s" in words(app)


def test_without_an_engine_the_places_are_there_and_it_is_said() -> None:
    app = shown("real")
    (data,) = sent(app, "panels")
    assert len(data["panels"]) == 6
    assert data["grids"] == {}
    assert data["panels"][0]["alternative"] == "x: not yet measured"
    assert "no engine to ask" in words(app)


def test_a_dozen_images_show_every_class_from_the_test_split() -> None:
    pictures, labels = embedded_pictures()
    assert pictures.shape == (2000, 28, 28)
    chosen = [int(labels[one]) for one in a_dozen()]
    assert chosen == [0, 1, 2, 2, 3, 4, 5, 6, 6, 7, 8, 9]
    assert len(set(a_dozen())) == 12
