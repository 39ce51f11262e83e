"""A basic block and its plain twin, drawn alike: the same layers at the same places, the twin without shortcut and add.

One step is lit at a time, forward or backward; beneath stands the formula with the term that the step is about.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from resnet.diagrams import svg
from resnet.diagrams.block_view import BlockView
from resnet.diagrams.svg import Box
from resnet.diagrams.twin_words import Term, formula, node_label, node_note, node_title, picture_words
from resnet.wording import Translate, shape_text

WIDTH, HEIGHT = 610, 228
_ROW_Y, _ARC_Y, _BRACE_Y, _FORMULA_Y = 112, 34, 152, 212
_ADD_RADIUS = 18
_SYMBOL_SIZE = 19.0

# From left to right: each node's centre and width. The twin leaves the add's place to its line.
_PLACES = {
    "input": (39, 74),
    "conv1": (150, 82),
    "bn1": (225, 40),
    "relu1": (287, 52),
    "conv2": (370, 82),
    "bn2": (445, 40),
    "add": (500, 2 * _ADD_RADIUS),
    "relu": (556, 48),
}
_NODE_HEIGHT = 54
_FORK_X = 92
_BRANCH = ("conv1", "bn1", "relu1", "conv2", "bn2")
_END_X = 590


@dataclass(frozen=True, slots=True, kw_only=True)
class Lighting:
    """What is lit of the drawing.

    Attributes:
        nodes: of "input", "fork", "shortcut", "add", "output" and the layers' suffixes.
        terms: of the formula's, see `twin_words.formula`.
        backward: whether the lines carry the gradient from y to x.
        folded: whether the branch is one box.
    """

    nodes: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    backward: bool = False
    folded: bool = False


def twin_svg(view: BlockView, lighting: Lighting, t: Translate) -> str:
    """A basic block, or a plain one where `view.route` is "none", WIDTH x HEIGHT; `t` translates."""
    title, description = picture_words(view, lighting.nodes, backward=lighting.backward, t=t)
    return svg.document(
        WIDTH,
        HEIGHT,
        *_shortcut_line(view, lighting),
        *_row(view, lighting),
        *_nodes(view, lighting, t),
        _brace(view, lighting, t),
        *_gradient_symbols(view, lighting),
        _formula(formula(view, backward=lighting.backward), lighting.terms),
        title=title,
        description=description,
        interactive=True,
        centred=True,
    )


def _boxes(view: BlockView, *, folded: bool) -> dict[str, Box]:
    """Where the nodes of the row stand, from left to right."""
    boxes = {key: Box(x, _ROW_Y, width, _NODE_HEIGHT) for key, (x, width) in _PLACES.items()}
    boxes["add"] = Box(_PLACES["add"][0], _ROW_Y, 2 * _ADD_RADIUS, 2 * _ADD_RADIUS)
    if view.route == "none":
        del boxes["add"]
    if folded:
        left, right = boxes["conv1"].left[0], boxes["bn2"].right[0]
        whole = Box((left + right) / 2, _ROW_Y, right - left, _NODE_HEIGHT)
        boxes = {"input": boxes["input"], "branch": whole} | {key: box for key, box in boxes.items() if key in ("add", "relu")}
    return boxes


def _row(view: BlockView, lighting: Lighting) -> Iterator[str]:
    """The line from x to y; backward, its arrows point the other way."""
    plain = view.route == "none"
    boxes = _boxes(view, folded=lighting.folded)
    stops = [(key, box.left[0], box.right[0]) for key, box in boxes.items()]
    stops.append(("output", _END_X, _END_X))
    for (before, _, start), (after, end, _) in pairwise(stops):
        if before == "input" and not plain:
            yield _line("shortcut", start, _FORK_X, "fork", lighting, arrow=lighting.backward)
            yield _line("branch", _FORK_X, end, after, lighting, arrow=not lighting.backward)
        else:
            role = "plain" if plain else "add" if before in ("add", "relu") else "branch"
            yield _line(role, start, end, after, lighting)
    symbol = "plain" if plain else "add"
    yield svg.text(WIDTH - 8, _ROW_Y + 6, "y", class_=f"symbol {symbol}", key="y")


def _line(role: str, left: float, right: float, ends_at: str, lighting: Lighting, *, arrow: bool = True) -> str:
    """One piece of the row, known by the node at its right end."""
    members = _BRANCH if ends_at == "branch" else (ends_at,)
    points = [(left, _ROW_Y), (right, _ROW_Y)]
    if lighting.backward:
        points.reverse()
    lit = " lit" if any(member in lighting.nodes for member in members) else ""
    return svg.edge(role + lit, *points, key=f"to-{ends_at}", arrow=arrow)


def _shortcut_line(view: BlockView, lighting: Lighting) -> Iterator[str]:
    """From the fork over the branch into the add, through the projection where there is one."""
    if view.route == "none":
        return
    lit = " lit" if {"shortcut", "add"} & set(lighting.nodes) else ""
    landing = (_PLACES["add"][0], _ROW_Y - _ADD_RADIUS - 2)
    points = [(_FORK_X, _ROW_Y), (_FORK_X, _ARC_Y), (landing[0], _ARC_Y), landing]
    if lighting.backward:
        # The arrow ends beside the fork's dot.
        points = [*reversed(points[1:]), (_FORK_X, _ROW_Y - 7)]
    yield svg.edge(f"shortcut{lit}", *points, key="shortcut-line")
    dot = "dot shortcut" + (" lit" if "fork" in lighting.nodes else "")
    yield svg.element("circle", cx=_FORK_X, cy=_ROW_Y, r=8 if "fork" in lighting.nodes else 5, class_=dot, data_key="fork")


def _nodes(view: BlockView, lighting: Lighting, t: Translate) -> Iterator[str]:
    for key, box in _boxes(view, folded=lighting.folded).items():
        lit = any(member in lighting.nodes for member in (_BRANCH if key == "branch" else (key,)))
        face = _add_face(box) if key == "add" else box.rectangle(_role(view, key)) + _node_lines(view, key, box, t)
        yield _node(view, key, face, t, lit=lit)
    if view.route != "none":
        yield _shortcut_node(view, lighting, t)


def _role(view: BlockView, key: str) -> str:
    if key == "input" or view.route == "none":
        return "plain"
    return "add" if key == "relu" else "branch"


def _add_face(box: Box) -> str:
    circle = svg.element("circle", cx=box.x, cy=box.y, r=_ADD_RADIUS, class_="node add", data_key="face")
    return circle + svg.text(box.x, box.y + 9, "+", class_="sign add", key="sign")


def _node_lines(view: BlockView, key: str, box: Box, t: Translate) -> str:
    """The title, and the shape where it is new."""
    if key == "input":
        shape = shape_text(view.input_shape)
        first = svg.text(box.x, box.y - 4, "x", class_="symbol", key="title")
        return first + svg.text(box.x, box.y + 17, shape, class_="count", key="shape")
    title = node_title(view, key, t)
    if key not in ("conv1", "conv2", "branch"):
        return svg.text(box.x, box.y + 5, title, class_="title small", key="title")
    shape = shape_text(view.branch_shape if key == "branch" else view.layer(key).output_shape)
    return svg.text(box.x, box.y - 3, title, class_="title small", key="title") + svg.text(
        box.x, box.y + 16, shape, class_="count", key="shape"
    )


def _shortcut_node(view: BlockView, lighting: Lighting, t: Translate) -> str:
    """What stands on the shortcut: the projection's box, or words over a bare line."""
    middle, lit = (_FORK_X + _PLACES["add"][0]) / 2, bool({"shortcut"} & set(lighting.nodes))
    title = node_title(view, "shortcut", t)
    if view.route == "identity":
        words = svg.text(middle, _ARC_Y - 10, title, class_="shortcut title small", key="title")
        # The words alone would be a small thing to point at.
        field = svg.element("rect", x=middle - 150, y=0, width=300, height=_ARC_Y + 8, rx=6, class_="field", data_key="field")
        return _node(view, "shortcut", field + words, t, lit=lit)
    box = Box(middle, _ARC_Y, 190, 46)
    lines = svg.text(middle, _ARC_Y - 3, title, class_="title small", key="title")
    lines += svg.text(middle, _ARC_Y + 14, shape_text(view.branch_shape), class_="count", key="shape")
    return _node(view, "shortcut", box.rectangle("shortcut") + lines, t, lit=lit)


