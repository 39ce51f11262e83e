"""A trained network, or its course, as a file that only the inspect worker can make: asked for by the form that is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

import streamlit as st

from pages.parts.i18n import t
from pages.parts.inquiry import ask, forget, tell
from resnet.config import ResNetConfig, TrainConfig
from resnet.export.history import series_of, trained_as
from resnet.export.network_code import traits
from resnet.inquiries import Packed, SaveModel, Series, Source, WriteLogs

if TYPE_CHECKING:
    from resnet.runs.service import Service
    from resnet.runs.store import RunRecord

_Form = Literal["keras", "safetensors", "tensorboard"]
_KEY = "take_model"


def model_files(lab: Service, record: RunRecord | None, network: ResNetConfig, source: Source | None, stem: str) -> None:
    """The choice of a form, how far its file is, and the button that hands it over.

    Of the embedded network there is no course and so no `record`; of a run that was not tested no weights and so no `source`.
    """
    st.markdown(f"**{t('The trained network') if source is not None else t('The course for TensorBoard')}**")
    names = _names(record, source)
    if st.session_state.get(_KEY) not in names:  # another run had that form
        st.session_state[_KEY] = None
    form: _Form | None = st.segmented_control(
        t("Form"), [one for one in get_args(_Form) if one in names], format_func=names.__getitem__, key=_KEY, label_visibility="collapsed"
    )
    if form is None:
        st.caption(t("Choose a form, and its file is made."))
        return
    asked = ask(_inquiry(lab, record, network, source, form), Packed, key=_KEY)
    made = asked.found.data if asked.current and asked.found is not None else None
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            t("Download"),
            made or b"",
            file_name=f"{stem}.{_ENDINGS[form]}",
            mime="application/zip" if form == "tensorboard" else "application/octet-stream",
            icon=":material/download:",
            type="primary",
            on_click="ignore",
            disabled=made is None,
            key="take_model_file",
        )
        with st.container():
            tell(asked, key=_KEY, said=t("{size:.1f} MB", size=len(made) / 1e6) if made else "")
    st.caption(_about(network, form))
    if made is not None:
        forget(_KEY)  # the button has it; what many visitors' sessions kept would fill the server


_ENDINGS: dict[_Form, str] = {"keras": "keras", "safetensors": "safetensors", "tensorboard": "tensorboard.zip"}


def _names(record: RunRecord | None, source: Source | None) -> dict[_Form, str]:
    names: dict[_Form, str] = {}
    if source is not None:
        names |= {"keras": t("Keras (.keras)"), "safetensors": t("Weights (.safetensors)")}
    if record is not None:
        names["tensorboard"] = t("TensorBoard logs (.zip)")
    return names


def _inquiry(lab: Service, record: RunRecord | None, network: ResNetConfig, source: Source | None, form: _Form) -> SaveModel | WriteLogs:
    if source is None or (form == "tensorboard" and record is not None):
        assert record is not None, "what has neither a run nor weights has no form"
        last = record.outcome.sequence if record.outcome else 0
        return WriteLogs(_series(record.id, record.created, last, network.name, lab))
    last = record.outcome.sequence if record is not None and record.outcome else 0
    training = _training(record.id, record.created, last, network.name, lab, record, network) if record is not None else None
    return SaveModel(source, "safetensors" if form == "safetensors" else "keras", training)


@st.cache_resource(max_entries=64, show_spinner=False)
def _training(run: str, created: float, sequence: int, name: str, _lab: Service, _record: RunRecord, _network: ResNetConfig) -> TrainConfig:
    """As long as the run has not come to another end, whose `sequence` is higher."""
    return trained_as(_record.config, _network, _lab.events(run))


@st.cache_resource(max_entries=8, show_spinner=False)
def _series(run: str, created: float, sequence: int, network: str, _lab: Service) -> tuple[Series, ...]:
    """As long as the run has not come to another end, whose `sequence` is higher."""
    return series_of(_lab.events(run), network)


def _about(network: ResNetConfig, form: _Form) -> str:
    if form == "safetensors":
        return t("Every weight in float32, under a name such as `stage1_block1_conv1/kernel`; opening it cannot run code.")
    if form == "tensorboard":
        return t(
            "Loss, accuracy and learning rate of each batch, and the validation of each epoch: unpack it, then `tensorboard --logdir .`"
        )
    if traits(network)["own_layer"]:
        return t("Made of Keras's own layers but for one, which the Python script defines: import that before `keras.models.load_model`.")
    return t("Made of Keras's own layers: `keras.models.load_model` opens it anywhere, in safe mode too.")
