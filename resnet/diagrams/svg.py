"""A little language for SVG text: elements, escaped, and the few shapes our diagrams are made of.

What an element means is said by its classes (`edge shortcut`, `node branch`, …); `assets/components/diagram.css` gives each
meaning its colour. An element with a `data_key` keeps its place in the browser's document when the diagram changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from unicodedata import east_asian_width


def element(tag: str, *children: str, **attributes: object) -> str:
    """`<tag …>children</tag>`. Underscores in names become hyphens, a trailing one is dropped (`class_`); None leaves one out.

    Children are SVG text already; attribute values are escaped here.
    """
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{_attribute(value)}"' for name, value in attributes.items() if value is not None
    )
    return f"<{tag}{written}>{''.join(children)}</{tag}>"


def text(x: float, y: float, words: str, *, class_: str = "", anchor: str = "middle", key: str | None = None) -> str:
    """One line of text with its baseline at y."""
    return element("text", escape(words), x=x, y=y, text_anchor=anchor, class_=class_ or None, data_key=key)


def document(
    width: float, height: float, *children: str, title: str, description: str, interactive: bool = False, centred: bool = False
) -> str:
    """A whole SVG with its text alternative.

    A drawing is one image to a screen reader. With `interactive` it is a group, because its nodes can be focused one by one
    and a role of "img" would hide them; its name is an attribute, because browsers show a <title> as a note of their own
    over that of a node. `centred` says where it stands in a frame that is wider than it can grow.
    """
    return element(
        "svg",
        *([] if interactive else [element("title", escape(title))]),
        element("desc", escape(description)),
        *children,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_number(width)} {_number(height)}",
        preserveAspectRatio="xMidYMin meet" if centred else "xMinYMin meet",
        role="group" if interactive else "img",
        aria_label=title if interactive else f"{title}. {description}",
        aria_description=description if interactive else None,
    )


def rounded_path(*points: tuple[float, float], radius: float = 12) -> str:
    """The `d` of a line through points, horizontal and vertical pieces only, its corners rounded."""
    parts = [f"M{_number(points[0][0])} {_number(points[0][1])}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        start, end = _towards(corner, before, radius), _towards(corner, after, radius)
        parts.append(f"L{_pair(start)} Q{_pair(corner)} {_pair(end)}")
    parts.append(f"L{_pair(points[-1])}")
    return " ".join(parts)


def edge(role: str, *points: tuple[float, float], key: str, arrow: bool = True) -> str:
    """A line in the role's colour, with an arrow head at its end."""
    line = element("path", d=rounded_path(*points), class_=f"edge {role}", data_key=key)
    return line + (_arrow_head(role, points[-2], points[-1], key) if arrow else "")


def text_width(words: str, size: float) -> float:
    """About how wide a line of text gets at a font size of `size` units; Chinese characters fill a square each."""
    return size * sum(1.0 if east_asian_width(character) in "WF" else 0.57 for character in words)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle by its centre, width and height, in SVG units."""

    x: float
    y: float
    width: float
    height: float

    @property
    def left(self) -> tuple[float, float]:
        return self.x - self.width / 2, self.y

    @property
    def right(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y

    @property
    def top(self) -> tuple[float, float]:
        return self.x, self.y - self.height / 2

    @property
    def bottom(self) -> tuple[float, float]:
        return self.x, self.y + self.height / 2

    def rectangle(self, role: str) -> str:
        return element(
            "rect", x=self.left[0], y=self.top[1], width=self.width, height=self.height, rx=8, class_=f"node {role}", data_key="face"
        )


def _arrow_head(role: str, before: tuple[float, float], tip: tuple[float, float], key: str) -> str:
    (x, y), size = tip, 7.0
    if before[0] == x:
        back = y - size if tip[1] > before[1] else y + size
        points = f"{_pair(tip)} {_pair((x - size / 2, back))} {_pair((x + size / 2, back))}"
    else:
        back = x - size if tip[0] > before[0] else x + size
        points = f"{_pair(tip)} {_pair((back, y - size / 2))} {_pair((back, y + size / 2))}"
    return element("polygon", points=points, class_=f"head {role}", data_key=f"{key}-head")


def _towards(start: tuple[float, float], goal: tuple[float, float], distance: float) -> tuple[float, float]:
    step = [max(-distance, min(distance, goal[axis] - start[axis])) for axis in (0, 1)]
    return start[0] + step[0], start[1] + step[1]


def _pair(point: tuple[float, float]) -> str:
    return f"{_number(point[0])} {_number(point[1])}"


def _attribute(value: object) -> str:
    # Written plainly, a line break in an attribute reaches the reader as a space.
    return escape(_number(value)).replace("\n", "&#10;")


def _number(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
