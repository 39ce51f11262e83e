"""Slices through the loss, measured for everybody who looks at them: a few points at a time, the coarse grids of all of them first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts.inquiry import REST, Asked
from resnet.errors import BusyError, ExplainedError
from resnet.inquiries import Finding, LandscapePoints
from resnet.loss_surface import Measured, Point, Slice

if TYPE_CHECKING:
    from resnet.runs.service import Service

AT_ONCE = 2  # one is answered while the next waits; who asks something else is hardly held up
KEPT = 64  # slices


@dataclass(frozen=True, slots=True)
class Tile:
    """A few points of a slice, and the question about them."""

    what: Slice
    points: tuple[Point, ...]
    asked: Asked[Finding]


@dataclass(slots=True)
class Measuring:
    """What all visitors of this server have measured, and what is on its way.

    Attributes:
        known: by slice, the one looked at last at the end.
        tiles: the questions that are on their way.
        problems: why a slice cannot be measured.
        failed: tiles that had no answer once. An answer that nobody fetched for a while is forgotten: such a tile is asked again.
        rest: looks at which nothing is asked, because too many questions of others wait.
    """

    known: OrderedDict[Slice, Measured] = field(default_factory=OrderedDict)
    tiles: list[Tile] = field(default_factory=list)
    problems: dict[Slice, ExplainedError] = field(default_factory=dict)
    failed: set[tuple[Slice, tuple[Point, ...]]] = field(default_factory=set)
    rest: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, what: Slice) -> Measured:
        """What is known of a slice, nothing at first."""
        with self.lock:
            found = self.known.setdefault(what, Measured())
            self.known.move_to_end(what)
            while len(self.known) > KEPT:
                self.problems.pop(self.known.popitem(last=False)[0], None)
            return found

    def advance(self, lab: Service, wanted: Sequence[Slice]) -> None:
        """Take what has been answered, and ask for more of what is `wanted` as long as there is room."""
        with self.lock:
            for tile in list(self.tiles):
                self._look(lab, tile)
            self.rest = max(0, self.rest - 1)
            while len(self.tiles) < AT_ONCE and not self.rest:
                new = self._next(wanted)
                if new is None:
                    return
                self.tiles.append(new)
                if self._look(lab, new) is None:  # the engine starts
                    return

    def open(self, what: Slice) -> bool:
        """Whether more of it can be measured."""
        return what not in self.problems and self.of(what).share < 1

    def forgive(self, wanted: Sequence[Slice]) -> None:
        """Try again what could not be measured."""
        with self.lock:
            for what in wanted:
                self.problems.pop(what, None)
            self.failed = {one for one in self.failed if one[0] not in wanted}

    def progress(self, wanted: Sequence[Slice]) -> str:
        """How far the question is that is being answered, in words; nothing where none is on its way."""
        return next((tile.asked.progress for tile in self.tiles if tile.what in wanted), "")

    def _look(self, lab: Service, tile: Tile) -> object:
        """Where the tile has an answer, or will have none, it is on its way no more."""
        answer = tile.asked.look(lab)
        if not isinstance(answer, Finding | ExplainedError):
            return answer
        self.tiles.remove(tile)
        this = tile.what, tile.points
        if isinstance(answer, LandscapePoints):
            self.failed.discard(this)
            self.known.setdefault(tile.what, Measured()).take(tile.points, answer)
        elif isinstance(answer, BusyError):
            self.rest = REST
        elif isinstance(answer, ExplainedError) and this in self.failed:
            self.problems[tile.what] = answer
        else:
            self.failed.add(this)
        return answer

    def _next(self, wanted: Sequence[Slice]) -> Tile | None:
        """Of the slice that is least known."""
        for what in sorted(wanted, key=lambda one: len(self.known[one].losses) if one in self.known else 0):
            if what in self.problems or what not in self.known:
                continue
            asked = frozenset(point for tile in self.tiles if tile.what == what for point in tile.points)
            points = self.known[what].next_points(what.at_once, asked)
            if points:
                return Tile(what, points, Asked(what.ask(points)))
        return None


@st.cache_resource(show_spinner=False)
def measuring() -> Measuring:
    """The one of this server."""
    return Measuring()
