"""Drawings made of columns: plates on a line that runs through all of them, and the words below.

A plate's height follows the resolution and its thickness the channels, so that a glance tells what is traded for what.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil, sqrt

from resnet.diagrams import svg
from resnet.plan import Shape

HEIGHT = 226
LINE_Y = 82
LEGEND_Y = 220
SMALLEST_WIDTH = 760
GAP = 13  # between the plates of one column; a shortcut leaves and lands in the middle of it
_TITLE_Y, _SHAPE_Y, _COUNT_Y = 164, 182, 199
_NOTE_SIZE = 11.4  # of the legend, about
_MARGIN = 14
_NARROWEST_COLUMN = 90
_TALLEST_PLATE, _THICKEST_PLATE = 128, 40


@dataclass(frozen=True, slots=True)
class Plate:
    """One block or one layer. `block` 0: no block; `block` None: dots in the place of blocks left out."""

    role: str
    thickness: float
    height: float
    block: int | None = 0
    projects: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """One column and the words below it. A click on it leads to `opens`, a place as `resnet.outline.Focus.path` writes it."""

    key: str
    title: str
    shape: str
    count: str
    tip: str
    plates: tuple[Plate, ...]
    opens: str | None = None
    chosen: bool = False

    @property
    def natural_width(self) -> float:
        """What the plates take up."""
        return sum(plate.thickness + GAP for plate in self.plates)

    @property
    def text_width(self) -> float:
        """What the longest line of words takes up, about."""
        return svg.text_width(max(self.shape, self.title, key=len), 14) + GAP


@dataclass(frozen=True, slots=True)
class Placed:
    """A column between `left` and `left + width`; its piece of the line goes from `start` to `end`."""

    column: Column
    left: float
    width: float
    start: float
    end: float

    @property
    def middle(self) -> float:
        return self.left + self.width / 2


def place(columns: Sequence[Column], *, narrowest: float = _NARROWEST_COLUMN) -> tuple[list[Placed], float]:
    """The columns side by side, as wide as what they hold, and the width of all."""
    least = [max(narrowest, column.text_width) for column in columns]
    width = max(SMALLEST_WIDTH, ceil(sum(least)))
    spare: float = width - sum(least)
    needs = [max(0.0, column.natural_width + GAP - own) for column, own in zip(columns, least, strict=True)]
    if sum(needs) > spare:
        width = int(width + sum(needs) - spare) + 1
        spare = sum(needs)
    evenly = (spare - sum(needs)) / len(columns)
    placed, left = [], 0.0
    for column, need, room in zip(columns, needs, least, strict=True):
        own = room + need + evenly
        placed.append(Placed(column, left, own, max(left, _MARGIN), min(left + own, width - _MARGIN)))
        left += own
    return placed, width


def fitted(columns: Sequence[Column]) -> list[Column]:
    """The columns with plates so much thinner that all of them fit SMALLEST_WIDTH, as long as they stay plates."""
    plates = [plate for column in columns for plate in column.plates]
    empty = sum(max(_NARROWEST_COLUMN - column.natural_width - GAP, 0) for column in columns)
    room = SMALLEST_WIDTH - empty - GAP * (len(plates) + len(columns))
    share = max(0.4, min(1.0, room / sum(plate.thickness for plate in plates)))
    return [
        replace(column, plates=tuple(replace(plate, thickness=plate.thickness * share) for plate in column.plates)) for column in columns
    ]


def plate_height(side: int, input_side: int) -> float:
    """SVG units for a resolution of `side` pixels in a network for images of `input_side`.

    A power below 1, so that 7 and 224 pixels find room in one picture; and a weaker one for the input, so that networks for small
    images are not drawn too small to see.
    """
    return min(_TALLEST_PLATE, 118 * (side / input_side) ** 0.4 * (input_side / 224) ** 0.15)


def plate_thickness(channels: int) -> float:
    """SVG units for so many channels."""
    return min(_THICKEST_PLATE, 4 + 0.9 * sqrt(channels))


def height_of(shape: Shape, input_shape: Shape) -> float:
    """SVG units for a feature map, or for a vector, which has no height."""
    side = max(shape[:2]) if len(shape) == 3 else 1
    return plate_height(side, max(input_shape[:2]))


def draw_column(placed: Placed, *, shortcuts: bool) -> str:
    """The column's plates, with the arcs over its blocks where there are `shortcuts`, and its words."""
    column = placed.column
    start = placed.middle - (column.natural_width - GAP) / 2
    return svg.element(
        "g",
        svg.element("rect", x=placed.left, y=2, width=placed.width, height=_COUNT_Y + 4, rx=6, class_="field", data_key="field"),
        svg.element("path", d=f"M{placed.start:.1f} {LINE_Y} H{placed.end:.1f}", class_="edge", data_key="line"),
        *_plates(column, start, shortcuts=shortcuts),
        svg.text(placed.middle, _TITLE_Y, column.title, class_="title", key="title"),
        svg.text(placed.middle, _SHAPE_Y, column.shape, class_="shape", key="shape"),
        svg.text(placed.middle, _COUNT_Y, column.count, class_="count", key="count"),
        tabindex=0,
        data_key=column.key,
        data_tip=column.tip,
        data_open=column.opens,
        class_="chosen" if column.chosen else None,
        aria_label=f"{column.title}: {column.shape}. {column.tip}",
        role="img" if column.opens is None else "button",
    )


