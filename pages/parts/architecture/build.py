"""The plan put to the test: the network is really built in Keras, and what came of it is held against the plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import streamlit as st

from pages.parts.i18n import explain, t
from pages.parts.inquiry import progress
from pages.parts.layout import prose
from pages.parts.literal import literally
from pages.parts.reserved import reserved
from resnet.config import ResNetConfig
from resnet.confirmation import Built, Difference, differences
from resnet.errors import ExplainedError
from resnet.inquiries import BuildNetwork
from resnet.plan import Plan, plan
from resnet.runs import service
from resnet.wording import shape_text

if TYPE_CHECKING:
    from resnet.runs.answers import Pending
    from resnet.runs.service import Service

_STATE = "network_build_asked"
_PAUSE = 0.5  # seconds between two looks at a question
# Pixels. The area is reserved from the question on, so that nothing below it jumps; a list of differences takes its room from the summary.
_AREA = 500
_LINE = 40
_DIFFERENCES = 220
_SUMMARY = {True: _AREA - _LINE - 32, False: _AREA - _DIFFERENCES - 32}  # by whether Keras confirms the plan
_BUTTON_WIDTH = 190


@dataclass(slots=True)
class _Asked:
    """What this visitor asked for last. A final answer is kept here, however soon the server forgets it."""

    network: ResNetConfig
    question: str
    answer: Pending | Built | ExplainedError


def build_tab(network: Plan) -> None:
    """A button, how far the building is, and the answer; one of an earlier network says so."""
    prose(
        t(
            "All numbers on this page are arithmetic, done in a millisecond. Here Keras builds the network in earnest, with its first "
            "weights, in another process; then every layer is compared with the plan by its name, its shape and its parameters."
        )
    )
    lab = service.current()
    if lab is None:
        st.info(t("This server has no training engine; start it with `streamlit run app.py`."), icon=":material/power_off:")
        return
    asked = _look(lab)
    under_way = asked is not None and not isinstance(asked.answer, (Built, ExplainedError)) and asked.network == network.config
    st.button(
        t("Build it in Keras"),
        key="network_build",
        icon=":material/deployed_code:",
        width=_BUTTON_WIDTH,
        disabled=under_way,
        on_click=_ask,
        args=(lab, network.config),
    )
    if asked is None:
        st.caption(t("Nothing has been built yet."))
        return
    with reserved(_AREA, key="build"):
        if isinstance(asked.answer, (Built, ExplainedError)):
            show_answer(plan(asked.network), asked.answer, earlier=asked.network != network.config)
        else:
            _watch(network.config)


def show_answer(network: Plan, answer: Built | ExplainedError, *, earlier: bool = False) -> None:
    """What came of building the network: confirmed, different, or not built. `earlier`: it is not the network that the page shows."""
    if isinstance(answer, ExplainedError):
        st.error(_marked(literally(explain(answer)), earlier), icon=":material/error:")
        return
    found = differences(network, answer)
    if found:
        _show_differences(found, earlier)
    else:
        with reserved(_LINE, key="confirmed"):
            _confirm(answer, earlier)
    st.code(answer.summary, language=None, height=_SUMMARY[not found])


def _confirm(built: Built, earlier: bool) -> None:
    words = t(
        "Keras confirms the plan: {layers:,} layers, {parameters:,} parameters, {trainable:,} trained; "
        "built in {seconds:.1f} s (Keras {version}).",
        layers=len(built.layers),
        parameters=built.total_parameters,
        trainable=built.trainable_parameters,
        seconds=built.seconds,
        version=built.keras_version,
    )
    if earlier:
        st.markdown(f":gray[:material/history: {_marked(words, earlier)}]")
    else:
        st.markdown(f":green[:material/check_circle:] {words}")


def _show_differences(found: tuple[Difference, ...], earlier: bool) -> None:
    heading = _marked(t("**Keras does not confirm the plan.** Differences: {count:,}", count=len(found)), earlier)
    with reserved(_DIFFERENCES, key="differences"):
        st.error("\n".join([heading, "", *(f"- {_in_words(difference)}" for difference in found)]), icon=":material/error:")


def _in_words(difference: Difference) -> str:
    planned, built = _value(difference.planned), _value(difference.built)
    layer = t("the whole network") if difference.layer is None else f"`{difference.layer}`"
    match difference.aspect:
        case "missing":
            return t("{layer}: the plan has it, with output {planned}; Keras does not", layer=layer, planned=planned)
        case "unexpected":
            return t("{layer}: Keras has it, with output {built}; the plan does not", layer=layer, built=built)
        case "output_shape":
            return t("{layer}: output {planned} in the plan, {built} in Keras", layer=layer, planned=planned, built=built)
        case "parameters":
            return t("{layer}: {planned} parameters in the plan, {built} in Keras", layer=layer, planned=planned, built=built)
        case "trainable_parameters":
            return t("{layer}: {planned} trained parameters in the plan, {built} in Keras", layer=layer, planned=planned, built=built)


def _value(value: tuple[int, ...] | int | None) -> str:
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else shape_text(value)


def _marked(words: str, earlier: bool) -> str:
    return t("Of the network before the last change: {words}", words=words) if earlier else words


@st.fragment(run_every=_PAUSE)
def _watch(shown: ResNetConfig) -> None:
    """Drawn only while a question is pending; its end reruns the page once, without it."""
    lab = service.current()
    asked = _look(lab) if lab is not None else None
    if asked is None or isinstance(asked.answer, (Built, ExplainedError)):
        st.rerun()
    words = _marked(progress(asked.answer), asked.network != shown)
    st.markdown(f":gray[:material/hourglass_top:] {words}")


def _ask(lab: Service, network: ResNetConfig) -> None:
    question = lab.ask(BuildNetwork(network))
    st.session_state[_STATE] = _Asked(network, question, _answer(lab, question))


def _look(lab: Service) -> _Asked | None:
    """What was asked last, with the latest that there is to say about it."""
    asked: _Asked | None = st.session_state.get(_STATE)
    if asked is not None and not isinstance(asked.answer, (Built, ExplainedError)):
        asked.answer = _answer(lab, asked.question)
    return asked


def _answer(lab: Service, question: str) -> Pending | Built | ExplainedError:
    """Who asks for a network to be built is answered with nothing else."""
    return cast("Pending | Built | ExplainedError", lab.answer(question))
