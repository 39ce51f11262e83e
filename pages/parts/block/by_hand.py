"""The walk's numbers by hand: the student computes one cell at each step, has it checked, and sees it worked out."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from pages.parts.block.steps import Step, has_come_to
from pages.parts.diagram import diagram
from pages.parts.display import projector
from pages.parts.held_address import hold, keep
from pages.parts.i18n import lesson, t
from pages.parts.layout import prose
from pages.parts.literal import literally
from resnet.by_hand import MINUS, MOST_SEEDS, Grid, HandBlock, hand_block, number
from resnet.by_hand_questions import Question, question_at
from resnet.diagrams.by_hand import HEIGHT, Numbers, by_hand_svg

_FIRST_SEED = "1"
_SHOWN = "hand_shown"
# What stands beside the question, or in its place where a step asks none.
_SECTIONS = {
    "x": "hand_x",
    "conv1": "hand_conv",
    "bn1": "hand_bn",
    "relu1": "hand_relu",
    "conv2": "hand_edge",
    "bn2": "hand_bn",
    "shortcut": "hand_shortcut",
    "add": "hand_add",
    "relu": "hand_relu",
    "g": "hand_g",
    "mask": "hand_mask",
    "copy": "hand_copy",
    "branch_back": "hand_branch",
    "sum": "hand_sum",
}


@dataclass(frozen=True, slots=True)
class Exercise:
    """What is asked at this step of these numbers, and how far the student is with it."""

    block: HandBlock
    seed: int
    question: Question | None
    given: str
    revealed: bool

    @property
    def number(self) -> int | None:
        """What the student wrote, where it is a whole number."""
        return whole_number(self.given)

    @property
    def answered(self) -> bool:
        return self.revealed or (self.question is not None and self.number == self.question.answer)


def current_seed() -> int:
    """Which numbers: the address's seed, else the one this visitor had last, else the first."""
    said = hold("seed", first=_FIRST_SEED)
    return int(said) if said.isdecimal() and len(said) <= len(str(MOST_SEEDS)) and int(said) <= MOST_SEEDS else int(_FIRST_SEED)


def new_numbers_button() -> None:
    """Other numbers, whose seed the address then says."""
    seed = current_seed()
    st.button(
        t("New numbers"),
        key="hand_new",
        icon=None if projector() else ":material/casino:",
        on_click=keep,
        args=("seed", str(seed % MOST_SEEDS + 1)),
        kwargs={"first": _FIRST_SEED},
    )


def exercise(step: Step) -> Exercise:
    """The question and its input, where the step asks something; to be called once a run, where the question is to stand."""
    seed = current_seed()
    block = hand_block(seed)
    question = question_at(step.key, block, seed)
    if question is None:
        prose(lesson("block", _SECTIONS[step.key]))
        return Exercise(block, seed, None, "", revealed=True)
    asking, reply = st.columns([1, 2.1], gap="small")
    place = f"{seed}-{step.key}"
    with asking:
        given = st.text_input(
            t(
                "{grid}: row {row}, column {column}",
                grid=grid_title(question.target),
                row=question.place[0] + 1,
                column=question.place[1] + 1,
            ),
            key=f"hand_answer_{place}",
            placeholder="?",
            max_chars=12,
            persist_state="session",
        )
    found = Exercise(block, seed, question, given or "", revealed=place in _shown())
    with reply:
        _reply(found, question, step, place)
    return found


def grids(step: Step, found: Exercise) -> None:
    """All numbers that the walk has come to."""
    parts = _backward(found, step) if step.backward else _forward(found, step)
    title = t("The block by hand, backward") if step.backward else t("The block by hand")
    diagram(by_hand_svg(parts, title, t), key="hand_grids", height=HEIGHT + 4)


def whole_number(given: str) -> int | None:
    """A whole number as people write it, with any dash for a minus; None for anything else."""
    text = given.strip().replace(MINUS, "-").replace("\N{EN DASH}", "-")
    digits = text[1:] if text[:1] in ("-", "+") else text
    return int(text) if digits.isascii() and digits.isdecimal() else None