def _node(view: BlockView, key: str, drawn: str, t: Translate, *, lit: bool) -> str:
    label, note = node_label(view, key, t), node_note(view, key, t)
    return svg.element(
        "g",
        drawn,
        data_key=key,
        class_="lit" if lit else None,
        role="img",
        tabindex=0,
        aria_label=f"{label}. {note}",
        aria_current="step" if lit else None,
        data_tip=f"{label}\n{note}",
    )


def _brace(view: BlockView, lighting: Lighting, t: Translate) -> str:
    """Under the branch: what F comprises, and the button that folds it."""
    left, right = _PLACES["conv1"][0] - _PLACES["conv1"][1] / 2, _PLACES["bn2"][0] + _PLACES["bn2"][1] / 2
    role = "plain" if view.route == "none" else "branch"
    line = svg.edge(
        f"{role} brace", (left, _BRACE_Y - 8), (left, _BRACE_Y - 3), (right, _BRACE_Y - 3), (right, _BRACE_Y - 8), key="brace", arrow=False
    )
    words = t("all there is: F(x)") if view.route == "none" else t("the branch: F(x)")
    told = t("Unfold the branch") if lighting.folded else t("Fold the branch into one box")
    middle = (left + right) / 2
    field = svg.element("rect", x=middle - 90, y=_BRACE_Y, width=180, height=24, rx=6, class_="field", data_key="field")
    shown = svg.text(middle, _BRACE_Y + 17, f"{'▸' if lighting.folded else '▾'} {words}", class_=f"{role} title small", key="words")
    return line + svg.element(
        "g",
        field + shown,
        data_key="fold",
        data_open="fold",
        role="button",
        tabindex=0,
        aria_expanded="false" if lighting.folded else "true",
        aria_label=f"{words}. {told}",
        data_tip=told,
    )


