"""Questions to the inspect worker, with a real engine: beside a training run, asked by several, with the worker killed under them."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest
from streamlit.testing.v1 import AppTest

from resnet.confirmation import Built, differences
from resnet.errors import QuestionError
from resnet.inquiries import BlockMaps, BuildNetwork, LookAtBlock, Subject
from resnet.inspection.block import look_at_block
from resnet.plan import plan
from resnet.presets import PRESETS
from resnet.runs import service
from resnet.runs.answers import Answer, Pending
from resnet.runs.service import Service
from resnet.runs.store import Store
from tests.e2e.labs import LONG, SMALL, ended, engine_of_this_test, points, wait_for
from tests.training_runs import TINY


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One engine for all tests here: each loads TensorFlow twice, once to train and once to answer."""
    service = Service(Store(f"sqlite:///{tmp_path_factory.mktemp('questions') / 'runs.sqlite'}"), usual=None)
    assert str(service.answer(service.ask(BuildNetwork(SMALL)))) == "the training engine is still starting; ask again in a moment"
    service.open()
    assert service.wait_until_ready(60)
    yield service
    service.close()
    assert str(service.answer(service.ask(BuildNetwork(replace(SMALL, name="late"))))) == "the server is being stopped"


def test_a_killed_worker_fails_its_question_and_the_next_is_answered_while_a_run_trains(lab: Service) -> None:
    run = lab.start(LONG)
    wait_for(lambda: points(lab, run) >= 5)
    trainers = workers()
    question = lab.ask(BuildNetwork(SMALL))
    assert lab.ask(BuildNetwork(SMALL)) == question, "two who ask for the same network share one question"
    assert pending(lab.answer(question)).phase == "starting"
    wait_for(lambda: pending(lab.answer(question)).phase == "loading")
    (inspector,) = workers() - trainers
    os.kill(inspector.pid, signal.SIGKILL)
    failure = answered(lab, question)
    assert isinstance(failure, QuestionError)
    assert "was ended from outside or ran out of memory" in str(failure)

    again = lab.ask(BuildNetwork(SMALL))
    assert again != question, "a failure is no answer to keep"
    behind = lab.ask(BuildNetwork(TINY))
    wait_for(lambda: pending(lab.answer(again)).phase == "loading")
    assert pending(lab.answer(behind)).phase == "waiting"
    built = answered(lab, again)
    assert isinstance(built, Built)
    assert differences(plan(SMALL), built) == ()
    before = points(lab, run)
    wait_for(lambda: points(lab, run) > before)
    assert lab.live_state(run) == "running", "the question has neither waited for the run nor ended it"
    assert lab.ask(BuildNetwork(SMALL)) == again
    assert lab.answer(again) is built, "the answer is kept"
    assert isinstance(answered(lab, behind), Built)
    lab.stop(run)
    assert ended(lab, run).state == "stopped"


def test_what_is_found_in_networks_arrives_as_it_was_found_and_building_another_between_changes_nothing(lab: Service) -> None:
    subject = Subject("mini-resnet", "untrained")
    first, second = (LookAtBlock(subject, "stage1_block1", image) for image in (0, 1))
    assert lab.ask(first) == lab.ask(LookAtBlock(subject, "stage1_block1", 0)), "equal questions are one"
    found = answered(lab, lab.ask(first))
    assert isinstance(found, BlockMaps)
    here = look_at_block(first)
    np.testing.assert_array_equal(found.x, here.x)
    np.testing.assert_allclose(found.probabilities, here.probabilities, atol=1e-6)
    assert list(found.inside) == list(here.inside)

    assert isinstance(answered(lab, lab.ask(BuildNetwork(replace(SMALL, name="between")))), Built)
    after = answered(lab, lab.ask(second))
    assert isinstance(after, BlockMaps)
    np.testing.assert_allclose(after.y, look_at_block(second).y, atol=1e-5)


def test_a_network_too_large_for_the_worker_is_refused_with_the_bytes(lab: Service) -> None:
    huge = replace(PRESETS["resnet-50"], widths=(4096, 4096, 4096, 4096))
    refusal = answered(lab, lab.ask(BuildNetwork(huge)))
    assert isinstance(refusal, QuestionError)
    assert f"take {4 * plan(huge).total_parameters:,} bytes" in str(refusal)


def test_an_answer_that_nobody_keeps_is_said_to_be_gone(lab: Service) -> None:
    assert str(lab.answer("question-0")) == "this answer is no longer kept; ask again"


def test_the_page_builds_shows_and_marks_what_is_of_an_earlier_network(lab: Service) -> None:
    service.set_current(lab)
    try:
        app = AppTest.from_function(_page, default_timeout=30).run()
        app.button(key="network_build").click().run()
        wait_for(lambda: bool(app.run().code))
        assert not app.exception
        words = [one.value for one in app.markdown]
        counts = plan(replace(TINY, widths=(4, 6)))
        assert f"{len(counts.layers)} layers, {counts.total_parameters:,} parameters, {counts.trainable_parameters:,} trained" in words[-1]
        assert words[-1].startswith(":green[:material/check_circle:] Keras confirms the plan")

        app.slider[0].set_value(7).run()
        assert app.markdown[-1].value.startswith(":gray[:material/history: Of the network before the last change: Keras confirms")
        app.button(key="network_build").click().run()
        wait_for(lambda: app.run().markdown[-1].value.startswith(":green["))
        assert f"{plan(replace(TINY, widths=(4, 7))).total_parameters:,} parameters" in app.markdown[-1].value
    finally:
        service.set_current(None)


def test_an_engine_that_dies_ends_its_questions_with_a_reason(tmp_path: Path) -> None:
    lab = Service(Store(f"sqlite:///{tmp_path / 'runs.sqlite'}"), usual=None)
    lab.open()
    try:
        assert lab.wait_until_ready(60)
        question = lab.ask(BuildNetwork(TINY))
        os.kill(newest_engine().pid, signal.SIGKILL)
        failure = answered(lab, question)
        assert isinstance(failure, QuestionError)
        assert "engine ended before it could answer" in str(failure)
    finally:
        lab.close()


def _page() -> None:
    from dataclasses import replace

    import streamlit as st

    from pages.parts.architecture.build import build_tab
    from resnet.plan import plan
    from tests.training_runs import TINY

    build_tab(plan(replace(TINY, widths=(4, st.slider("Width", 1, 9, 6)))))


def workers() -> set[psutil.Process]:
    return {child for child in engine_of_this_test().children() if "spawn_main" in " ".join(child.cmdline())}


def newest_engine() -> psutil.Process:
    engines = [child for child in psutil.Process().children() if "resnet.runs.engine" in child.cmdline()]
    return max(engines, key=lambda engine: engine.create_time())


def pending(answer: Answer) -> Pending:
    assert isinstance(answer, Pending), answer
    return answer


def answered(lab: Service, question: str) -> Answer:
    wait_for(lambda: not isinstance(lab.answer(question), Pending))
    return lab.answer(question)
