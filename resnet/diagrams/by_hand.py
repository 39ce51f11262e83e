"""Small grids of numbers in a row, with signs between them: a block computed by hand, as far as the walk has come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from resnet.by_hand import number
from resnet.diagrams import svg
from resnet.wording import Translate

CELL = 27
WIDTH, HEIGHT = 1190, 140
_TITLE_ROOM, _SIZE = 24, 4 * CELL
_SIGN_SIZE, _SIGN_MARGIN = 17.0, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """One grid.

    Attributes:
        key: its name in the drawing.
        title: what stands over it.
        role: whose colour the title wears: "shortcut", "branch", "add" or "plain".
        rows: its numbers.
        known: whether they are shown yet; an unknown grid keeps its room.
        outlined: the cells that another one is computed from, as (row, column) from 0.
        asked: the cell that is asked for.
        answered: whether that cell's number is shown.
        lit: whether the step is about this grid.
    """

    key: str
    title: str
    role: str
    rows: tuple[tuple[int, ...], ...]
    known: bool = True
    outlined: tuple[tuple[int, int], ...] = ()
    asked: tuple[int, int] | None = None
    answered: bool = True
    lit: bool = False


def by_hand_svg(parts: Sequence[Numbers | str], title: str, t: Translate) -> str:
    """Grids and the signs between them ("∗", "=", "→"; "|" sets the twin apart), WIDTH x HEIGHT; `t` translates."""
    widths = [_width(part) for part in parts]
    gap = (WIDTH - sum(widths)) / (len(parts) - 1)
    drawn, left = [], 0.0
    for place, (part, width) in enumerate(zip(parts, widths, strict=True)):
        drawn += list(_sign(part, left + width / 2, place)) if isinstance(part, str) else [_grid(part, left, t)]
        left += width + gap
    known = [_in_words(part, t) for part in parts if isinstance(part, Numbers) and part.known]
    return svg.document(WIDTH, HEIGHT, *drawn, title=title, description=" ".join(known), interactive=True)


def _width(part: Numbers | str) -> float:
    if isinstance(part, Numbers):
        return len(part.rows[0]) * CELL
    return 2.0 if part == "|" else svg.text_width(part, _SIGN_SIZE) + _SIGN_MARGIN


def _sign(sign: str, middle: float, place: int) -> Iterator[str]:
    y = _TITLE_ROOM + _SIZE / 2
    if sign == "|":
        yield svg.element("path", d=f"M{middle:.6g} 4 V{HEIGHT - 4}", class_="edge link", data_key=f"sign-{place}")
    else:
        yield svg.text(middle, y + 6, sign, class_="sign-between", key=f"sign-{place}")


def _grid(grid: Numbers, left: float, t: Translate) -> str:
    size = len(grid.rows)
    top = _TITLE_ROOM + (_SIZE - size * CELL) / 2
    middle = left + size * CELL / 2
    title = svg.text(middle, top - 8, grid.title, class_=f"title small {grid.role}", key="title")
    cells = "".join(_cell(grid, row, column, left, top) for row in range(size) for column in range(size))
    return svg.element(
        "g",
        title + cells,
        data_key=grid.key,
        class_="numbers lit" if grid.lit else "numbers",
        role="img",
        tabindex=0,
        aria_label=_in_words(grid, t),
    )


def _cell(grid: Numbers, row: int, column: int, left: float, top: float) -> str:
    here = (row, column)
    kinds = ["cell", *(["outlined"] if here in grid.outlined else []), *(["asked"] if here == grid.asked else [])]
    kinds += [] if grid.known else ["unknown"]
    x, y = left + column * CELL, top + row * CELL
    key = f"{row}-{column}"
    # Drawn within the cell's edge, or a neighbour's edge would hide an outline.
    face = svg.element("rect", x=x + 1, y=y + 1, width=CELL - 2, height=CELL - 2, class_=" ".join(kinds), data_key=f"face-{key}")
    return face + svg.text(x + CELL / 2, y + CELL / 2 + 5.5, _shown(grid, here), class_="cell-number", key=f"number-{key}")


def _shown(grid: Numbers, place: tuple[int, int]) -> str:
    if not grid.known:
        return ""
    if place == grid.asked and not grid.answered:
        return "?"
    return number(grid.rows[place[0]][place[1]])


def _in_words(grid: Numbers, t: Translate) -> str:
    """The grid row by row, for those who do not see it."""
    if not grid.known:
        return t("{title}: not computed yet", title=grid.title)
    rows = "; ".join(", ".join(_shown(grid, (row, column)) for column in range(len(grid.rows[row]))) for row in range(len(grid.rows)))
    return t("{title}, row by row: {rows}.", title=grid.title, rows=rows)
