"""What happens at a step of the walk, in words with the numbers of the block at hand."""

from __future__ import annotations

from pages.parts.block.steps import Step
from pages.parts.i18n import lesson
from resnet.diagrams.block_view import BlockView
from resnet.wording import shape_text

# Steps whose words are others where the shortcut projects.
_PROJECTED = {"shortcut", "sum"}


def step_lesson(step: Step, view: BlockView) -> str:
    """The step's paragraph, as Markdown."""
    section = f"step_{step.key}"
    if step.key in _PROJECTED and view.has_projection:
        section += "_projected"
    values: dict[str, object] = {"input": shape_text(view.input_shape), "output": shape_text(view.branch_shape)}
    if step.key in ("conv1", "conv2", "bn1", "bn2"):
        layer = view.layer(step.key)
        values |= {"channels": layer.input_shape[-1], "filters": layer.output_shape[-1], "cost": f"{layer.parameters:,}"}
    if section == "step_shortcut_projected":
        cost = sum(view.layer(suffix).parameters for suffix in ("shortcut_conv", "shortcut_bn"))
        values |= {"stride": view.layer("shortcut_conv").stride, "cost": f"{cost:,}"}
    return lesson("block", section, **values)
