"""The gradient's norms in one block as bars, in the order of its way back: what arrives, what the ReLU lets through, what reaches x."""

from __future__ import annotations

from dataclasses import dataclass

from resnet.diagrams import svg
from resnet.inquiries import BackwardNorms
from resnet.wording import Translate, listed_apart

WIDTH, HEIGHT = 560, 232
COMPACT_WIDTH, COMPACT_HEIGHT = 800, 150
_BAR_LEFT, _BAR_WIDTH = 226, 264


@dataclass(frozen=True, slots=True)
class _Row:
    """One bar. `key` is that of the step it belongs to."""

    key: str
    title: str
    note: str
    role: str
    value: float | None


def norm_bars_svg(norms: BackwardNorms | None, t: Translate, *, projection: bool, lit: str = "", compact: bool = False) -> str:
    """The bars, from 0 on one scale; without numbers only their places. `lit` is the key of the step that is looked at.

    `compact` is lower and wider: COMPACT_HEIGHT instead of HEIGHT, the notes right of the numbers.
    """
    rows = _rows(norms, projection, t)
    largest = max((row.value or 0.0 for row in rows), default=0.0) or 1.0
    said = listed_apart((f"{row.title} {norm_text(row.value)}" for row in rows if row.value is not None), t)
    return svg.document(
        COMPACT_WIDTH if compact else WIDTH,
        COMPACT_HEIGHT if compact else HEIGHT,
        *(_draw(row, place, largest, lit=row.key == lit, compact=compact) for place, row in enumerate(rows)),
        title=t("The gradient's length on its way back through the block"),
        description=said or t("not yet measured"),
    )


def norm_text(value: float | None) -> str:
    """A norm with three digits; "–" for none."""
    if value is None:
        return "–"
    return "0" if value == 0 else f"{value:.3g}" if 0.001 <= value < 1000 else f"{value:.1e}"


def _rows(norms: BackwardNorms | None, projection: bool, t: Translate) -> list[_Row]:
    closed = t("{share:.0%} of the places are closed", share=norms.masked_share) if norms else ""
    cosine = t("cosine between the two: {cosine:.2f}", cosine=norms.cosine).replace("-", "−") if norms else ""
    shortcut = t("the projection's weights, transposed") if projection else t("copied as it is")
    lengths: tuple[float | None, ...] = (None,) * 6
    if norms:
        to_x = (norms.through_shortcut, norms.through_branch, norms.at_input)
        lengths = (norms.at_output, norms.after_mask, *to_x, norms.plain_at_input)
    rows = (
        ("g", t("g arrives at y"), "∂E/∂y", "plain"),
        ("mask", t("m, behind the ReLU"), closed, "add"),
        ("copy", t("through the shortcut"), shortcut, "shortcut"),
        ("branch_back", t("through the branch"), "Jᵀm", "branch"),
        ("sum", t("at x: the sum of the two"), cosine, "add"),
        ("twin", t("at x of the plain twin"), t("its branch alone"), "plain"),
    )
    return [_Row(*words, length) for words, length in zip(rows, lengths, strict=True)]


def _draw(row: _Row, place: int, largest: float, *, lit: bool, compact: bool) -> str:
    height, width = (25, COMPACT_WIDTH) if compact else (38, WIDTH)
    y = (17 if compact else 20) + height * place
    length = 0.0 if row.value is None else _BAR_WIDTH * row.value / largest
    note = (_BAR_LEFT + _BAR_WIDTH + 70, y + 3, "start") if compact else (_BAR_LEFT - 12, y + 14, "end")
    return svg.element(
        "g",
        *([svg.element("rect", x=0, y=y - 15, width=width, height=height - 1, rx=6, class_="lit", data_key="lit")] if lit else []),
        svg.text(_BAR_LEFT - 12, y + (3 if compact else 0), row.title, anchor="end", class_="title" if lit else "", key="title"),
        svg.text(note[0], note[1], row.note, anchor=note[2], class_="count", key="note"),
        svg.element("rect", x=_BAR_LEFT, y=y - 11, width=length, height=18, rx=3, class_=f"plate {row.role}", data_key="bar"),
        svg.text(_BAR_LEFT + length + 8, y + 3, norm_text(row.value), anchor="start", class_="shape", key="value"),
        data_key=row.key,
    )
