"""The two drawings of the idea: a deeper network made from a shallower one, and a pair of layers with and without a shortcut."""

from __future__ import annotations

from itertools import pairwise

from resnet.diagrams import svg
from resnet.diagrams.svg import Box
from resnet.wording import Translate

_LAYERS = 4


def construction_svg(t: Translate) -> str:
    """He et al. 2015, section 1: copy the layers of a shallow network and let the added ones hand on what they get."""
    shallow = [Box(74 + 57 * place, 32, 44, 42) for place in range(_LAYERS)]
    deep = [Box(74 + 57 * place, 128, 44, 42) for place in range(2 * _LAYERS)]
    copies = [
        svg.edge("link", above.bottom, below.top, key=f"copy{place}", arrow=False)
        for place, (above, below) in enumerate(zip(shallow, deep, strict=False))
    ]
    added = deep[_LAYERS:]
    return svg.document(
        560,
        184,
        svg.text(330, 37, t("a shallow network, trained"), anchor="start", class_="title"),
        svg.text(280, 92, t("a deeper one, built from it"), anchor="start", class_="title"),
        *copies,
        *_chain(shallow, "shallow"),
        *_chain(deep, "deep"),
        *(_layer(box, str(place), "plain") for place, box in enumerate(shallow, start=1)),
        *(_layer(box, str(place), "plain") for place, box in enumerate(deep[:_LAYERS], start=1)),
        *(_layer(box, "=", "shortcut") for box in added),
        svg.text((deep[0].x + deep[_LAYERS - 1].x) / 2, 174, t("copied"), class_="note"),
        svg.text((added[0].x + added[-1].x) / 2, 174, t("identity: hands on what it gets"), class_="shortcut"),
        title=t("The construction argument"),
        description=t(
            "Four trained layers turn x into y. A deeper network copies them and adds four layers that change nothing. It gives the same y."
        ),
    )


def units_svg(t: Translate) -> str:
    """Two layers that have to learn H(x) as a whole, and two that learn only what to add to x."""
    return svg.document(
        560,
        304,
        *_unit(130, t("plain"), "plain", "H(x)", t),
        *_unit(390, t("residual"), "branch", "F(x)", t),
        *_unit_shortcut(390, t),
        title=t("Two layers, plain and residual"),
        description=t(
            "Plain: x passes two weight layers, which have to produce H of x. Residual: x passes two weight layers, which produce "
            "F of x, and also goes around them by the shortcut; the two are added."
        ),
    )


def _chain(boxes: list[Box], key: str) -> list[str]:
    """Arrows from x through all boxes to y."""
    y = boxes[0].y
    ends = [(30.0, y), *(point for box in boxes for point in (box.left, box.right)), (boxes[-1].right[0] + 26, y)]
    arrows = [svg.edge("plain", start, end, key=f"{key}{place}") for place, (start, end) in enumerate(list(pairwise(ends))[::2])]
    return [svg.text(20, y + 6, "x", class_="symbol"), *arrows, svg.text(ends[-1][0] + 10, y + 6, "y", class_="symbol")]


def _layer(box: Box, words: str, role: str) -> str:
    return svg.element("g", box.rectangle(role), svg.text(box.x, box.y + 6, words, class_=f"title {role}"))


def _unit(x: float, heading: str, role: str, result: str, t: Translate) -> list[str]:
    first, second = Box(x, 108, 132, 40), Box(x, 192, 132, 40)
    drawn = [
        svg.text(x, 20, heading, class_="title"),
        svg.text(x, 50, "x", class_="symbol"),
        svg.edge(role, (x, 58), first.top, key=f"{role}1"),
        svg.edge(role, first.bottom, second.top, key=f"{role}2"),
        svg.text(x - 10, 154, "ReLU", anchor="end", class_="note"),
    ]
    drawn += [svg.element("g", box.rectangle(role), svg.text(box.x, box.y + 5, t("weight layer"))) for box in (first, second)]
    if role == "plain":
        return [*drawn, svg.edge(role, second.bottom, (x, 268), key=f"{role}3"), svg.text(x, 289, result, class_="symbol")]
    return [
        *drawn,
        svg.edge(role, second.bottom, (x, 236), key=f"{role}3"),
        svg.text(x - 14, 230, result, anchor="end", class_="symbol branch"),
    ]


def _unit_shortcut(x: float, t: Translate) -> list[str]:
    centre, side = 255.0, x + 104
    return [
        svg.element("circle", cx=x, cy=68, r=4.5, class_="dot shortcut"),
        svg.edge("shortcut", (x, 68), (side, 68), (side, centre), (x + 15, centre), key="shortcut"),
        svg.text(side + 10, 146, "x", anchor="start", class_="symbol shortcut"),
        svg.text(side + 10, 166, t("shortcut"), anchor="start", class_="shortcut"),
        svg.element("circle", cx=x, cy=centre, r=14, class_="node add"),
        svg.text(x, centre + 6, "+", class_="title add"),
        svg.edge("add", (x, centre + 14), (x, 290), key="sum"),
        svg.text(x + 16, 295, "F(x) + x", anchor="start", class_="symbol add"),
    ]
