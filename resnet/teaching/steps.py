"""The guided lesson of 45 minutes: its steps, as data, and what a step's text consists of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from resnet.wording import Translate

PARTS = ("aim", "click", "ask", "expect")  # of a step's text, each under `### part`


@dataclass(frozen=True, slots=True)
class Link:
    """A place in the app: the page by its file's name, and the parameters of its address."""

    page: str
    address: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the lesson, from minute `start` to minute `end`, and where in the app it happens."""

    key: str
    start: int
    end: int
    links: tuple[Link, ...] = ()


STEPS = (
    Step("recall", 0, 4, (Link("block", {"view": "walk", "step": "conv1", "numbers": "real"}),)),
    Step("construction", 4, 9, (Link("idea"), Link("experiments", {"experiment": "disease"}))),
    Step("observe", 9, 14, (Link("experiments", {"experiment": "disease"}),)),
    Step("cures", 14, 17),
    Step("block", 17, 28, (Link("block", {"view": "walk"}), Link("block", {"view": "kinds"}), Link("block", {"view": "back"}))),
    Step("cure", 28, 35, (Link("experiments", {"experiment": "cure"}), Link("experiments", {"experiment": "rescue"}))),
    Step("lesion", 35, 40, (Link("experiments", {"experiment": "lesion"}),)),
    Step("explain", 40, 43, (Link("idea"),)),
    Step("exit", 43, 45),
)
MINUTES = STEPS[-1].end


def step_title(key: str, t: Translate) -> str:
    """What a step is called in the list of steps."""
    return {
        "recall": t("Label ten images, recall"),
        "construction": t("Deeper is no worse: predict"),
        "observe": t("Watch the disease"),
        "cures": t("The class proposes cures"),
        "block": t("The block"),
        "cure": t("The cure, and a rescue"),
        "lesion": t("The lesion"),
        "explain": t("Explain, and limits"),
        "exit": t("Exit question"),
    }[key]


def part_title(part: str, t: Translate) -> str:
    """The heading over a part of a step's text, one of PARTS."""
    return {"aim": t("Aim"), "click": t("What to do"), "ask": t("What to ask"), "expect": t("What was measured, what to expect")}[part]


def read_step(text: str) -> dict[str, str]:
    """The parts of a step's text by their headings `### aim` to `### expect`. Raises ValueError if one lacks, is empty or is new."""
    pieces = re.split(r"^### +(\S+) *$", text, flags=re.MULTILINE)
    parts = {part: body.strip() for part, body in zip(pieces[1::2], pieces[2::2], strict=True)}
    if tuple(parts) != PARTS or not all(parts.values()):
        raise ValueError(f"a step consists of {', '.join(PARTS)}, in this order and none empty; got {', '.join(parts) or 'none'}")
    return parts