def grid_title(name: str) -> str:
    """What a grid is called over its numbers and in a question."""
    return {
        "x": "x",
        "kernel1": t("kernel 1"),
        "conv1": t("conv 1"),
        "relu1": "ReLU",
        "kernel2": t("kernel 2"),
        "branch": "F(x)",
        "summed": "F(x) + x",
        "y": "y",
        "plain_y": t("twin: y"),
        "g": "g",
        "masked": "m",
        "through_branch": "Jᵀm",
        "at_x": "Jᵀm + m",
        "plain_masked": t("twin: m"),
        "plain_at_x": t("twin: Jᵀm"),
    }[name]


def _reply(found: Exercise, question: Question, step: Step, place: str) -> None:
    """What to say to what was written."""
    if found.answered:
        praised = found.number == question.answer
        said = t("Right.") if praised else t("It is {answer}.", answer=number(question.answer))
        prose(f":material/check_circle: **{said}** {literally(question.worked)}" if praised else f"**{said}** {literally(question.worked)}")
        return
    if not found.given.strip():
        prose(lesson("block", _SECTIONS[step.key]))
        return
    if found.number is None:
        prose(t("“{given}” is no whole number. Write one, such as 3 or −2.", given=literally(found.given.strip())))
        return
    with st.container(gap="xsmall"):
        prose(t("{given} is not it. Look at the outlined cells.", given=number(found.number)))
        st.button(t("Show me"), key=f"hand_show_{place}", on_click=_shown().add, args=(place,))


def _shown() -> set[str]:
    """The questions whose answers were asked for."""
    places: set[str] = st.session_state.setdefault(_SHOWN, set())
    return places


def _forward(found: Exercise, step: Step) -> list[Numbers | str]:
    return [
        _grid(found, step, "x", "shortcut", since="x"),
        "∗",
        _grid(found, step, "kernel1", "branch", since="x"),
        "=",
        _grid(found, step, "conv1", "branch", since="conv1"),
        "→",
        _grid(found, step, "relu1", "branch", since="relu1"),
        "∗",
        _grid(found, step, "kernel2", "branch", since="x"),
        "=",
        _grid(found, step, "branch", "branch", since="conv2"),
        "+ x =",
        _grid(found, step, "summed", "add", since="add"),
        "→",
        _grid(found, step, "y", "add", since="relu"),
        "|",
        _grid(found, step, "plain_y", "plain", since="relu"),
    ]


def _backward(found: Exercise, step: Step) -> list[Numbers | str]:
    return [
        _grid(found, step, "g", "add", since="g"),
        "·  [",
        _grid(found, step, "summed", "add", since="g"),
        "> 0]  =",
        _grid(found, step, "masked", "shortcut", since="mask"),
        "→",
        _grid(found, step, "through_branch", "branch", since="branch_back"),
        "+ m =",
        _grid(found, step, "at_x", "add", since="sum"),
        "|",
        _grid(found, step, "branch", "plain", since="g"),
        "→",
        _grid(found, step, "plain_masked", "plain", since="mask"),
        "→",
        _grid(found, step, "plain_at_x", "plain", since="branch_back"),
    ]


def _grid(found: Exercise, step: Step, name: str, role: str, *, since: str) -> Numbers:
    """One grid; it is known from the step `since` on."""
    question = found.question
    asked = question.place if question and question.target == name else None
    values: Grid = getattr(found.block, name)
    return Numbers(
        key=name,
        title=grid_title(name),
        role=role,
        rows=tuple(tuple(int(value) for value in row) for row in values),
        known=has_come_to(step, since),
        outlined=question.sources.get(name, ()) if question else (),
        asked=asked,
        answered=found.answered,
        lit=name in _LIT.get(step.key, ()),
    )


# The grids that a step is about.
_LIT = {
    "x": ("x",),
    "conv1": ("conv1",),
    "bn1": ("conv1",),
    "relu1": ("relu1",),
    "conv2": ("branch",),
    "bn2": ("branch",),
    "shortcut": ("x",),
    "add": ("summed",),
    "relu": ("y", "plain_y"),
    "g": ("g",),
    "mask": ("masked", "plain_masked"),
    "copy": ("masked",),
    "branch_back": ("through_branch", "plain_at_x"),
    "sum": ("at_x",),
}
