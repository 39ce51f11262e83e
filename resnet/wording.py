"""How figures and diagrams come by their words: they are given a translator, as the library knows no user interface."""

from __future__ import annotations

from typing import Protocol


class Translate(Protocol):
    """Turns an English template and its values into a sentence of the reader's language; `t` of the pages is one."""

    def __call__(self, message: str, /, **values: object) -> str: ...


def english(message: str, /, **values: object) -> str:
    """The translator for readers of English: fills the template."""
    return message.format(**values) if values else message


def stage_title(stage: str, t: Translate) -> str:
    """A plan's "stem", "stage1" … or "head" as a reader knows it."""
    if stage == "stem":
        return t("Stem")
    if stage == "head":
        return t("Head")
    return t("Stage {number}", number=int(stage.removeprefix("stage")))
