"""Launch a run and watch it live."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.parts.adapted_offer import offer_adapted
from pages.parts.duration import about
from pages.parts.i18n import explain, t, tn
from pages.parts.layout import page_header
from pages.parts.literal import literally
from pages.parts.live_run import live_run
from pages.parts.network_state import current_network, current_run, set_run
from pages.parts.training_form import TrainingForm, training_form
from pages.parts.unknown_run import unknown_run
from resnet.config import ResNetConfig, TrainConfig, fits
from resnet.data import full_set_location
from resnet.datasets import DATASETS
from resnet.errors import ConfigError, TrainingError
from resnet.estimate import epoch_seconds
from resnet.figures.palette import PLAIN, RESIDUAL
from resnet.plan import Plan, plan
from resnet.runs import service
from resnet.runs.service import Service
from resnet.source import source_of

if TYPE_CHECKING:
    from resnet.runs.store import RunRecord


def page() -> None:
    lab = service.current()
    run = current_run()
    record = lab.run(run) if lab and run else None
    page_header(t("Training"), t("How does a network learn, batch by batch?"))
    controls, view = st.columns([1, 2.4], gap="large")
    with controls:
        form = _controls(lab, record)
    with view:
        _view(lab, run, record, epochs=form.recipe.epochs)
    with st.expander(t("The callback that feeds these curves"), icon=":material/code:"):
        st.markdown(t("Keras calls it after every batch. This is the file the worker runs, `resnet/training/callbacks.py`."))
        st.code(source_of("resnet.training.callbacks", "StreamingCallback"), language="python")


def _controls(lab: Service | None, record: RunRecord | None) -> TrainingForm:
    network = current_network()
    totals = plan(network)
    with st.container(border=True):
        st.markdown(f"**{network.name}**  \n" + t("{parameters:,} trainable parameters", parameters=totals.trainable_parameters))
        st.page_link("architecture.py", label=t("Change the network"), icon=":material/tune:")
    form = training_form()
    config = _config(network, form) if fits(network, form.dataset) else None
    if not fits(network, form.dataset):
        offer_adapted(totals, form.dataset, batch_size=form.recipe.batch_size, button_width="stretch")
    running = record is not None and not record.ended
    if config is not None:
        _estimate(config, totals)
        if lab is not None:
            _start_button(lab, config, running=running)
    if lab is not None and record is not None and running:
        _stop_button(lab, record)
    if lab is None:
        st.info(t("This server has no training engine; start it with `streamlit run app.py`."), icon=":material/power_off:")
    return form


def _start_button(lab: Service, config: TrainConfig, *, running: bool) -> None:
    st.button(
        t("Queue another run") if lab.active_runs() else t("Start"),
        type="secondary" if running else "primary",
        icon=":material/play_arrow:",
        width="stretch",
        on_click=_start,
        args=(lab, config),
    )


def _stop_button(lab: Service, record: RunRecord) -> None:
    stopping = lab.live_state(record.id) == "stopping"
    st.button(
        t("Stopping …") if stopping else t("Stop"),
        type="primary",
        icon=":material/stop:",
        width="stretch",
        disabled=stopping,
        on_click=lab.stop,
        args=(record.id,),
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


def _start(lab: Service, config: TrainConfig) -> None:
    set_run(lab.start(config))


def _view(lab: Service | None, run: str | None, record: RunRecord | None, *, epochs: int) -> None:
    if run and record is None and lab is not None:
        st.warning(f"{unknown_run(run)} {t('Start one, or open an earlier one under Results.')}", icon=":material/search_off:")
    if lab is not None and lab.engine_state == "failed":
        st.error(t("The training engine could not be started; the server tries again. Its log says why."), icon=":material/error:")
    if record is None and lab is not None:
        _offer_active(lab)
    _summary(record)
    if record is None:
        live_run(None, epochs=epochs)
    else:
        plain = record.config.networks[0].shortcut == "none"
        live_run(record.id, epochs=record.config.recipe.epochs, colour=PLAIN if plain else RESIDUAL)
    _outcome(record)


def _offer_active(lab: Service) -> None:
    active = lab.active_runs()
    if active:
        st.button(t("A run is in progress: watch it"), icon=":material/visibility:", on_click=set_run, args=(active[0],))


def _summary(record: RunRecord | None) -> None:
    if record is not None:
        network, recipe = record.config.networks[0], record.config.recipe
        st.caption(
            tn(
                "Run {run}: {network}, {dataset}, at most {n} epoch of batches of {batch}",
                "Run {run}: {network}, {dataset}, at most {n} epochs of batches of {batch}",
                recipe.epochs,
                run=record.id,
                network=network.name,
                dataset=record.config.dataset,
                batch=recipe.batch_size,
            )
        )


def _outcome(record: RunRecord | None) -> None:
    if record is None:
        return
    if record.failure is not None:
        st.error(literally(explain(TrainingError(record.failure.rule, **record.failure.values))), icon=":material/error:")
    if record.result is not None:
        (accuracy,) = record.result.test_accuracy.values()
        images = DATASETS[record.config.dataset].test_images
        st.success(
            t(
                "Test accuracy {accuracy:.1%}: right on {right:,} of {images:,} images never seen in training.",
                accuracy=accuracy,
                right=round(accuracy * images),
                images=images,
            ),
            icon=":material/flag:",
        )
        st.page_link("results.py", label=t("Look closer at this run"), icon=":material/insights:")


page()
