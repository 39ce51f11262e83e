"""Launch a run, watch it live and steer it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.parts.adapted_offer import offer_adapted
from pages.parts.display import projector
from pages.parts.duration import about
from pages.parts.i18n import explain, t, tn
from pages.parts.layout import beside_a_picture, page_header, page_link
from pages.parts.literal import literally
from pages.parts.network_state import current_network, current_run, set_run
from pages.parts.network_words import network_title
from pages.parts.quiz import quiz
from pages.parts.runs.curve_reading import curve_reading
from pages.parts.runs.earlier import earlier_curves, earlier_runs, offered_runs
from pages.parts.runs.form import TrainingForm, training_form
from pages.parts.runs.listing import setup_words
from pages.parts.runs.live import colour_of, live_run
from pages.parts.runs.measurement import measurement
from pages.parts.runs.notice import run_notices
from pages.parts.runs.race_notice import is_race, race_notice
from pages.parts.runs.steering import attempt, steering
from pages.parts.runs.story import RunStory, run_story
from pages.parts.runs.unknown import unknown_run
from pages.parts.visitor import visitor
from resnet.config import ResNetConfig, TrainConfig, fits
from resnet.data import full_set_location
from resnet.datasets import DATASETS
from resnet.errors import ConfigError, ExplainedError
from resnet.estimate import epoch_seconds
from resnet.plan import Plan, plan
from resnet.presets import tuned
from resnet.runs import service
from resnet.runs.service import Service
from resnet.source import source_of

if TYPE_CHECKING:
    from resnet.runs.store import RunRecord


def page() -> None:
    lab = service.current()
    page_header(t("Training"), t("How does a network learn, batch by batch?"))
    seen = _read(lab, current_run())
    controls, view = beside_a_picture(2.5, on_a_projector=1.75)
    if seen.record is not None and is_race(seen.record):
        with view:
            race_notice(seen.record)
        seen = replace(seen, record=None, story=RunStory())
    with controls:
        if lab is not None:
            run_notices(lab, seen.record, seen.story, visitor=visitor())
        form = _controls(lab)
    with view:
        # A projector's screen has room for the hand and the picture alone, unless there is a run to turn to.
        below = projector() and (seen.record is not None or lab is None or not lab.active_runs())
        if not below:
            _which(lab, seen)
        steering(lab, seen.record, seen.story)
        live_run(lab, seen.record, seen.story, epochs=(seen.record.config if seen.record else form).recipe.epochs, earlier=seen.earlier)
        if below:
            _which(lab, seen)
        measurement(lab, seen.record, seen.story, colour_of(seen.record))
    curve_reading()
    with st.expander(t("The callback that feeds these curves"), icon=":material/code:"):
        st.markdown(t("Keras calls it after every batch. This is the file the worker runs, `resnet/training/callbacks.py`."))
        st.code(source_of("resnet.training.callbacks", "StreamingCallback"), language="python")
    quiz("training")


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the history has for this page: the run that is looked at, its story, runs to lay under it, the curves of those chosen."""

    record: RunRecord | None = None
    story: RunStory = field(default_factory=RunStory)
    offered: Sequence[RunRecord] = ()
    earlier: Sequence[Mapping[str, Any]] = ()


def _read(lab: Service | None, run: str | None) -> _Seen:
    """Where the history cannot be read, the page says so. A run in progress is known without it, earlier ones are not."""
    if lab is None:
        return _Seen()
    try:
        record = lab.run(run) if run else None
        story = run_story(lab, record) if record else RunStory()
    except ExplainedError as problem:
        _unreadable(problem)
        return _Seen()
    if run and record is None:
        st.warning(f"{unknown_run(run)} {t('Start one, or open an earlier one under Results.')}", icon=":material/search_off:")
    try:
        return _Seen(record, story, offered_runs(lab, record), earlier_curves(lab, record))
    except ExplainedError as problem:
        _unreadable(problem)
        return _Seen(record, story)


