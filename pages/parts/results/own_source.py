"""Where a picture of one's own comes from: drawn with the app, a file, or the camera."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

import numpy as np
import streamlit as st
from PIL import Image

from pages.parts.display import pixels
from pages.parts.i18n import t
from pages.parts.literal import literally
from pages.parts.results.own_picture import Brought, Origin
from pages.parts.thumbnails import thumbnails
from resnet.own_picture import MOST_BYTES, Ways
from resnet.sample_pictures import SAMPLES, Sample, sample

_THUMBNAIL = 40  # pixels
_LOCAL = ("localhost", "127.0.0.1", "::1")


def bring(state: Brought) -> None:
    """The choice, and what belongs to it."""
    titles: dict[Origin, str] = {"sample": t("Drawn"), "file": t("Photo"), "camera": t("Camera")}
    st.session_state["own_origin"] = state.origin

    def choose() -> None:
        state.origin = st.session_state["own_origin"] or state.origin
        state.go(Ways())

    st.segmented_control(
        t("Picture"), tuple(titles), format_func=titles.__getitem__, key="own_origin", required=True, on_change=choose, width="stretch"
    )
    if state.origin == "sample":
        _samples(state)
    elif state.origin == "file":
        _file(state)
    else:
        _camera(state)


def sample_titles() -> Mapping[Sample, str]:
    """What each drawn picture shows."""
    return {
        "shirt": t("a drawn T-shirt"),
        "trousers": t("drawn trousers"),
        "seven": t("a seven"),
        "face": t("a face"),
        "noise": t("noise"),
    }


def _samples(state: Brought) -> None:
    titles = sample_titles()

    thumbnails(
        {name: (titles[name], _small(sample(name))) for name in SAMPLES},
        title=t("Drawn pictures"),
        chosen=state.sample,
        key="own_samples",
        width=pixels(len(SAMPLES) * (_THUMBNAIL + 8)),
        on_choose=state.choose_sample,
    )
    st.caption(t("{picture}, drawn by the app", picture=titles[state.sample]))


def _small(picture: np.ndarray) -> np.ndarray:
    return np.asarray(Image.fromarray(picture).convert("L").resize((_THUMBNAIL, _THUMBNAIL)))


def _file(state: Brought) -> None:
    def take() -> None:
        file = st.session_state["own_file"]
        state.take("file", None if file is None else file.getvalue(), "" if file is None else file.name)

    # Any kind may be dropped: that a file is no picture is told in the reader's language, and why.
    words = t("PNG, JPEG or WebP, up to {megabytes} MB", megabytes=MOST_BYTES // 2**20)
    if st.file_uploader(words, key="own_file", on_change=take) is None:
        _kept(state, "file")


def _camera(state: Brought) -> None:
    if not _secure():
        st.info(
            t(
                "Browsers give pages the camera only over https or from this computer itself (localhost); this page came over plain http. "
                "Take the photo with the camera's own app and bring the file."
            ),
            icon=":material/no_photography:",
        )
        return

    def take() -> None:
        photo = st.session_state["own_camera"]
        state.take("camera", None if photo is None else photo.getvalue())

    if st.camera_input(t("Photo of one thing on a plain ground"), key="own_camera", on_change=take) is None:
        _kept(state, "camera")


def _kept(state: Brought, origin: Origin) -> None:
    """The picture that is used though its widget, which was away meanwhile, is empty; and how to be rid of it."""
    if origin not in state.pictures:
        return
    name = state.names[origin]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(t("In use: {file}", file=literally(name)) if name else t("The last photo is in use"), width="content")
        st.button(t("Remove"), key="own_remove", icon=":material/close:", type="tertiary", on_click=state.take, args=(origin, None))


def _secure() -> bool:
    """Whether the browser counts the page's origin as a secure context."""
    address = urlsplit(st.context.url or "")
    host = address.hostname or ""
    return address.scheme == "https" or host in _LOCAL or host.endswith(".localhost")
