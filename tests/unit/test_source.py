"""Source text as pages show it: the same that Python's own `inspect` finds, but read without importing."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

import resnet.config
import resnet.plan
import resnet.tracing
import resnet.training.control
from resnet.source import source_of

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("module", "name"),
    [
        (resnet.plan, "plan_block"),
        (resnet.tracing, "Trace"),
        (resnet.config, "ResNetConfig"),  # with its decorator
        (resnet.training.control, "Control"),
    ],
)
def test_same_text_as_inspect(module: object, name: str) -> None:
    expected = inspect.getsource(getattr(module, name)).rstrip("\n")
    assert source_of(module.__name__, name) == expected  # type: ignore[attr-defined]


def test_a_decorator_is_part_of_a_class() -> None:
    assert source_of("resnet.plan", "StagePlan").startswith("@dataclass(frozen=True, slots=True)\nclass StagePlan:\n")


def test_constants_with_and_without_a_type() -> None:
    assert source_of("resnet.config", "MAX_BLOCKS_PER_STAGE") == "MAX_BLOCKS_PER_STAGE = 1_000"
    recipes = source_of("resnet.presets", "RECIPES")
    assert recipes.startswith("RECIPES: Mapping[str, Recipe] = MappingProxyType(\n")
    assert recipes.endswith("\n)")


def test_several_names_come_in_the_order_asked_for() -> None:
    both = source_of("resnet.blocks", "squeeze_excite", "basic_block")
    assert both == source_of("resnet.blocks", "squeeze_excite") + "\n\n\n" + source_of("resnet.blocks", "basic_block")
    assert [node.name for node in ast.parse(both).body if isinstance(node, ast.FunctionDef)] == ["squeeze_excite", "basic_block"]


def test_the_block_fits_on_a_page() -> None:
    lines = source_of("resnet.blocks", "basic_block").splitlines()
    assert lines[0].startswith("def basic_block(x")
    assert lines[-1].lstrip().startswith("return ")
    assert len(lines) <= 25


def test_no_names_mean_the_whole_file() -> None:
    assert source_of("resnet.training.control") == (ROOT / "resnet/training/control.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["basic", "keras", "Style.of", ""])
def test_an_unknown_name_is_an_error_that_lists_the_known(name: str) -> None:
    with pytest.raises(LookupError, match=f"resnet.blocks defines .*basic_block, .*, Style, .*; it does not define {name}$"):
        source_of("resnet.blocks", name)


@pytest.mark.parametrize("module", ["resnet.nothing", "resnet", "os", "..shared", "resnet/plan", "", "/etc/passwd"])
def test_a_module_from_elsewhere_is_an_error(module: str) -> None:
    with pytest.raises(LookupError, match=r"a module of this project is needed, such as 'resnet\.blocks', got"):
        source_of(module, "plan")
