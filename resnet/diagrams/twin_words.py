"""What the drawing of the twins says: on its nodes, about them, and as a formula."""

from __future__ import annotations

from dataclasses import dataclass

from resnet.diagrams.block_notes import input_note, note_of
from resnet.diagrams.block_view import BlockView
from resnet.diagrams.block_words import block_title, description, words_of
from resnet.plan import LayerPlan
from resnet.wording import ACTIVATION_NAMES, Translate, listed, shape_text

_TRANSPOSED = "\N{MODIFIER LETTER CAPITAL T}"


@dataclass(frozen=True, slots=True)
class Term:
    """A piece of the formula: its text, the role whose colour it wears, and the names by which a step lights it."""

    text: str
    role: str
    keys: tuple[str, ...] = ()


def formula(view: BlockView, *, backward: bool) -> tuple[Term, ...]:
    """y = ReLU(F(x) + x), or the gradient at x, as it is for this block.

    Forward terms: "activation", "branch", "argument" (the x in F(x)), "plus", "x" (what the shortcut brings).
    Backward, m is the gradient g at y behind the activation's mask: "jacobian", "sent" (m to the branch), "plus",
    "passed" (m along the shortcut), "g", "mask".
    """
    return _backward(view) if backward else _forward(view)


def _forward(view: BlockView) -> tuple[Term, ...]:
    plain = view.route == "none"
    branch = "plain" if plain else "branch"
    terms = [
        Term("y = ", "ink"),
        Term(ACTIVATION_NAMES[view.activation], "plain" if plain else "add", ("activation",)),
        Term("(", "ink"),
        Term("F(", branch, ("branch",)),
        Term("x", branch, ("argument", "branch")),
        Term(")", branch, ("branch",)),
    ]
    if not plain:
        terms += [Term(" + ", "add", ("plus",)), Term(_brought(view), "shortcut", ("x",))]
    return (*terms, Term(")", "ink"))


def _backward(view: BlockView) -> tuple[Term, ...]:
    plain = view.route == "none"
    branch = "plain" if plain else "branch"
    terms = [
        Term("∂E/∂x = ", "ink"),
        Term(f"J{_TRANSPOSED}", branch, ("jacobian",)),
        Term("m", branch, ("jacobian", "sent")),
    ]
    if not plain:
        passed = f"Wₛ{_TRANSPOSED}m" if view.has_projection else "m"
        terms += [Term(" + ", "add", ("plus",)), Term(passed, "shortcut", ("passed",))]
    summed = "F(x)" if plain else f"F(x) + {_brought(view)}"
    mask = "plain" if plain else "add"
    return (*terms, Term(",  m = ", "ink"), Term("g", mask, ("g", "mask")), Term(f" · [{summed} > 0]", mask, ("mask",)))


def _brought(view: BlockView) -> str:
    return "Wₛx" if view.has_projection else "x"


def picture_words(view: BlockView, lit: tuple[str, ...], *, backward: bool, t: Translate) -> tuple[str, str]:
    """Title and description of the drawing, with what the step lights."""
    title = t("The plain twin") if view.route == "none" else block_title(view, t)
    told = [description(view, t), "".join(term.text for term in formula(view, backward=backward)) + "."]
    if backward:
        told.append(t("The arrows show the gradient, from y back to x."))
    names = [node_title(view, key, t) for key in lit if _exists(view, key)]
    if names:
        told.append(t("Lit: {names}.", names=listed(names, t)))
    return title, " ".join(told)


def _exists(view: BlockView, key: str) -> bool:
    return view.route != "none" or key not in ("shortcut", "add", "fork")


def node_title(view: BlockView, key: str, t: Translate) -> str:
    """The word or two on a node."""
    match key:
        case "input":
            return "x"
        case "output":
            return "y"
        case "fork":
            return t("the fork")
        case "branch":
            return "F(x)"
        case "shortcut" if view.has_projection:
            return t("Wₛ: 1×1 conv, BN")
        case "shortcut":
            return t("the shortcut: x as it is, nothing to learn")
        case "bn1" | "bn2":
            return t("BN")
    return words_of(view, view.layer(key), t).title


def node_label(view: BlockView, key: str, t: Translate) -> str:
    """A node in full: what it is, what comes out of it, how many parameters it has."""
    if key == "input":
        return t("x, the block's input: {shape}", shape=shape_text(view.input_shape))
    if key == "branch":
        return _label(node_title(view, key, t), view.branch[-1], sum(layer.parameters for layer in view.branch), t)
    if key == "shortcut" and view.has_projection:
        parts = (view.layer("shortcut_conv"), view.layer("shortcut_bn"))
        return _label(node_title(view, key, t), parts[-1], sum(layer.parameters for layer in parts), t)
    if key == "shortcut":
        return t("{what}: output {shape}, {count}", what=t("shortcut"), shape=shape_text(view.input_shape), count=_count(0, t))
    words = words_of(view, view.layer(key), t)
    what = f"{words.title}, {words.detail}" if words.detail else words.title
    return t("{what}: output {shape}, {count}", what=what, shape=words.shape, count=words.count)


def node_note(view: BlockView, key: str, t: Translate) -> str:
    """The formula of a node and the arithmetic of its numbers."""
    match key:
        case "input":
            return input_note(view.input_shape, t)
        case "branch":
            counts = " + ".join(f"{layer.parameters:,}" for layer in view.branch if layer.parameters)
            return f"F = BN ∘ conv ∘ {ACTIVATION_NAMES[view.activation]} ∘ BN ∘ conv\n" + t("Parameters: {sum}.", sum=counts)
        case "shortcut" if view.has_projection:
            return "\n".join(_layer_note(view, view.layer(suffix), t) for suffix in ("shortcut_conv", "shortcut_bn"))
        case "shortcut":
            return t("It hands every number of x to the add, unchanged. No parameters.")
    return _layer_note(view, view.layer(key), t)


def _layer_note(view: BlockView, layer: LayerPlan, t: Translate) -> str:
    formulas = {
        "conv": "v[i, j, k] = Σ x[{0}i + a, {0}j + b, c] · w[a, b, c, k]".format(layer.stride if layer.stride > 1 else ""),
        "bn": "v ↦ γ · (v − μ) / √(σ² + ε) + β",
        "add": f"F(x)[i, j, k] + {_brought(view)}[i, j, k]",
    }
    note = note_of(view, layer, t)
    return f"{formulas[layer.kind]}\n{note}" if layer.kind in formulas else note


def _label(title: str, last: LayerPlan, parameters: int, t: Translate) -> str:
    return t("{what}: output {shape}, {count}", what=title, shape=shape_text(last.output_shape), count=_count(parameters, t))


def _count(parameters: int, t: Translate) -> str:
    return t("{count:,} params", count=parameters)
