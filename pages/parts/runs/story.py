"""What of a run's events the page beside the live view needs: where it stands, what is wrong, what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from resnet.training.events import BatchEnd, Continued, Event, Measured, RateChanged, Recovered, Saved, SaveFailed, Started, Trouble

if TYPE_CHECKING:
    from resnet.runs.service import Service
    from resnet.runs.store import RunRecord


@dataclass(slots=True)
class RunStory:
    """A run so far; None for what has not happened, or counts no more.

    Attributes:
        sequence: that of the last event.
        batch: the last one.
        rate: the learning rate in force.
        changed: the last change of the rate that was no schedule's own course.
        trouble: told, and neither over by itself nor mended by a continuation.
        saved: the newest checkpoint.
        unsaved: why a later one could not be written.
        measured: the last measurement that was asked for.
        layers: the network's layers with kernels, by depth.
    """

    sequence: int = 0
    batch: BatchEnd | None = None
    rate: float | None = None
    changed: RateChanged | None = None
    trouble: Trouble | None = None
    saved: Saved | None = None
    unsaved: SaveFailed | None = None
    measured: Measured | None = None
    layers: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What the page was made for, as the live view tells it (`report` in live_run.js): it asks for another page when this changes."""
        return ":".join(str(event.sequence if event else 0) for event in (self.trouble, self.measured, self.unsaved))


def story_of(events: Sequence[Event]) -> RunStory:
    """The story that the events that still count tell."""
    story = RunStory(sequence=events[-1].sequence if events else 0)
    for event in events:
        match event:
            case BatchEnd():
                story.batch, story.rate = event, event.learning_rate
            case RateChanged():
                story.rate, story.changed = event.learning_rate, event
            case Trouble():
                story.trouble = event
            case Recovered() | Continued():
                story.trouble = None
            case Saved():
                story.saved, story.unsaved = event, None
            case SaveFailed():
                story.unsaved = event
            case Measured():
                story.measured = event
            case Started():
                story.layers = tuple(next(iter(event.layers.values()), ()))
    return story


def run_story(lab: Service, record: RunRecord) -> RunStory:
    """The story of a run. That of one that is over is read from the database once. Reads the database."""
    if lab.live_state(record.id) is None and record.outcome is not None:
        return _told(record.id, record.created, record.outcome.sequence, lab)
    return story_of(lab.events(record.id))


@st.cache_resource(max_entries=32, show_spinner=False)
def _told(run: str, created: float, sequence: int, _lab: Service) -> RunStory:
    """`sequence` is that of the event that ended the run: one that was continued has another end."""
    return story_of(_lab.events(run))
