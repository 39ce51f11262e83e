"""The line of active runs: where each one stands, those that have begun before those that wait, and how many are ahead of them."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

from resnet.runs.channel import Channel
from resnet.runs.store import RunRecord, RunState


@dataclass(frozen=True, slots=True)
class Place:
    """Where an active run stands.

    `record` is as old as this attempt at the run. `rank` is its place among its visitor's runs, `seconds` the time since it last said
    something, `last_sequence` that of what it said.
    """

    record: RunRecord
    state: RunState
    rank: int
    seconds: float
    last_sequence: int

    @property
    def run(self) -> str:
        return self.record.id

    @staticmethod
    def of(channel: Channel) -> Place:
        seconds = time.monotonic() - channel.since if channel.since else 0.0
        return Place(channel.record, channel.state_with_arrivals, channel.rank, seconds, channel.last_sequence)


def in_turn(channels: Iterable[Channel]) -> list[Channel]:
    """Those that have not ended: those that have begun, then those that wait, in the order of their turn."""
    active = [channel for channel in channels if not channel.ended]
    return sorted(active, key=lambda channel: (channel.state == "queued", channel.rank if channel.state == "queued" else 0, channel.order))


def count_ahead(channels: Iterable[Channel]) -> None:
    """Tell each run that waits how many are ahead of it, and its viewers where that has changed."""
    channels = list(channels)
    line = in_turn(channels)
    for channel in channels:
        ahead = line.index(channel) if channel.state == "queued" and channel in line else 0
        if (ahead or None) != channel.position:
            channel.position = ahead or None
            channel.changed()
