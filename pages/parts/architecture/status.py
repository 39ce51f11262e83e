"""What the network costs, and the one thing there is to say about it: cannot be built, does not fit the data, can be trained."""

from __future__ import annotations

import streamlit as st

from pages.parts.adapted_offer import offer_adapted
from pages.parts.architecture.form_state import take_changes
from pages.parts.display import pixels, projector
from pages.parts.duration import about
from pages.parts.i18n import explain, t
from pages.parts.literal import literally
from pages.parts.network_address import to_query
from pages.parts.network_words import in_words
from pages.parts.reserved import reserved
from resnet.config import fits
from resnet.errors import CombinationError, ConfigError
from resnet.estimate import epoch_seconds
from resnet.plan import Plan
from resnet.tables import compact

_HEIGHT, _HEIGHT_ON_A_PROJECTOR = 92, 132  # pixels; the same for every state, so that nothing below it jumps
_BUTTON_WIDTH = 190


def totals(network: Plan) -> None:
    """The four numbers a network is known by."""
    with st.grid(2 if projector() else 4, min_column_width=pixels(140), gap=("xsmall", "small")):
        st.metric(t("Parameters, trained"), f"{network.trainable_parameters:,}")
        st.metric(
            t("With statistics"),
            f"{network.total_parameters:,}",
            help=t("What Keras counts: batch norm's running means and variances are in it. PyTorch leaves them out."),
        )
        st.metric(t("Multiply-adds"), compact(network.macs), help=t("{macs:,} for one image, forward.", macs=network.macs))
        st.metric(t("Layers with weights"), f"{network.config.depth:,}", help=t("As the paper counts: projections are left out."))


def network_status(network: Plan, error: ConfigError | None) -> None:
    """Why what the controls say cannot be built, with what would mend it; or what stands between the network and its training."""
    height = _HEIGHT_ON_A_PROJECTOR if projector() else _HEIGHT
    with reserved(height, key="status", horizontal=True, wrap=False, vertical_alignment="top"):
        if error is not None:
            refusal(error, key="status")
        elif fits(network.config, "fashion-mnist"):
            _offer_training(network)
        else:
            offer_adapted(network, "fashion-mnist-subset", button_width=pixels(_BUTTON_WIDTH))


def refusal(error: ConfigError, *, key: str) -> None:
    """Why the controls make no network, and buttons that would mend it; `key` tells apart the places where it is said."""
    words = t("**This cannot be built:** {reason}.", reason=literally(explain(error)))
    st.markdown(f":red[:material/error:] :small[{words}]", width="stretch", help=t("The last network that can be built stays shown."))
    fixes = error.fixes if isinstance(error, CombinationError) else ()
    with st.container(width=pixels(_BUTTON_WIDTH), gap=None):
        for number, fix in enumerate(fixes):
            st.button(
                in_words(fix),
                key=f"network_fix_{key}_{number}",
                type="tertiary",
                icon=":material/build:",
                on_click=take_changes,
                args=(fix,),
                help=t("Would put it right."),
            )


def _offer_training(network: Plan) -> None:
    estimate = t(
        "**Fits Fashion-MNIST.** One epoch takes {subset} on the subset, {full} on all images; estimated for two cores.",
        subset=about(epoch_seconds(network, "fashion-mnist-subset")),
        full=about(epoch_seconds(network, "fashion-mnist")),
    )
    st.markdown(f":small[{estimate}]", width="stretch")
    if st.button(t("Train this network"), key="network_train", type="primary", icon=":material/play_arrow:", width=pixels(_BUTTON_WIDTH)):
        st.switch_page("training.py", query_params=to_query(network.config))
