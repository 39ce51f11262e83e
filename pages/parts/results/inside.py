"""What a network learned: a picture and what the network says of it, where a layer speaks for that, and the layer's maps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.parts.display import pixels, projector
from pages.parts.held_address import hold, keep
from pages.parts.i18n import lesson, t
from pages.parts.inquiry import Asked, ask, from_before, last_answer, tell
from pages.parts.results.inside_heat import show_heat, target_control
from pages.parts.results.inside_layer import ask_strip, last_maps, layer_control, layer_strip, layer_words, shown_layer
from pages.parts.results.inside_maps import channels_control, liveliest_control, show_tiles
from pages.parts.results.inside_picture import Answered, label_of, picture, picture_control, verdict
from pages.parts.results.inside_plane import plane_drawer
from pages.parts.results.own_picture import own_picture_offered
from pages.parts.results.shown import PAGE
from resnet.figures.channel_maps import Tiles, tiles_of_filters, tiles_of_maps
from resnet.inquiries import (
    ExplainDecision,
    Filters,
    GradCam,
    LayerMaps,
    LookAtLayer,
    OwnPicture,
    Picture,
    PredictTest,
    ShowFilters,
    Source,
    TestPredictions,
)
from resnet.inquiries.results import check_layer
from resnet.plan import LayerPlan, plan
from resnet.wording import class_titles

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

_KEY = "inside"


def inside(source: Source) -> None:
    own = own_picture_offered(source)
    shown, layer = picture(source, own), shown_layer(source)
    with st.container(gap="xsmall"):
        # What takes the worker long is asked last, wherever it stands.
        choice, network = st.container(), st.container()
        left, right = st.columns([1, 2.45], gap="medium")
        with right:
            line, maps = _maps(source, shown, layer)
        with left:
            heat = _heat(source, shown, layer)
        strip = ask_strip(source)
        with network:
            layer_strip(source, strip)
        predicted = ask(PredictTest(source), TestPredictions, key=f"{_KEY}_predictions")
        answered = Answered.of(predicted.found) if predicted.current else None
        with choice:
            picture_control(source, own, answered)
        with left:
            said = heat.found.probabilities if heat.found is not None and heat.current else None
            st.markdown(verdict(said, label_of(source, shown, answered)))
        with line:
            _tell([maps, heat, *([strip] if strip else []), predicted], source)
    with st.expander(t("Explain"), icon=":material/school:"):
        st.markdown(lesson("inside", "maps"), width=pixels(760))
        st.markdown(_grid_lesson(source, layer), width=pixels(760))
        st.markdown(lesson("inside", "residual" if strip else "plain"), width=pixels(760))
    plane_drawer(source, shown.number if not isinstance(shown, OwnPicture) else None)


def _grid_lesson(source: Source, layer: LayerPlan) -> str:
    """What Grad-CAM is, with the numbers of this layer's grid."""
    rows, columns = _with_places(source, layer).output_shape[:2]
    height, width, _ = source.config.input_shape
    return lesson("inside", "gradcam", rows=rows, columns=columns, high=f"{height / rows:.3g}", wide=f"{width / columns:.3g}")


def _with_places(source: Source, layer: LayerPlan) -> LayerPlan:
    """The layer itself, or for one behind the pooling the last before it that gives maps."""
    return layer if len(layer.output_shape) == 3 else last_maps(plan(source.config))


def _heat(source: Source, shown: Picture, layer: LayerPlan) -> Asked[GradCam]:
    """Where the layer speaks for a class; of one behind the pooling, where the last maps do."""
    target = target_control()
    inquiry = ExplainDecision(source, shown, _with_places(source, layer).name, target)
    asked = ask(inquiry, GradCam, key=f"{_KEY}_heat")
    of, found = last_answer(asked, ExplainDecision, source) or (inquiry, None)
    show_heat(found, source, shown=of.picture, current=asked.current)
    return asked


def _maps(source: Source, shown: Picture, layer: LayerPlan) -> tuple[DeltaGenerator, Asked[Any]]:
    """The layer's channels, or the first layer's filters. Returns the place above them for a line on all that is asked, too."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        filters = _filters_control()
        if not filters:
            layer_control(source)
        first = channels_control((check_layer(source, "stem_conv") if filters else layer).output_shape[-1])
        liveliest = not filters and liveliest_control()
    line = st.container()
    if filters:
        return line, _filters(source, first)
    asked = ask(LookAtLayer(source, shown, layer.name), LayerMaps, key=f"{_KEY}_maps")
    before = last_answer(asked, LookAtLayer, source)
    seen = layer if before is None else check_layer(source, before[0].layer)
    first = first if first < seen.output_shape[-1] else 0
    tiles = None if before is None else tiles_of_maps(before[1].maps, liveliest_first=liveliest, first=first)
    names = class_titles(t) if seen.kind == "dense" and seen.stage == "head" else ()
    title = from_before(layer_words(seen, source), current=before is None or asked.current)
    show_tiles(tiles, title=title, names=names, key=f"{_KEY}_tiles", status=asked.status)
    return line, asked


def _filters_control() -> bool:
    """Whether the first layer's filters are shown in the place of a layer's maps."""
    titles = {"maps": t("Feature maps"), "filters": t("First filters")}
    widget, said = f"{_KEY}_what", hold("what", tuple(titles), first="maps", page=PAGE)
    st.session_state[widget] = said
    st.segmented_control(
        t("What is shown"),
        tuple(titles),
        format_func=titles.__getitem__,
        key=widget,
        on_change=lambda: keep("what", st.session_state[widget], first="maps", page=PAGE),
        required=True,
        label_visibility="collapsed",
    )
    return said == "filters"


def _filters(source: Source, first: int) -> Asked[Any]:
    asked = ask(ShowFilters(source), Filters, key=f"{_KEY}_filters")
    before = last_answer(asked, ShowFilters, source)
    tiles: Tiles | None = None if before is None else tiles_of_filters(before[1].kernel, first=first)
    names = tuple(t("filter {number}", number=number + 1) for number in range(tiles.channels if tiles else 0))
    show_tiles(tiles, title=t("Filters of the first convolution"), names=names, key=f"{_KEY}_tiles", status=asked.status)
    return asked


def _tell(asked: list[Asked[Any]], source: Source) -> None:
    """One line for all questions: first those on their way, then what was refused, else what there is to see."""
    coming = [one for one in asked if not one.current]
    first = next((one for one in coming if not one.refused), coming[0] if coming else asked[0])
    said = t("Click a part to open it. Maps: brown below 0, teal above.")
    if source.config.shortcut != "none" and not projector():  # there the line holds one of both
        said = t("Bars: ‖F‖/‖x‖, the branch by the shortcut at the add.") + " " + said
    tell(first, key=_KEY, said=f":gray[:small[{said}]]")