def draw_legend(entries: dict[str, tuple[str, str]]) -> Iterator[str]:
    """What the marks mean: (mark, words) by key; each mark stands in a field of 28x14 left of its words."""
    x = 8.0
    for key, (mark, words) in entries.items():
        yield svg.element(
            "g",
            mark,
            svg.text(34, 0, words, class_="note", anchor="start"),
            transform=f"translate({x:g} {LEGEND_Y})",
            data_key=f"legend-{key}",
        )
        x += 34 + svg.text_width(words, _NOTE_SIZE) + 28


def _plates(column: Column, start: float, *, shortcuts: bool) -> Iterator[str]:
    x = start
    for index, plate in enumerate(column.plates):
        if plate.block is None:
            yield svg.text(x + plate.thickness / 2, LINE_Y - 8, "⋯", class_="sign", key="dots")
        else:
            key = f"plate{index}"
            yield svg.element(
                "rect",
                x=x,
                y=LINE_Y - plate.height / 2,
                width=plate.thickness,
                height=plate.height,
                rx=2,
                class_=f"plate {plate.role}",
                data_key=key,
            )
            if plate.block and shortcuts:
                yield from _shortcut(plate, x, key)
        x += plate.thickness + GAP


def _shortcut(plate: Plate, x: float, key: str) -> Iterator[str]:
    """The arc over one block, from the line before it to the add behind it; what makes x fit is a box on it."""
    fork, add = x - GAP / 2, x + plate.thickness + GAP / 2
    rise = plate.height / 2 + 12
    # A cubic's highest point lies at three quarters of its handles' height.
    handle = LINE_Y - rise / 0.75
    yield svg.element(
        "path",
        d=f"M{fork:.1f} {LINE_Y} C{fork:.1f} {handle:.1f} {add:.1f} {handle:.1f} {add:.1f} {LINE_Y}",
        class_="edge shortcut thin",
        data_key=f"{key}-arc",
    )
    if plate.projects:
        yield svg.element(
            "rect",
            x=(fork + add) / 2 - 5,
            y=LINE_Y - rise - 5,
            width=10,
            height=10,
            rx=2,
            class_="plate shortcut",
            data_key=f"{key}-projection",
        )
    yield svg.element("circle", cx=add, cy=LINE_Y, r=3.5, class_="dot add", data_key=f"{key}-add")
