"""Words: catalogues, lessons, and a template for translators that misses nothing."""

from __future__ import annotations

import ast
import pickle
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

import resnet.errors
from pages.parts import i18n
from pages.parts.network_words import field_title
from resnet.config import ResNetConfig
from resnet.errors import ConfigError, ExplainedError, Listed
from resnet.presets import PRESETS

ROOT = Path(__file__).parents[2]
# Lessons whose sections are read as data; tests of their own hold that none is left out (test_handout.py, test_lesson_notebook.py).
READ_AS_DATA = ("guide", "handout", "notebook")
TEMPLATE = ROOT / "assets" / "locale" / "messages.pot"


@pytest.fixture
def locale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of catalogues with one language, whose plural has two forms, in force for this test."""
    catalogue = Catalog(locale="de")
    catalogue.add("Block", "Baustein")
    catalogue.add("{count} of {all}", "{count} von {all}")
    catalogue.add(("{n} block", "{n} blocks"), ("{n} Baustein", "{n} Bausteine"))
    catalogue.add("Blocks", "Bausteine")
    catalogue.add(", ", " / ")
    catalogue.add("None (plain)", "keine")
    catalogue.add("no {field} with {shortcut_field} {shortcut}", "{field} nicht mit {shortcut_field} {shortcut}")
    catalogue.add("{field} must be at least {low}, got {value!r}", "{field} muss mindestens {low} sein, nicht {value!r}")
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "messages.mo").open("wb") as file:
        write_mo(file, catalogue)
    monkeypatch.setattr(i18n, "LOCALE", tmp_path)
    return tmp_path


def test_languages_are_english_and_the_compiled_catalogues(locale: Path) -> None:
    assert i18n.languages() == ("en", "de")


def test_a_catalogue_translates_and_the_rest_stays_english(locale: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert i18n.t("Block") == "Block"
    monkeypatch.setattr(i18n, "current_language", lambda: "de")
    assert i18n.t("Block") == "Baustein"
    assert i18n.t("{count} of {all}", count=3, all=7) == "3 von 7"
    assert i18n.t("Results") == "Results"
    assert [i18n.tn("{n} block", "{n} blocks", n) for n in (1, 2)] == ["1 Baustein", "2 Bausteine"]


def test_an_error_of_the_library_is_translated_by_its_rule(locale: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    error = ConfigError("{field} must be at least {low}, got {value!r}", field="depths", low=1, value="x")
    assert str(error) == "depths must be at least 1, got 'x'"
    assert i18n.explain(error) == "Blocks must be at least 1, got 'x'"
    monkeypatch.setattr(i18n, "current_language", lambda: "de")
    assert i18n.explain(error) == "Bausteine muss mindestens 1 sein, nicht 'x'"


def test_fields_and_their_choices_in_an_error_are_called_as_on_their_controls(locale: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    error = ConfigError("no {field} with {shortcut_field} {shortcut}", field="depths", shortcut_field="shortcut", shortcut="none")
    assert str(error) == "no depths with shortcut none"
    assert i18n.explain(error) == "no Blocks with Shortcuts None (plain)"
    monkeypatch.setattr(i18n, "current_language", lambda: "de")
    assert i18n.explain(error) == "Bausteine nicht mit Shortcuts keine"


def test_a_list_in_an_error_is_told_as_the_language_tells_lists(locale: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    error = pickle.loads(pickle.dumps(ConfigError("{field} must be one of {choices}", field="kind", choices=Listed(("a", "b")))))
    assert (str(error), i18n.explain(error), error.plain_values["choices"]) == (*["kind must be one of a, b"] * 2, "a, b")
    monkeypatch.setattr(i18n, "current_language", lambda: "de")
    assert i18n.explain(error) == "kind must be one of a / b"


@pytest.mark.parametrize("changes", [{name: "?"} for name in ResNetConfig.__dataclass_fields__ if name != "name"], ids=str)
def test_no_refusal_on_a_page_names_a_field_of_the_code(changes: dict[str, str]) -> None:
    ((field, _),) = changes.items()
    with pytest.raises(ConfigError) as refused:
        replace(PRESETS["resnet-50"], **changes)
    assert str(refused.value).startswith(f"{field} must be ")
    assert i18n.explain(refused.value).startswith(f"{field_title(field)} must be ")
    assert field_title(field) != field
    assert "_" not in field_title(field)


def test_a_value_is_not_taken_for_a_field() -> None:
    assert i18n.explain(ConfigError("{field} got {value!r}", field="stem", value="groups")) == "Stem got 'groups'"
    assert i18n.explain(ConfigError("an unknown {field}", field="batch_size")) == "an unknown batch_size"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"block": "basic", "groups": 32}, "Groups and Width per group shape the 3x3 convolution"),
        ({"block": "basic", "bottleneck_stride_on": "1x1"}, "Bottleneck's stride “first 1×1” names"),
        (
            {"zero_init_residual": True, "shortcut": "none"},
            "Start as identity makes a block start as its shortcut; with Shortcuts “None (plain)”",
        ),
        (
            {"zero_init_residual": True, "preactivation": True},
            "Start as identity needs a batch norm at the end of the branch; with Order “V2”",
        ),
        ({"se_reduction": 300}, "Squeeze-and-excitation can be at most 256"),
        ({"depths": (1, 2)}, "Blocks and Channels must name the same number of stages, got 2 and 4"),
        ({"depths": (1,) * 9, "widths": (8,) * 9}, "Blocks must name between 1 and 8 stages, got 9"),
        ({"depths": (900, 900, 200, 1)}, "Blocks must name at most 2000 blocks together, got 2001"),
        ({"input_shape": (28, 28)}, "Input must be (height, width, channels), got (28, 28)"),
    ],
)
def test_a_refused_combination_speaks_of_controls(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ConfigError) as refused:
        replace(PRESETS["resnet-50"], **changes)  # type: ignore[arg-type]
    shown = i18n.explain(refused.value)
    assert words in shown
    for field in ResNetConfig.__dataclass_fields__:
        assert "_" not in field or field not in shown


def test_braces_are_left_alone_where_there_is_nothing_to_fill() -> None:
    assert i18n.t("a set {1, 2}") == "a set {1, 2}"


def test_a_lesson_is_filled_and_asks_for_what_it_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "tale.md").write_text(
        "# Tale\n\n## one\n\nIt has {{count}} of $\\frac{1}{2}$.\n\n## two\n\nEnd.\n", encoding="utf-8"
    )
    monkeypatch.setattr(i18n, "LESSONS", tmp_path)
    assert i18n.lesson("tale", "one", count="12") == "It has 12 of $\\frac{1}{2}$."
    assert i18n.lesson("tale", "two") == "End."
    with pytest.raises(KeyError, match="count"):
        i18n.lesson("tale", "one")
    with pytest.raises(KeyError, match="three"):
        i18n.lesson("tale", "three")


def test_a_lesson_that_is_not_translated_is_shown_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    english = i18n.lesson("idea", "promise")
    monkeypatch.setattr(i18n, "current_language", lambda: "de")
    assert i18n.lesson("idea", "promise") == english


def test_the_template_for_translators_is_up_to_date() -> None:
    script = ROOT / "assets" / "locale" / "extract.py"
    result = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_the_template_holds_labels_plurals_and_rules_of_errors() -> None:
    with TEMPLATE.open("rb") as file:
        ids = {message.id for message in read_po(file)}
    assert "Train this network" in ids  # a label on a page
    assert "the branch: F(x)" in ids  # a word in a diagram
    assert "a block's stride must be 1 or 2, got {value!r}" in ids  # a rule of the library


def _calls(*names: str) -> list[tuple[Path, ast.Call]]:
    files = [*(ROOT / "pages").rglob("*.py"), *(ROOT / "resnet").rglob("*.py")]
    return [
        (file, node)
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names
    ]


def test_what_is_to_be_translated_is_written_as_a_literal() -> None:
    errors = (name for name, kind in vars(resnet.errors).items() if isinstance(kind, type) and issubclass(kind, ExplainedError))
    calls = _calls("t", "tn", *errors)
    computed = [f"{file.name}: {ast.unparse(call)}" for file, call in calls if not (call.args and _is_literal_or_rule(call.args[0]))]
    assert len(calls) > 100
    assert computed == []


def _is_literal_or_rule(message: ast.expr) -> bool:
    # A failure that travelled as an event brings along the rule that was a literal where it was raised.
    return isinstance(message, ast.Constant) or (isinstance(message, ast.Attribute) and message.attr == "rule")


def _patterns(section: ast.expr) -> set[str]:
    """The sections that an expression can name: literals as they are, what is computed within one as `.+`."""
    if isinstance(section, ast.JoinedStr):
        return {"".join(re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+" for part in section.values)}
    if isinstance(section, ast.Constant):
        return {re.escape(section.value)} if isinstance(section.value, str) else set()
    return set().union(*(_patterns(part) for part in ast.iter_child_nodes(section) if isinstance(part, ast.expr)))


def test_every_section_of_every_lesson_is_on_a_page_and_exists() -> None:
    """A section may also be named where a page keeps a table of them, or be put together from parts."""
    written = {
        (path.stem, heading)
        for path in (ROOT / "assets" / "lessons" / "en").glob("*.md")
        if not path.stem.startswith("quiz_") and path.stem not in READ_AS_DATA
        for heading in re.findall(r"^## +(\S+)", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    }
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in (ROOT / "pages").rglob("*.py")]
    texts = [node for tree in trees for node in ast.walk(tree) if isinstance(node, (ast.Constant, ast.JoinedStr))]
    patterns = set().union(*map(_patterns, texts)) - {".+"}
    assert {(lesson, heading) for lesson, heading in written if not any(re.fullmatch(one, heading) for one in patterns)} == set()

    asked = {
        (call.args[0].value, pattern)
        for _, call in _calls("lesson")
        if isinstance(call.args[0], ast.Constant)
        for pattern in _patterns(call.args[1])
    }
    assert ("idea", "promise") in asked
    found = {(lesson, one) for lesson, one in asked for name, heading in written if lesson == name and re.fullmatch(one, heading)}
    assert {(lesson, one) for lesson, one in asked - found if lesson not in READ_AS_DATA} == set()
