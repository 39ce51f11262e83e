"""A network that does not fit the data, and the one click that makes it fit."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from pages.parts.duration import about
from pages.parts.i18n import t
from pages.parts.network_state import set_network
from resnet.config import DatasetName, adapt
from resnet.datasets import DATASETS
from resnet.errors import ConfigError
from resnet.estimate import epoch_seconds
from resnet.plan import Plan, plan
from resnet.tables import compact
from resnet.wording import shape_text


def offer_adapted(network: Plan, dataset: DatasetName, *, batch_size: int = 64, button_width: int | Literal["stretch"]) -> None:
    """Say what the data needs and what the adapted network would cost, or why there is none; a button takes it."""
    facts = DATASETS[dataset]
    try:
        adapted = plan(adapt(network.config, dataset))
    except ConfigError:
        # What can go wrong is the number of stages alone: everything else stays as it is.
        reason = t(
            "**Does not fit Fashion-MNIST**, and cannot be adapted: each of its {stages} stages after the first halves the image, and "
            "{shape} pixels can be halved {most} times.",
            stages=len(network.config.depths),
            shape=shape_text(facts.input_shape[:2]),
            most=(min(facts.input_shape[:2]) - 1).bit_length(),
        )
        st.markdown(f":small[{reason}]", width="stretch")
        return
    time = about(epoch_seconds(adapted, dataset, batch_size=batch_size))
    whole = dataset == "fashion-mnist"
    estimate = t(
        "**Fashion-MNIST needs {shape}, {classes} classes, small stem.** Adapted: {parameters:,} trained parameters, "
        "{macs} multiply-adds, {epoch}.",
        shape=shape_text(facts.input_shape),
        classes=facts.num_classes,
        parameters=adapted.trainable_parameters,
        macs=compact(adapted.macs),
        epoch=t("{time} for an epoch on all images", time=time) if whole else t("{time} for an epoch on the subset", time=time),
    )
    st.markdown(f":small[{estimate}]", width="stretch")
    st.button(
        t("Adapt it"),
        key="network_adapt",
        type="primary",
        icon=":material/auto_fix_high:",
        width=button_width,
        on_click=set_network,
        args=(adapted.config,),
        help=t("Blocks, channels and all the rest stay as they are."),
    )
