"""A run of several networks belongs to an experiment: other pages say so, and lead there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.parts.i18n import t
from pages.parts.layout import page_link
from resnet.experiments.catalogue import race_of
from resnet.wording import listed

if TYPE_CHECKING:
    from resnet.runs.store import RunRecord


def is_race(record: RunRecord) -> bool:
    """Whether several networks train in it side by side."""
    return len(record.config.networks) > 1


def race_notice(record: RunRecord) -> None:
    """Say whose run it is, with a link to it."""
    networks = listed((network.name for network in record.config.networks), t)
    st.info(t("Run {run} is a race of {networks}. Its curves are on the page Experiments.", run=record.id, networks=networks))
    watch_race(record)


def watch_race(record: RunRecord) -> None:
    """A link to all its networks side by side; nothing where no experiment has such a race."""
    race = race_of(record.config)
    if race is not None:
        page_link("experiments.py", label=t("Watch the race"), icon=":material/visibility:", experiment=race.key, run=record.id)
