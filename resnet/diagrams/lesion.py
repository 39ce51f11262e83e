"""A network as a chain of blocks to cut: each branch with its shortcut over it, or each layer of a plain network."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from resnet.diagrams import svg
from resnet.diagrams.svg import Box
from resnet.wording import Translate, listed, percent

_LEFT, _PITCH, _ROW = 70.0, 78.0, 70.0  # the first unit, from one to the next, from one row to the next
_BOX = (44.0, 26.0)
HEIGHT = 214  # pixels on the page, of three rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One thing that can be cut, or stands between: its place as a cut names it, and its label. `whole` has a shortcut around it."""

    place: str
    label: str
    row: str
    residual: bool
    possible: bool


def lesion_svg(units: Sequence[Unit], kind: str, cut: Collection[str], accuracies: Mapping[str, float], *, title: str, t: Translate) -> str:
    """The chain, row by row. What is `cut` is drawn as absent; beneath each unit its accuracy when cut alone, where that is known."""
    rows: dict[str, list[Unit]] = {}
    for unit in units:
        rows.setdefault(unit.row, []).append(unit)
    longest = max(len(row) for row in rows.values())
    drawn = [
        part
        for number, (name, row) in enumerate(rows.items())
        for part in (svg.text(6, _line_of(number) + 5, name, anchor="start", class_="note"), *_row(row, number, kind, cut, accuracies, t))
    ]
    known = listed((f"{unit.label} {percent(accuracies[unit.place])}" for unit in units if unit.place in accuracies), t)
    gone = listed((unit.label for unit in units if unit.place in cut), t) or t("nothing")
    description = t("Cut: {cut}.", cut=gone) + (" " + t("Accuracy without one alone: {known}.", known=known) if known else "")
    return svg.document(_LEFT + _PITCH * longest + 4, _ROW * len(rows) + 6, *drawn, title=title, description=description, interactive=True)


def _line_of(row: int) -> float:
    return 38.0 + _ROW * row


def _row(units: Sequence[Unit], number: int, kind: str, cut: Collection[str], accuracies: Mapping[str, float], t: Translate) -> list[str]:
    y = _line_of(number)
    drawn = []
    for place, unit in enumerate(units):
        start, centre = _LEFT + _PITCH * place, _LEFT + _PITCH * (place + 0.47)
        end = start + _PITCH
        gone = unit.place in cut
        drawn += _residual(unit, kind, gone, start, centre, end, y) if unit.residual else _plain(unit, gone, start, centre, end, y)
        drawn.append(_node(unit, kind, gone, Box(centre, y, *_BOX), accuracies.get(unit.place), t))
    return drawn


def _residual(unit: Unit, kind: str, gone: bool, start: float, centre: float, end: float, y: float) -> list[str]:
    """The line through the branch, and the shortcut over it."""
    branch = "absent" if gone and kind == "branch" else "branch"
    shortcut = "absent" if gone and kind == "shortcut" else "shortcut"
    top, fork, add = y - 27, start + 4, end - 8
    return [
        svg.edge(branch, (fork, y), (centre - _BOX[0] / 2, y), key=f"{unit.place}-in", arrow=False),
        svg.edge(branch, (centre + _BOX[0] / 2, y), (add, y), key=f"{unit.place}-out", arrow=False),
        svg.edge(shortcut, (fork, y), (fork, top), (add, top), (add, y - 4), key=f"{unit.place}-shortcut", arrow=False),
        svg.element("line", x1=end - 8, y1=y, x2=end + 4, y2=y, class_="edge plain", data_key=f"{unit.place}-on"),
        svg.element("circle", cx=add, cy=y, r=4, class_="dot add", data_key=f"{unit.place}-add"),
    ]


def _plain(unit: Unit, gone: bool, start: float, centre: float, end: float, y: float) -> list[str]:
    """One line, through the layer or, where that is out, past it as if it were not there."""
    half = _BOX[0] / 2
    middle = [svg.edge("plain", (centre - half, y), (centre + half, y), key=f"{unit.place}-past", arrow=False)] if gone else []
    return [
        svg.edge("plain", (start, y), (centre - half, y), key=f"{unit.place}-in", arrow=False),
        svg.edge("plain", (centre + half, y), (end, y), key=f"{unit.place}-out", arrow=False),
        *middle,
    ]


def _node(unit: Unit, kind: str, gone: bool, box: Box, accuracy: float | None, t: Translate) -> str:
    """The box itself; what can be cut is a button."""
    what = {"branch": t("branch"), "shortcut": t("shortcut"), "layer": t("layer")}[kind]
    known = t("{accuracy:.1%} without it alone", accuracy=accuracy) if accuracy is not None else t("not measured yet")
    words = t("{place}: {what}, {known}", place=unit.label, what=what, known=known)
    if not unit.possible:
        words = t("{place}: changes the shape, so that nothing could go on in its stead", place=unit.label)
    role = "absent" if gone and kind != "shortcut" else "branch" if unit.residual else "plain"
    return svg.element(
        "g",
        box.rectangle(role),
        svg.text(box.x, box.y + 5, unit.label, class_="count" if unit.possible else "count absent", key="label"),
        svg.text(box.x, box.y + 28, "" if accuracy is None else f"{100 * accuracy:.1f}", class_="count", key="accuracy"),
        tabindex=0,
        role="button" if unit.possible else "img",
        aria_pressed=("true" if gone else "false") if unit.possible else None,
        aria_label=words,
        data_key=unit.place,
        data_open=unit.place if unit.possible else None,
        data_tip=words,
        class_="chosen" if gone else None,
    )
