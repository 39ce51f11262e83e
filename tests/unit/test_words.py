"""No word that a person reads bypasses the translator: what pages hand to Streamlit, and what figures and drawings write."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Streamlit's calls, and ours, whose first argument is shown, and the arguments that are shown anywhere.
SHOWN_FIRST = frozenset(
    [
        "title",
        "header",
        "subheader",
        "markdown",
        "caption",
        "write",
        "info",
        "warning",
        "error",
        "success",
        "text",
        "button",
        "toggle",
        "checkbox",
        "radio",
        "selectbox",
        "multiselect",
        "slider",
        "select_slider",
        "segmented_control",
        "pills",
        "number_input",
        "text_input",
        "text_area",
        "expander",
        "popover",
        "metric",
        "download_button",
        "file_button",
        "file_uploader",
        "prose",
        "TextColumn",
        "NumberColumn",
        "CheckboxColumn",
        "ProgressColumn",
        "dialog",
        "spinner",
        "status",
        "toast",
    ]
)
SHOWN_BY_NAME = frozenset(["label", "help", "placeholder", "alt", "caption", "text", "title", "question", "name_label"])
TRANSLATORS = frozenset({"t", "tn", "lesson", "explain", "english", "Translate"})
# What Streamlit reads in Markdown, and what a formula is made of.
MARKUP = re.compile(r":material/\w+:|:[a-z-]+\[|\\[a-zA-Z]+|%\{[^}]*\}|</?\w+>")
WORD = re.compile(r"[a-z]{3}")
# Words of no language: what one may type to find a layer.
NO_WORDS = frozenset({"stage2 conv"})


def _strings(node: ast.AST) -> Iterator[str]:
    """The literal text in an expression that reaches a reader as it is."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        for part in node.values:
            yield from _strings(part.value if isinstance(part, ast.FormattedValue) else part)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from _strings(node.left)
        yield from _strings(node.right)
    elif isinstance(node, ast.IfExp):
        yield from _strings(node.body)
        yield from _strings(node.orelse)
    elif isinstance(node, (ast.List, ast.Tuple)):
        for item in node.elts:
            yield from _strings(item)


def _says_something(text: str) -> bool:
    return bool(WORD.search(MARKUP.sub("", text))) and text.strip() not in NO_WORDS


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id if isinstance(call.func, ast.Name) else ""


def _untranslated(source: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or _called(node) in TRANSLATORS:
            continue
        shown = [node.args[0]] if node.args and _called(node) in SHOWN_FIRST else []
        shown += [word.value for word in node.keywords if word.arg in SHOWN_BY_NAME]
        found += [f"{_called(node)}: {text!r}" for one in shown for text in _strings(one) if _says_something(text)]
    return found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("st.button('Start')", 1),
        ("st.button(t('Start'))", 0),
        ("st.markdown(f'**{t(\"Data\")}** of {name}')", 0),
        ("st.markdown(f'**{t(\"Data\")}** about {name}')", 1),
        ("column.metric(t('Time'), value, help='how long it took')", 1),
        ("st.error(t('{x}') if x else 'nothing there', icon=':material/error:')", 1),
        ("st.title(f':small[:gray[{title}]] {question}', anchor=False)", 0),
        ("st.latex(r'\\\\frac{x}{y}')", 0),
    ],
)
def test_the_search_finds_what_is_not_translated(source: str, found: int) -> None:
    assert len(_untranslated(source)) == found


@pytest.mark.parametrize("file", sorted((ROOT / "pages").rglob("*.py")), ids=lambda file: str(file.relative_to(ROOT)))
def test_no_page_shows_a_literal(file: Path) -> None:
    assert _untranslated(file.read_text(encoding="utf-8")) == []


def _drawn(source: str) -> list[str]:
    """Literals that a drawing or a figure writes: the words of `svg.text`, and Plotly's `text`, `title` and `name`."""
    found = []
    for node in ast.walk(ast.parse(source)):
        shown: list[ast.expr] = []
        if isinstance(node, ast.Call):
            shown += node.args[2:3] if ast.unparse(node.func) == "svg.text" else []
            shown += [word.value for word in node.keywords if word.arg in ("text", "title", "name", "aria_label", "description")]
        if isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            shown += [value for key, value in pairs if isinstance(key, ast.Constant) and key.value in ("text", "title", "name")]
        found += [text for one in shown for text in _strings(one) if _says_something(text)]
    return found


@pytest.mark.parametrize(
    "file",
    sorted([*(ROOT / "resnet" / "figures").rglob("*.py"), *(ROOT / "resnet" / "diagrams").rglob("*.py")]),
    ids=lambda file: file.name,
)
def test_no_drawing_and_no_figure_writes_a_literal(file: Path) -> None:
    assert _drawn(file.read_text(encoding="utf-8")) == []


# What a component's JavaScript writes comes from Python, but for signs and units.
SCRIPTED = re.compile(
    r"""(?:textContent|ariaLabel|title|placeholder)\s*=\s*["'`]([^"'`$]*[a-z]{3}[^"'`]*)["'`]|aria-label=\\?["']([^"'$]*[a-z]{3}[^"']*)["']"""
)


@pytest.mark.parametrize("file", sorted((ROOT / "assets" / "components").glob("*.js")), ids=lambda file: file.name)
def test_no_component_brings_words_of_its_own(file: Path) -> None:
    assert SCRIPTED.findall(file.read_text(encoding="utf-8")) == []


def test_figures_come_onto_pages_in_one_way() -> None:
    """Through `show_figure`, so that all of them follow the display and the language."""
    direct = [
        str(file.relative_to(ROOT))
        for file in (ROOT / "pages").rglob("*.py")
        if "st.plotly_chart(" in file.read_text(encoding="utf-8") and file.name != "figure.py"
    ]
    assert direct == []


def test_files_that_are_made_upon_a_click_come_in_one_way() -> None:
    """Through `file_button`: Streamlit's own keeps them for two runs of anybody's page. What is made already is in its hands."""
    direct = [file.name for file in (ROOT / "pages").rglob("*.py") if "download_button(" in file.read_text(encoding="utf-8")]
    assert direct == ["take_home_model.py"]
