"""A drawing that leaves the page: with its style sheet inside, and the colours of one theme in the place of the page's variables."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

from resnet.figures.palette import BACKGROUND, ROLES, Theme


def standalone_svg(drawing: str, sheet: str, theme: Theme) -> str:
    """The SVG text with the rules of `sheet` that are meant for drawings, its colours those of `theme`; what reacts to a pointer is gone.

    `sheet` is the style sheet that the page shows drawings with: its rules begin with `.diagram`.
    """
    lasting = re.sub(r"/\*.*?\*/|@media[^{]*\{.*?\n\}", "", sheet, flags=re.DOTALL)
    rules = re.findall(r"\.diagram ([^{}]+)\{([^{}]*)\}", lasting)
    kept = [f"{selector.strip()} {{{body}}}" for selector, body in rules if not re.search(r"[:\[]|^svg", selector)]
    style = "\n".join(kept)
    for role, colour in ROLES.items():
        style = style.replace(f"var(--{role})", colour.on(theme))
    plain = re.sub(r' (?:tabindex|data-[a-z]+)="[^"]*"', "", drawing)
    background = f'<rect width="100%" height="100%" fill="{BACKGROUND[theme]}"></rect>'
    return re.sub(r"(<svg[^>]*>)", lambda opening: f"{opening[1]}<style>{escape(style)}</style>{background}", plain, count=1)