def _which(lab: Service | None, seen: _Seen) -> None:
    """Which run this is, and which others lie under it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        _summary(lab, seen.record)
        earlier_runs(seen.offered)


def _unreadable(problem: ExplainedError) -> None:
    st.error(literally(explain(problem)), icon=":material/database_off:")


def _controls(lab: Service | None) -> TrainingForm:
    network = current_network()
    totals = plan(network)
    with st.container(border=True):
        st.markdown(f"**{network_title(network)}**  \n" + t("{parameters:,} trainable parameters", parameters=totals.trainable_parameters))
        page_link("architecture.py", label=t("Change the network"), icon=":material/tune:")
    form = training_form()
    config = _config(tuned(network, form.recipe_name), form) if fits(network, form.dataset) else None
    if not fits(network, form.dataset):
        offer_adapted(totals, form.dataset, batch_size=form.recipe.batch_size, button_width="stretch")
    if config is not None:
        _estimate(config, totals)
        _tuning(network, config.networks[0])
        if lab is not None:
            _start_button(lab, config)
    if lab is None:
        st.info(t("This server has no training engine; start it with `streamlit run app.py`."), icon=":material/power_off:")
    return form


def _start_button(lab: Service, config: TrainConfig) -> None:
    active = lab.active_runs()
    refusal = lab.refusal(config)
    if refusal is not None:
        st.error(literally(explain(refusal)), icon=":material/block:")
    st.button(
        t("Queue another run") if active else t("Start"),
        type="secondary" if active else "primary",
        icon=":material/play_arrow:",
        width="stretch",
        disabled=refusal is not None,
        on_click=attempt,
        args=(_start, lab, config, visitor()),
    )


def _config(network: ResNetConfig, form: TrainingForm) -> TrainConfig | None:
    try:
        return TrainConfig(networks=(network,), dataset=form.dataset, recipe=form.recipe, seed=form.seed)
    except ConfigError as error:
        st.error(literally(explain(error)), icon=":material/error:")
        return None


def _estimate(config: TrainConfig, network: Plan) -> None:
    recipe = config.recipe
    epoch = epoch_seconds(network, config.dataset, batch_size=recipe.batch_size)
    st.caption(
        tn(
            "{images:,} images, at most {n} epoch: {time}, estimated for two cores.",
            "{images:,} images, at most {n} epochs: {time}, estimated for two cores.",
            recipe.epochs,
            images=DATASETS[config.dataset].training_images,
            time=about(recipe.epochs * epoch),
        )
    )
    if config.dataset == "fashion-mnist" and full_set_location() is None:
        st.caption(t("The full set is not on this machine yet; the run downloads it first (30 MB)."))


def _tuning(network: ResNetConfig, used: ResNetConfig) -> None:
    """What the recipe changes of the network, where it changes something."""
    if used != network:
        st.caption(
            t(
                "This recipe trains it with batch norm's momentum at {used:g} instead of {own:g}: short runs want statistics that follow.",
                used=used.bn_momentum,
                own=network.bn_momentum,
            )
        )


def _start(lab: Service, config: TrainConfig, visitor: str) -> None:
    set_run(lab.start(config, visitor=visitor))


def _summary(lab: Service | None, record: RunRecord | None) -> None:
    """Which run this is; or, where none is chosen, the one that could be watched."""
    if lab is not None and lab.engine_state == "failed":
        st.error(t("The training engine could not be started; the server tries again. Its log says why."), icon=":material/error:")
    if record is None:
        active = lab.active_runs() if lab else []
        if active:
            st.button(t("A run is in progress: watch it"), icon=":material/visibility:", on_click=set_run, args=(active[0],))
        st.space("stretch")
        return
    title = [f"**{literally(record.title)}**"] if record.title else []
    st.caption(" · ".join([*title, *setup_words(record.config)]), width="stretch")


page()
