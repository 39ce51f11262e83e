"""The residual block as a drawing: the branch from left to right, the shortcut above it, and the add where both meet."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from resnet.diagrams import svg
from resnet.diagrams.block_layout import ADD_RADIUS, CLEARANCE, HEIGHT, SCALE_RADIUS, Layout, layout_of
from resnet.diagrams.block_nodes import nodes
from resnet.diagrams.block_view import BlockView, view_of_block
from resnet.diagrams.block_words import block_title, description
from resnet.wording import Translate, shape_text

__all__ = ["BlockView", "block_svg", "view_of_block"]

_BROKEN_LENGTH = 130  # of the shortcut's last piece, which wears the fault's colour


def block_svg(view: BlockView, t: Translate) -> str:
    """The block as SVG text, 300 high and at least 1120 wide; `t` translates.

    Every layer's node has its suffix for a key ("conv1" of "stage2_block1_conv1"), can be focused and tells how its numbers come about.
    """
    layout = layout_of(view, t)
    return svg.document(
        layout.width,
        HEIGHT,
        *_row(view, layout),
        *_shortcut(view, layout, t),
        *_gate(layout, t),
        *nodes(view, layout, t),
        _brace(view, layout, t),
        title=block_title(view, t),
        description=description(view, t),
        interactive=True,
        centred=True,
    )


def _row(view: BlockView, layout: Layout) -> Iterator[str]:
    """The line from x to y, in the colours of what it carries."""
    y, branch = layout.row_y, "plain" if view.route == "none" else "branch"
    before, after = ("plain", "plain") if view.route == "none" else ("shortcut", "absent" if view.broken else "add")
    added = False
    for place, (start, end) in enumerate(pairwise(layout.stops)):
        added = added or "add" in start.keys
        key = f"{start.keys[-1]}-{end.keys[0]}"
        if place == layout.forked_after and view.route != "none":
            yield svg.edge("shortcut", (start.right, y), (layout.fork, y), key=f"{start.keys[-1]}-fork", arrow=False)
            yield svg.edge(branch, (layout.fork, y), (end.left, y), key=f"fork-{end.keys[0]}")
        else:
            role = before if place < layout.forked_after else after if added else branch
            yield svg.edge(role, (start.right, y), (end.left, y), key=key)
    last = layout.stops[-1]
    yield svg.edge(after, (last.right, y), (layout.width - 16, y), key="output")
    yield svg.text(layout.width - 2, y + 6, "y", class_=f"symbol {after}", anchor="end", key="y")


def _shortcut(view: BlockView, layout: Layout, t: Translate) -> Iterator[str]:
    """From the fork over the branch down into the add, through the nodes on it."""
    if view.route == "none":
        return
    fork, over, turn = layout.fork, layout.shortcut_y, layout.boxes["add"].x
    landing = (turn, layout.row_y - ADD_RADIUS - CLEARANCE)
    yield svg.element("circle", cx=fork, cy=layout.row_y, r=5, class_="dot shortcut", data_key="fork")
    passed = [box for key, box in layout.boxes.items() if key.startswith("shortcut_")]
    if not passed:
        yield svg.edge("shortcut", (fork, layout.row_y), (fork, over), (turn - _BROKEN_LENGTH, over), key="rise", arrow=False)
        yield svg.edge("broken" if view.broken else "shortcut", (turn - _BROKEN_LENGTH, over), (turn, over), landing, key="fall")
        middle = (fork + turn) / 2
        words = t("the shortcut: x as it is, nothing to learn")
        yield svg.text(middle, over - 11, words, class_="shortcut title", key="shortcut-words")
        yield svg.text(middle, over + 21, shape_text(view.input_shape), class_="shape shortcut", key="shortcut-shape")
        return
    yield svg.edge("shortcut", (fork, layout.row_y), (fork, over), passed[0].left, key="rise")
    for start, end in pairwise(passed):
        yield svg.edge("shortcut", start.right, end.left, key="shortcut-middle")
    yield svg.edge("shortcut", passed[-1].right, (turn, over), landing, key="fall")


def _gate(layout: Layout, t: Translate) -> Iterator[str]:
    """Squeeze-and-excitation: down from the end of the branch through three boxes, and up with the scale."""
    if layout.gate is None:
        return
    line, y, boxes = layout.gate, layout.row_y, layout.boxes
    yield svg.element("circle", cx=line, cy=y, r=4, class_="dot branch", data_key="se-fork")
    yield svg.edge("branch gate", (line, y), (line, boxes["se_pool"].top[1]), key="se-squeeze")
    x = boxes["se_pool"].x
    for start, end in pairwise(("se_pool", "se_reduce", "se_expand")):
        yield svg.edge("branch gate", (x, boxes[start].bottom[1]), (x, boxes[end].top[1]), key=f"{start}-{end}")
    scale, out = boxes["se_scale"], boxes["se_sigmoid"].right
    yield svg.edge("branch gate", out, (scale.x, out[1]), (scale.x, y + SCALE_RADIUS + CLEARANCE), key="se-out")
    yield svg.text(scale.x + 9, boxes["se_reduce"].y, "s", class_="symbol branch", anchor="start", key="se-symbol")
    between = (boxes["se_reduce"].y + boxes["se_expand"].y) / 2
    yield svg.text(boxes["se_reduce"].left[0] - 12, between + 5, t("excite"), class_="branch title", anchor="end", key="se-words")


def _brace(view: BlockView, layout: Layout, t: Translate) -> str:
    """What F, or the layers of a plain block, comprises: all between the fork and squeeze-and-excitation or the add."""
    inside = [stop for place, stop in enumerate(layout.stops) if place > layout.forked_after]
    inside = [stop for stop in inside if stop.keys[0] not in ("se_scale", "add", "relu")]
    left, right = inside[0].left, inside[-1].right
    top = layout.boxes[inside[0].keys[-1]].bottom[1] + 6
    role = "plain" if view.route == "none" else "branch"
    words = t("the layers: F(x), all there is") if view.route == "none" else t("the branch: F(x)")
    line = svg.edge(f"{role} brace", (left, top), (left, top + 5), (right, top + 5), (right, top), key="brace", arrow=False)
    return line + svg.text((left + right) / 2, top + 25, words, class_=f"{role} title", key="branch-words")
