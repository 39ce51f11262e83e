"""The real numbers of the walk: a test image's maps in this block, one channel at a time, under one crosshair."""

from __future__ import annotations

import streamlit as st

from pages.parts.block.back import has_projection, norms_of_step
from pages.parts.block.look import block_control, channel_at_hand, channel_control, image, image_control, moment_control, subject
from pages.parts.block.maps import Panel, Patch, show_maps
from pages.parts.block.steps import NETWORK, STEPS, Step, current_block
from pages.parts.i18n import t
from pages.parts.inquiry import ask, tell
from resnet.figures.block_maps import HIDDEN, Reading, kernel_of, lively_channel, read_channel
from resnet.inquiries import BlockMaps, LookAtBlock
from resnet.plan import LayerPlan, plan
from resnet.presets import PRESETS

_KEY = "block_real"
_FORWARD = tuple(step.key for step in STEPS if not step.backward)


def real(step: Step, twin: bool) -> None:
    """What to look at in one row; below it the maps, those of the step lit. With `twin`, also what the block without shortcut gives."""
    controls = st.container(horizontal=True, vertical_alignment="center", gap="xsmall")
    with controls:
        image_control(_KEY)
        moment_control(_KEY)
        block_control(_KEY)
    if step.backward:
        norms_of_step(step)
        return
    asked = ask(LookAtBlock(subject(), current_block(), image()), BlockMaps, key=_KEY)
    maps = asked.found
    reading = None
    if maps is not None:
        channel = channel_at_hand(maps.y.shape[-1], lively_channel(maps))
        reading = read_channel(maps, channel)
        with controls:
            channel_control(_KEY, maps.y.shape[-1], channel)
    projection = has_projection(current_block()) if maps is None else maps.projection
    show_maps(
        reading,
        panels(step.key, projection=projection, twin=twin),
        lines(step.key, reading, projection=projection, twin=twin),
        key=f"{_KEY}_maps",
        status=asked.status,
        patch=patch_of(step.key, maps, reading),
    )
    said = t("One channel, on one colour scale: brown below 0, teal above. Point at a map, or walk over them with the arrow keys.")
    tell(asked, key=_KEY, said=f":gray[:small[{said}]]")


def panels(step: str, *, projection: bool, twin: bool) -> list[Panel]:
    """The places for maps and what they show at a step, from x to y. A place keeps its key through all steps."""
    hidden = step if step in HIDDEN else "conv1" if step == "x" else "relu1"
    branch = "conv2" if step == "conv2" else "branch"
    titles = {"conv1": t("conv 1"), "bn1": t("BN 1"), "relu1": t("ReLU inside"), "conv2": t("conv 2"), "branch": "F(x)"}
    shown = [
        Panel(key="x", grid="x", role="shortcut", title="x", state=_state(step, "x", "shortcut" if not projection else "x")),
        Panel(key="hidden", grid=hidden, role="branch", title=titles[hidden], state=_state(step, hidden)),
        Panel(key="branch", grid=branch, role="branch", title=titles[branch], state=_state(step, "bn2" if branch == "branch" else branch)),
    ]
    if projection:
        shown.append(Panel(key="shortcut", grid="shortcut", role="shortcut", title="Wₛ x", state=_state(step, "shortcut")))
    sum_title = "F(x) + Wₛ x" if projection else "F(x) + x"
    shown.append(Panel(key="sum", grid="sum", role="add", title=sum_title, state=_state(step, "add")))
    shown.append(Panel(key="y", grid="y", role="add", title=t("y = ReLU(sum)"), state=_state(step, "relu")))
    if twin:
        shown.append(Panel(key="twin", grid="twin", role="plain", title=t("twin: ReLU(F(x))"), state=_state(step, "relu")))
    return shown


def _state(step: str, *computed_at: str) -> str:
    """Whether a map that is computed at that step, or used again at a later one, is what the step is about, or still to come."""
    if step in computed_at:
        return "now"
    return "later" if _FORWARD.index(step) < _FORWARD.index(computed_at[0]) else ""


def lines(step: str, reading: Reading | None, *, projection: bool, twin: bool) -> list[str]:
    """What is read off at the crosshair, as templates for the browser: always the whole sum, then what the step itself does."""
    if reading is None:
        return []
    whole = "{shortcut} + {(branch)} = {sum} → ReLU {y}"
    steps = {
        "x": t("channel {source} of x", source=reading.source + 1),
        "bn1": "{conv1} → BN {bn1}",
        "relu1": "{bn1} → ReLU {relu1}",
        "bn2": "{conv2} → BN {branch} = F(x)",
        "shortcut": "x = {x} → Wₛ x = {shortcut}" if projection else "x = {x} = {shortcut}",
    }
    said = [whole]
    if step in ("conv1", "conv2"):
        said.append(t("this patch of one channel: {partial}; of all channels: {whole}", partial="{partial}", whole=f"{{{step}}}"))
    elif step in steps:
        said.append(steps[step])
    if twin and step == "relu":
        said.append(t("twin: {sum}", sum="{branch} → ReLU {twin}"))
    return said


def patch_of(step: str, maps: BlockMaps | None, reading: Reading | None) -> Patch | None:
    """What the convolution of the step reads for one place; None where the step is none."""
    if maps is None or reading is None or step not in ("conv1", "conv2"):
        return None
    source = reading.source if step == "conv1" else reading.channel
    kernel = kernel_of(maps, step, source=source, channel=reading.channel)
    layer = _layer(step)
    return Patch(
        panel="x" if step == "conv1" else "hidden",
        grid="x" if step == "conv1" else "relu1",
        size=layer.kernel,
        stride=layer.stride,
        before=padding_before(layer),
        kernel=tuple(round(float(weight), 6) for weight in kernel.ravel()),
    )


def padding_before(layer: LayerPlan) -> int:
    """How many rows and columns of zeros "same" padding puts before the first one: the lesser half of what is lacking."""
    given, wanted = layer.input_shape[0], layer.output_shape[0]
    return max(0, (wanted - 1) * layer.stride + layer.kernel - given) // 2


def _layer(part: str) -> LayerPlan:
    name = f"{current_block()}_{part}"
    return next(layer for layer in plan(PRESETS[NETWORK]).layers if layer.name == name)
