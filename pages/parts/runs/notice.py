"""What a run has to say beside its charts: how it ended, why it stands still, what is wrong and what would mend it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts.i18n import explain, t
from pages.parts.layout import page_link
from pages.parts.literal import literally
from pages.parts.network_state import set_network, set_run
from pages.parts.runs.steering import attempt, place_to_continue, refused, state_of
from pages.parts.runs.story import RunStory
from pages.parts.runs.trouble_words import TroubleWords, of_the_images, trouble_words
from resnet.datasets import DATASETS
from resnet.errors import TrainingError
from resnet.training.events import Failed, Finished, Interrupted, Stopped

if TYPE_CHECKING:
    from resnet.runs.service import Service
    from resnet.runs.store import RunRecord


def run_notices(lab: Service, record: RunRecord | None, story: RunStory, *, visitor: str) -> None:
    """Draw what there is to say, most urgent first; nothing where all is well."""
    problem = refused()
    if problem is not None:
        st.error(literally(explain(problem)), icon=":material/error:")
    if lab.history_problem is not None:
        st.warning(literally(explain(lab.history_problem)), icon=":material/database_off:")
    if record is None:
        return
    _end(record, story)
    if story.trouble is not None and record.result is None and not of_the_images(story.trouble):
        _trouble(lab, record, story, visitor)
    if story.unsaved is not None:
        reason = literally(explain(TrainingError(story.unsaved.rule, **story.unsaved.values)))
        st.warning(t("The last checkpoint could not be written; training goes on. {reason}", reason=reason), icon=":material/save:")


def _end(record: RunRecord, story: RunStory) -> None:
    match record.outcome:
        case Failed() as failed:
            st.error(literally(explain(TrainingError(failed.rule, **failed.values))), icon=":material/error:")
        case Interrupted() as interrupted if story.trouble is None or story.trouble.trouble != "nan":  # which says why itself
            st.warning(f"{_interrupted(interrupted)} {_way_on(record, story)}", icon=":material/link_off:")
        case Interrupted() as interrupted if story.trouble is not None and of_the_images(story.trouble):
            st.warning(_interrupted(interrupted), icon=":material/link_off:")
        case Stopped() if record.can_continue and story.trouble is None:
            st.caption(f"{t('Stopped.')} {_way_on(record, story)}")
        case Finished() as finished:
            _result(record, finished)


def _interrupted(interrupted: Interrupted) -> str:
    reason = literally(explain(TrainingError(interrupted.rule, **interrupted.values)))
    return f"**{t('Interrupted')}**: {reason}."


def _way_on(record: RunRecord, story: RunStory) -> str:
    return t("**Continue** takes it up again. {place}", place=place_to_continue(story)) if record.can_continue else ""


def _result(record: RunRecord, finished: Finished) -> None:
    (accuracy,) = finished.test_accuracy.values()
    images = DATASETS[record.config.dataset].test_images
    words = t(
        "Test accuracy {accuracy:.1%}: right on {right:,} of {images:,} images never seen in training.",
        accuracy=accuracy,
        right=round(accuracy * images),
        images=images,
    )
    st.success(words, icon=":material/flag:")
    page_link("results.py", label=t("Look closer at this run"), icon=":material/insights:")


def _trouble(lab: Service, record: RunRecord, story: RunStory, visitor: str) -> None:
    assert story.trouble is not None
    words = trouble_words(story.trouble, record.config, story.rate)
    with st.container(border=True, key="trouble"):
        st.markdown(f":material/healing: **{words.title}**  \n{words.seen}", width="stretch")
        st.markdown(f":small[{words.reason}]")
        _repair(lab, record, words, visitor)


def _repair(lab: Service, record: RunRecord, words: TroubleWords, visitor: str) -> None:
    if words.repair == "shortcuts":
        st.button(
            t("Train it with shortcuts"),
            key="trouble_shortcuts",
            type="primary",
            icon=":material/add_link:",
            width="stretch",
            on_click=_with_shortcuts,
            args=(lab, record, visitor),
            help=t("Ends this run and starts one of the same network with its shortcuts."),
        )
    elif record.ended and not record.can_continue:
        return  # nothing brings a run back that has failed
    elif words.repair == "raise" and words.rate is not None:
        st.button(
            t("Set the rate to {rate:.3g}", rate=words.rate),
            key="trouble_raise",
            type="primary",
            icon=":material/speed:",
            width="stretch",
            disabled=state_of(lab, record) not in ("running", "paused"),
            on_click=attempt,
            args=(lab.set_learning_rate, record.id, words.rate),
        )
    else:
        st.button(
            words.repair_label,
            key="trouble_repair",
            type="primary",
            icon=":material/healing:",
            width="stretch",
            on_click=attempt,
            args=(lab.repair, record.id),
        )


def _with_shortcuts(lab: Service, record: RunRecord, visitor: str) -> None:
    network = record.config.networks[0]
    mended = replace(network, shortcut="projection", name=network.name.replace("plain-", "resnet-"))

    def begin() -> None:
        run = lab.start(replace(record.config, networks=(mended,)), visitor=visitor)  # where that is refused, this one goes on
        set_network(mended)
        set_run(run)
        lab.stop(record.id)

    attempt(begin)
