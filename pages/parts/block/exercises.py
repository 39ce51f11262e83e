"""Two exercises beneath the kinds of block: the shapes that come out of two units, and a unit that forgets something when it is saved."""

from __future__ import annotations

import re

import streamlit as st

from pages.parts.block.choices import EXAMPLES, Choice, Sizes
from pages.parts.block.marked_source import marked_source
from pages.parts.block.memory import set_sizes
from pages.parts.i18n import ASSETS, lesson, t
from pages.parts.layout import prose
from resnet.source import lines_with
from resnet.wording import listed

BATCH = 2
SHAPE_TESTS = EXAMPLES["basic"][:2]  # 64 filters at stride 1, 128 at stride 2
FORGETFUL = ASSETS / "exercises" / "forgetful_unit.py"
# The lines to choose from, by what they alone contain; each has its explanation in the lesson under `fault_<name>`.
FAULTS = {
    "activation": "keras.activations.get(",
    "bias": "filters, 3, strides",
    "add": "self.activation(y + x)",
    "config": "own = {",
}
_FAULTY = "config"
_TRIED = "block_fault_tried"


def exercises() -> None:
    """Both, side by side; code needs the wider column."""
    st.header(t("Try it"), anchor=False, divider="gray")
    shapes, fault = st.columns([1, 1.4], gap="medium")
    with shapes:
        _shape_test()
    with fault:
        _find_the_fault()


def output_of(sizes: Sizes) -> tuple[int, ...]:
    """What a basic block of these sizes makes of a batch of BATCH inputs."""
    return BATCH, *Choice(kind="basic", block="basic").plan(sizes)[-1].output_shape


def _shape_test() -> None:
    st.subheader(t("Which shape comes out?"), anchor=False)
    sizes: Sizes = st.radio(t("Unit"), SHAPE_TESTS, format_func=_call, key="block_shape_test", persist_state="session")
    prose(lesson("block", "shape_test", input=_tuple((BATCH, sizes.side, sizes.side, sizes.channels))))
    given = st.text_input(
        t("Your prediction"),
        key=f"block_shape_{sizes.filters}-{sizes.stride}",
        placeholder=t("batch, height, width, channels"),
        max_chars=40,
        persist_state="session",
    )
    if given and given.strip():
        _judge(given, output_of(sizes))
    st.button(
        t("Draw this unit above"), key="block_shape_draw", on_click=_draw, args=(sizes,), type="tertiary", icon=":material/arrow_upward:"
    )


def _call(sizes: Sizes) -> str:
    strides = f", strides={sizes.stride}" if sizes.stride > 1 else ""
    return f"`ResidualUnit({sizes.filters}{strides})`"


def _draw(sizes: Sizes) -> None:
    st.session_state.block_kind = st.session_state.block_convolutions = "basic"
    set_sizes(sizes)


def _judge(given: str, actual: tuple[int, ...]) -> None:
    """Say where a prediction is right, and the actual shape once it was one."""
    predicted = tuple(int(word) for word in re.findall(r"\d{1,6}", given))
    if len(predicted) != len(actual):
        prose(
            t(
                "A shape has {count} numbers here: batch, height, width, channels. For example {example}.",
                count=len(actual),
                example="2, 28, 28, 32",
            )
        )
        return
    names = (t("batch"), t("height"), t("width"), t("channels"))
    wrong = [name for name, one, other in zip(names, predicted, actual, strict=True) if one != other]
    if wrong:
        prose(
            t(
                "You said {predicted}; the unit gives **{actual}**. Not the same: {names}.",
                predicted=_tuple(predicted),
                actual=_tuple(actual),
                names=listed(wrong, t),
            )
        )
    else:
        prose(f":material/check_circle: **{t('Right:')}** {t('the unit gives {actual}.', actual=_tuple(actual))}")
    prose(lesson("block", "shape_reason"))


def _tuple(shape: tuple[int, ...]) -> str:
    return f"({', '.join(map(str, shape))})"


def _find_the_fault() -> None:
    st.subheader(t("Find the fault"), anchor=False)
    prose(lesson("block", "fault"))
    text = FORGETFUL.read_text(encoding="utf-8").rstrip("\n")
    tried = st.session_state.get(_TRIED)
    marked = lines_with(text, FAULTS[tried]) if tried else []
    marked_source(text, marked, title=t("The unit’s source"), key="block_fault_source", height=None, numbered=True)
    chosen = st.radio(
        t("Which line is at fault?"),
        FAULTS,
        format_func=lambda name: _line(text, name),
        key="block_fault",
        index=None,
        persist_state="session",
    )
    st.button(t("Check"), key="block_fault_check", disabled=chosen is None, on_click=_try_fault, args=(chosen,))
    if tried:
        mark = ":material/check_circle:" if tried == _FAULTY else ":material/cancel:"
        prose(f"{mark} {lesson('block', f'fault_{tried}')}")


def _line(text: str, name: str) -> str:
    """A line to choose, with its number as an editor counts."""
    (number,) = lines_with(text, FAULTS[name])
    return f"{number + 1}: `{text.split(chr(10))[number].strip()}`"


def _try_fault(name: str) -> None:
    st.session_state[_TRIED] = name