def _gradient_symbols(view: BlockView, lighting: Lighting) -> Iterator[str]:
    """Backward, the lines say what they carry: g, m behind the mask, and what comes of it."""
    if not lighting.backward:
        return
    plain = view.route == "none"
    over = _ROW_Y - _NODE_HEIGHT / 2 - 6
    placed = [("g", 583, over, "plain" if plain else "add"), ("m", 528, over, "plain" if plain else "add")]
    placed.append(("J\N{MODIFIER LETTER CAPITAL T}m", _FORK_X, _ROW_Y + 44, "plain" if plain else "branch"))
    if not plain:
        placed.append(("m", _FORK_X - 12, _ARC_Y + 12, "shortcut"))
    for number, (symbol, x, y, role) in enumerate(placed):
        yield svg.text(x, y, symbol, class_=f"symbol small {role}", key=f"gradient-{number}")


def _formula(terms: tuple[Term, ...], lit: tuple[str, ...]) -> str:
    """One centred line, its terms in the colours of the drawing."""
    written = "".join(
        svg.element(
            "tspan",
            term.text,
            class_=f"{term.role} lit" if set(term.keys) & set(lit) else term.role,
            data_key=str(place),
        )
        for place, term in enumerate(terms)
    )
    return svg.element("text", written, x=WIDTH / 2, y=_FORMULA_Y, text_anchor="middle", class_="formula", data_key="formula")
