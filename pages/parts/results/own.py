"""A picture of one's own: how it becomes what the network was trained on, what the network says, and how far that is from all it knows."""

from __future__ import annotations

import streamlit as st

from pages.parts.display import pixels
from pages.parts.i18n import explain, lesson, t
from pages.parts.inquiry import ask, last_answer, tell
from pages.parts.literal import literally
from pages.parts.results.own_picture import GROUNDS, Brought, Origin, as_asked, brought, made_for
from pages.parts.results.own_source import bring
from pages.parts.results.own_steps import show_steps
from pages.parts.results.own_verdict import verdict
from pages.parts.results.shown import look_inside_with_own
from resnet.inquiries import Judge, Judgement, Source
from resnet.own_picture import Made, Ways


def own(source: Source) -> None:
    state = brought()
    left, right = st.columns([1, 2.6], gap="large")
    with left:
        bring(state)
        made = made_for(source)
        if made is not None:
            _settings(state, made)
    with right:
        if made is None:
            _nothing(state)
        else:
            show_steps(made)
            asked = ask(Judge(source, as_asked(made)), Judgement, key="own_judge")
            tell(asked, key="own_judge", said=t("What the network says of the last picture above:"))
            before = last_answer(asked, Judge, source)
            verdict(None if before is None else before[1], current=asked.current)
            st.button(
                t("Look inside with this picture"),
                key="own_inside",
                icon=":material/search:",
                on_click=look_inside_with_own,
            )
    with st.expander(t("Explain"), icon=":material/school:"):
        st.markdown(lesson("own_picture", "explain"), width=pixels(760))


def _nothing(state: Brought) -> None:
    """Why nothing is shown: a file was refused, or none was chosen yet."""
    problem = state.problems.get(state.origin)
    if problem is not None:
        st.error(t("This file was not taken: {reason}.", reason=literally(explain(problem))), icon=":material/error:")
    words: dict[Origin, str] = {
        "file": t("Choose a photo on the left: a shirt, a shoe, a bag, or anything else."),
        "camera": t("Take a photo on the left. It stays in this server's memory while this tab is open, and is written nowhere."),
        "sample": t("This network takes no pictures of 28×28 or 14×14 grey pixels."),
    }
    st.markdown(words[state.origin])


def _settings(state: Brought, made: Made) -> None:
    """What can be changed on its way. Where the edge is bright, the brightness is turned round before anybody says so."""
    ways = state.ways
    st.session_state["own_invert"], st.session_state["own_crop"], st.session_state["own_drawn"] = made.inverted, ways.crop, ways.drawn

    def change() -> None:
        invert = bool(st.session_state["own_invert"])
        state.go(
            Ways(
                invert=None if ways.invert is None and invert == made.inverted else invert,
                crop=bool(st.session_state["own_crop"]),
                drawn=float(st.session_state["own_drawn"]),
            )
        )

    st.toggle(t("Invert brightness"), key="own_invert", on_change=change, help=t("The training images are light on black."))
    st.toggle(t("Crop to what is drawn"), key="own_crop", on_change=change)
    st.slider(
        t("Background up to"),
        int(GROUNDS[0]) / 100,
        int(GROUNDS[-1]) / 100,
        step=(int(GROUNDS[1]) - int(GROUNDS[0])) / 100,
        format="percent",
        key="own_drawn",
        on_change=change,
        disabled=not ways.crop,
        help=t("What is less bright than this, after the ground was made black, counts as ground when the picture is cropped."),
    )
    if made.empty:
        st.caption(f":material/info: {t('Nothing in this picture stands out from its ground.')}")
