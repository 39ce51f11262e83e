"""The steps of the walk through a block: forward from x to y, then the gradient backward from y to x.

Each says what it lights: nodes of the drawing, terms of the formula, lines of the source.
"""

from __future__ import annotations

from dataclasses import dataclass

from pages.parts.held_address import hold, keep
from pages.parts.i18n import t
from resnet.plan import plan
from resnet.presets import PRESETS

NETWORK = "mini-resnet"  # whose blocks the walk looks at
_FIRST_BLOCK = "stage1_block1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step.

    Attributes:
        key: its name in the address.
        backward: whether it is one of the gradient's.
        nodes: what it lights in the drawing: nodes and edges by their keys.
        terms: what it lights of the formula.
        marks: words that the source lines it lights contain; each is found in `basic_block` or in `add_shortcut`.
        layers: the suffixes of the layers that compute it, such as "conv1" of "stage1_block1_conv1".
    """

    key: str
    backward: bool = False
    nodes: tuple[str, ...]
    terms: tuple[str, ...]
    marks: tuple[str, ...]
    layers: tuple[str, ...] = ()


_BRANCH_MARKS = ('_conv1")(x)', "_bn1", "_relu1", "_conv2", "_bn2")

STEPS: tuple[Step, ...] = (
    Step(key="x", nodes=("input",), terms=("x", "argument"), marks=("def basic_block(x",)),
    Step(key="conv1", nodes=("conv1",), terms=("branch",), marks=('_conv1")(x)',), layers=("conv1",)),
    Step(key="bn1", nodes=("bn1",), terms=("branch",), marks=("_bn1",), layers=("bn1",)),
    Step(key="relu1", nodes=("relu1",), terms=("branch",), marks=("_relu1",), layers=("relu1",)),
    Step(key="conv2", nodes=("conv2",), terms=("branch",), marks=("_conv2",), layers=("conv2",)),
    Step(key="bn2", nodes=("bn2",), terms=("branch",), marks=("_bn2",), layers=("bn2",)),
    Step(key="shortcut", nodes=("shortcut",), terms=("x",), marks=("y = add_shortcut(y, x", "shortcut = x"), layers=()),
    Step(key="add", nodes=("add",), terms=("plus",), marks=("keras.layers.Add(",), layers=("add",)),
    Step(key="relu", nodes=("relu",), terms=("activation",), marks=('_relu")(y)',), layers=("relu",)),
    Step(key="g", backward=True, nodes=("output",), terms=("g",), marks=('_relu")(y)',)),
    Step(key="mask", backward=True, nodes=("relu",), terms=("mask",), marks=('_relu")(y)',), layers=("relu",)),
    Step(key="copy", backward=True, nodes=("add",), terms=("passed", "sent"), marks=("keras.layers.Add(",), layers=("add",)),
    Step(
        key="branch_back",
        backward=True,
        nodes=("bn2", "conv2", "relu1", "bn1", "conv1"),
        terms=("jacobian",),
        marks=_BRANCH_MARKS,
        layers=("bn2", "conv2", "relu1", "bn1", "conv1"),
    ),
    Step(key="sum", backward=True, nodes=("fork",), terms=("plus",), marks=('_conv1")(x)', "y = add_shortcut(y, x")),
)
_KEYS = tuple(step.key for step in STEPS)


def current_step() -> Step:
    """The step that is looked at: the address's, else the one this visitor was at, else the first."""
    return STEPS[_KEYS.index(hold("step", _KEYS, first=_KEYS[0]))]


def go_to(key: str) -> None:
    """Look at another step; an unknown key changes nothing."""
    if key in _KEYS:
        keep("step", key, first=_KEYS[0])


def has_come_to(step: Step, key: str) -> bool:
    """Whether a walk that stands at `step` has already come to the step of that key."""
    return _KEYS.index(step.key) >= _KEYS.index(key)


def current_block() -> str:
    """The block of the network `NETWORK` that the walk is about, such as "stage2_block1"."""
    return hold("at", blocks(), first=_FIRST_BLOCK)


def open_block(name: str) -> None:
    """Walk through another block, e.g. "stage2_block1"; an unknown name changes nothing."""
    if name in blocks():
        keep("at", name, first=_FIRST_BLOCK)


def blocks() -> tuple[str, ...]:
    """The names of all blocks of `NETWORK` in order."""
    found = (f"{layer.stage}_block{layer.block}" for layer in plan(PRESETS[NETWORK]).layers if layer.block is not None)
    return tuple(dict.fromkeys(found))


def step_label(step: Step) -> str:
    """A step's name on its button."""
    return {
        "x": "x",
        "conv1": t("conv 1"),
        "bn1": t("BN 1"),
        "relu1": "ReLU",
        "conv2": t("conv 2"),
        "bn2": t("BN 2"),
        "shortcut": t("shortcut"),
        "add": t("add"),
        "relu": "ReLU",
        "g": "g",
        "mask": t("mask"),
        "copy": t("copy"),
        "branch_back": t("branch"),
        "sum": t("sum"),
    }[step.key]


def step_name(step: Step) -> str:
    """A step's name in full."""
    return {
        "x": t("x, the input"),
        "conv1": t("First convolution"),
        "bn1": t("First batch norm"),
        "relu1": t("ReLU within the branch"),
        "conv2": t("Second convolution"),
        "bn2": t("Second batch norm"),
        "shortcut": t("The shortcut"),
        "add": t("The add"),
        "relu": t("ReLU behind the add"),
        "g": t("g, the gradient at y"),
        "mask": t("Masked at the ReLU"),
        "copy": t("Copied at the add"),
        "branch_back": t("Back through the branch"),
        "sum": t("Summed at the fork"),
    }[step.key]
