"""The little Markdown that quizzes and lessons use, as HTML that needs nothing else: paragraphs, lists, emphasis, code, links, formulas."""

from __future__ import annotations

import re
from html import escape

_SYMBOLS = {r"\partial": "∂", r"\sum": "∑", r"\,": " ", r"\cdot": "·", r"\times": "×", r"\to": "→"}
_INLINE = re.compile(r"`([^`]+)`|\$([^$]+)\$|\[([^\]]+)\]\((https://[^)\s]+)\)|\*\*(.+?)\*\*|\*([^*]+)\*")


def html(markdown: str) -> str:
    """Paragraphs and lists of a text, its own HTML shown as it is."""
    blocks = [block.strip() for block in re.split(r"\n\s*\n", markdown) if block.strip()]
    return "\n".join(_list(block) if block.startswith("- ") else f"<p>{inline(block)}</p>" for block in blocks)


def inline(markdown: str) -> str:
    """One paragraph without its frame."""
    made, end = [], 0
    for found in _INLINE.finditer(markdown):
        made += [escape(markdown[end : found.start()], quote=False), _piece(found)]
        end = found.end()
    return "".join([*made, escape(markdown[end:], quote=False)])


def _piece(found: re.Match[str]) -> str:
    code, formula, words, url, strong, emphasis = found.groups()
    if code:
        return f"<code>{escape(code)}</code>"
    if formula:
        return f"<i class=formula>{_formula(formula)}</i>"
    if url:
        return f'<a href="{escape(url)}">{inline(words)}</a>'
    return f"<strong>{inline(strong)}</strong>" if strong else f"<em>{inline(emphasis)}</em>"


def _formula(tex: str) -> str:
    """A formula of one line. What is no known sign of TeX is shown as it is written."""
    for sign, symbol in _SYMBOLS.items():
        tex = re.sub(re.escape(sign) + (" ?" if sign == r"\partial" else ""), symbol, tex)
    text = escape(tex, quote=False)
    text = re.sub(r"_(?:\{([^}]*)\}|(\w))", lambda found: f"<sub>{found[1] or found[2]}</sub>", text)
    return re.sub(r"\^(?:\{([^}]*)\}|(\w))", lambda found: f"<sup>{found[1] or found[2]}</sup>", text)


def _list(block: str) -> str:
    items = re.split(r"^- ", block, flags=re.MULTILINE)[1:]
    return "<ul>" + "".join(f"<li>{inline(' '.join(item.split()))}</li>" for item in items) + "</ul>"
