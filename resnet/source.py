"""A function's source text, read from its file: what a page shows is what runs, and showing it imports nothing."""

from __future__ import annotations

import ast
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]


def source_of(module: str, *names: str) -> str:
    """The source of functions, classes and constants of a module of this project, e.g. `source_of("resnet.blocks", "basic_block")`.

    Several names come in the order asked for, two blank lines between them, decorators included. Without names, the whole file.
    Raises LookupError where there is no such module, or no such name at its top level.
    """
    path = _ROOT.joinpath(*module.split(".")).with_suffix(".py")
    if not all(part.isidentifier() for part in module.split(".")) or not path.is_file():
        raise LookupError(f"a module of this project is needed, such as 'resnet.blocks', got {module!r}")
    text = path.read_text(encoding="utf-8")
    if not names:
        return text

    found = _top_level(text)
    missing = [name for name in names if name not in found]
    if missing:
        raise LookupError(f"{module} defines {', '.join(found)}; it does not define {', '.join(missing)}")
    return "\n\n\n".join(found[name] for name in names)


def lines_with(text: str, *marks: str) -> list[int]:
    """Which lines of a source text contain one of the marks, counted from 0, in order.

    Raises LookupError for a mark that no line contains: what was said of the source is no longer so.
    """
    lines = text.split("\n")
    missing = [mark for mark in marks if not any(mark in line for line in lines)]
    if missing:
        raise LookupError(f"no line contains {', '.join(map(repr, missing))}")
    return [number for number, line in enumerate(lines) if any(mark in line for mark in marks)]


def _top_level(text: str) -> dict[str, str]:
    """Name to source text of everything a module defines at its top level, in the file's order."""
    lines = text.splitlines()
    found = {}
    for node in ast.parse(text).body:
        for name in _names(node):
            first = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", []))])
            found[name] = "\n".join(lines[first - 1 : node.end_lineno])
    return found


def _names(node: ast.stmt) -> list[str]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return [node.name]
        case ast.Assign():
            return [target.id for target in node.targets if isinstance(target, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
        case _:
            return []
