"""Launch a run, watch it live and steer it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.parts.adapted_offer import offer_adapted
from pages.parts.duration import about
from pages.parts.earlier_runs import earlier_curves, earlier_runs
from pages.parts.i18n import explain, t, tn
from pages.parts.layout import page_header
from pages.parts.literal import literally
from pages.parts.live_run import colour_of, live_run
from pages.parts.measurement import measurement
from pages.parts.network_state import current_network, current_run, set_run
from pages.parts.run_notice import run_notices
from pages.parts.run_story import RunStory, run_story
from pages.parts.steering import attempt, steering
from pages.parts.training_form import TrainingForm, training_form
from pages.parts.unknown_run import unknown_run
from resnet.config import ResNetConfig, TrainConfig, fits
from resnet.data import full_set_location
from resnet.datasets import DATASETS
from resnet.errors import ConfigError, ExplainedError
from resnet.estimate import epoch_seconds
from resnet.plan import Plan, plan
from resnet.runs import service
from resnet.runs.routes import VISITOR_COOKIE
from resnet.runs.service import Service
from resnet.source import source_of

if TYPE_CHECKING:
    from resnet.runs.store import RunRecord


def page() -> None:
    lab = service.current()
    page_header(t("Training"), t("How does a network learn, batch by batch?"))
    record = _record(lab, current_run())
    story = run_story(lab, record) if lab and record else RunStory()
    controls, view = st.columns([1, 2.5], gap="large")
    with controls:
        if lab is not None:
            run_notices(lab, record, story, visitor=_visitor())
        form = _controls(lab)
    with view:
        with st.container(horizontal=True, vertical_alignment="center"):
            _summary(lab, record)
            if lab is not None:
                earlier_runs(lab, record)
        steering(lab, record, story)
        earlier = earlier_curves(lab, record) if lab else []
        live_run(lab, record, story, epochs=(record.config if record else form).recipe.epochs, earlier=earlier)
        measurement(lab, record, story, colour_of(record))
    with st.expander(t("The callback that feeds these curves"), icon=":material/code:"):
        st.markdown(t("Keras calls it after every batch. This is the file the worker runs, `resnet/training/callbacks.py`."))
        st.code(source_of("resnet.training.callbacks", "StreamingCallback"), language="python")


def _record(lab: Service | None, run: str | None) -> RunRecord | None:
    """The run that is looked at. Where the history cannot be read, the page says so and goes on without."""
    if lab is None or run is None:
        return None
    try:
        record = lab.run(run)
    except ExplainedError as problem:
        st.error(literally(explain(problem)), icon=":material/database_off:")
        return None
    if record is None:
        st.warning(f"{unknown_run(run)} {t('Start one, or open an earlier one under Results.')}", icon=":material/search_off:")
    return record


def _controls(lab: Service | None) -> TrainingForm:
    network = current_network()
    totals = plan(network)
    with st.container(border=True):
        st.markdown(f"**{network.name}**  \n" + t("{parameters:,} trainable parameters", parameters=totals.trainable_parameters))
        st.page_link("architecture.py", label=t("Change the network"), icon=":material/tune:")
    form = training_form()
    config = _config(network, form) if fits(network, form.dataset) else None
    if not fits(network, form.dataset):
        offer_adapted(totals, form.dataset, batch_size=form.recipe.batch_size, button_width="stretch")
    if config is not None:
        _estimate(config, totals)
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
        args=(_start, lab, config, _visitor()),
    )


def _visitor() -> str:
    """The visitor's id, by which the server is fair to all; nothing before the browser has one."""
    cookie = st.context.cookies.get(VISITOR_COOKIE)
    return cookie if isinstance(cookie, str) else ""


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
    recipe = record.config.recipe
    st.caption(
        tn(
            "Run {run}: {network}, {dataset}, at most {n} epoch of batches of {batch}",
            "Run {run}: {network}, {dataset}, at most {n} epochs of batches of {batch}",
            recipe.epochs,
            run=record.id,
            network=record.config.networks[0].name,
            dataset=record.config.dataset,
            batch=recipe.batch_size,
        ),
        width="stretch",
    )


page()
