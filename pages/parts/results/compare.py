"""Any number of runs side by side: their curves over each other, what was set differently, and which did best.

Without a run `record` is None: the embedded network is being looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, get_args

import streamlit as st

from pages.parts.display import phone
from pages.parts.figure import show_figure
from pages.parts.held_address import hold, keep
from pages.parts.i18n import t, tn
from pages.parts.layout import page_link
from pages.parts.literal import literally
from pages.parts.network_state import current_view, set_view
from pages.parts.results.compared_table import Row, compared_table
from pages.parts.results.shown import PAGE
from pages.parts.runs.chart_view import Unit
from pages.parts.runs.earlier import name_of, told_apart
from pages.parts.runs.listing import network_words, state_words
from pages.parts.runs.race_notice import is_race
from pages.parts.theme import current_theme
from resnet.config import ResNetConfig
from resnet.figures.runs_compared import MOST_POINTS, ComparedRun, RunCurve, colours_of, leaving, marks_of, run_curve, runs_compared_figure
from resnet.side_by_side import Best, Score, best, settings
from resnet.wording import listed, percent

if TYPE_CHECKING:
    from resnet.runs.service import Service
    from resnet.runs.store import RunRecord

_ADDRESS, _WIDGET, _UNIT = "compare", "results_compare", "results_compare_unit"
_NONE = "none"  # in the address: nothing is chosen, which is not the same as that nobody has chosen
_MOST_CHOSEN = 100
_LONGEST = 13 * _MOST_CHOSEN  # signs in the address: an id has twelve
_MOST_OFFERED = 200  # newest first
_AT_FIRST = 2  # runs, where nobody has chosen
_MODEBAR = {"displaylogo": False, "scrollZoom": False, "modeBarButtonsToRemove": ["select2d", "lasso2d", "sendChartToCloud"]}


@dataclass(frozen=True, slots=True)
class _Entry:
    """One network of one run, by a name that no other has."""

    record: RunRecord
    network: ResNetConfig
    name: str
    curve: RunCurve

    @property
    def line(self) -> ComparedRun:
        return ComparedRun(name=self.name, plain=self.network.shortcut == "none", depth=self.network.depth, curve=self.curve)

    @property
    def tested(self) -> Score | None:
        result = self.record.result
        if result is None or self.network.name not in result.test_accuracy:
            return None
        return Score(name=self.name, dataset=self.record.config.dataset, accuracy=result.test_accuracy[self.network.name])


def compare(lab: Service, record: RunRecord | None) -> None:
    """The choice of runs, the figure, what it shows in words, and the table. Reads the database."""
    offered = _offered(lab)
    if not offered:
        st.info(t("No run of this server has ended yet; curves can be compared once one has."), icon=":material/hourglass_empty:")
        page_link("training.py", label=t("Train a network"), icon=":material/play_arrow:")
        return
    _missing(lab, offered)
    entries = _entries(lab, _choice(offered, record))
    lines = [entry.line for entry in entries]
    show_figure(
        runs_compared_figure(lines, current_view().x, current_theme(), t, narrow=phone()),
        key="results_compare_figure",
        config=_MODEBAR,
        alt=t("Loss and accuracy of {runs}, each for training and validation.", runs=listed((line.name for line in lines), t) or "–"),
    )
    if not entries:
        st.caption(t("No run is chosen."))
        return
    st.caption(_reading(lines))
    tested = [entry.tested for entry in entries]
    bests = best(tested)
    for one in bests:
        st.markdown(_best_words(one))
    tops = {id(one.tested) for one in bests}
    rows = [
        Row(
            name=entry.name,
            colour=colour,
            mark=mark,
            config=entry.record.config,
            network=entry.network,
            settings=settings(entry.record.config, entry.network),
            tested=one,
            is_best=id(one) in tops,
            seconds=entry.record.result.seconds if entry.record.result else None,
            note=entry.record.note,
        )
        for entry, one, colour, mark in zip(entries, tested, colours_of(lines), marks_of(lines), strict=True)
    ]
    compared_table(rows)


def _offered(lab: Service) -> Mapping[str, RunRecord]:
    """Runs that are over, newest first; those that the address names, however old. Reads the database."""
    records = {record.id: record for record in lab.runs(_MOST_OFFERED)}
    for run in _asked():
        if run not in records and (record := lab.run(run)) is not None:
            records[run] = record
    return {run: record for run, record in records.items() if record.ended}


def _asked() -> list[str]:
    """Ids that the address names; an address is somebody else's words."""
    said = hold(_ADDRESS, first="", page=PAGE, longest=_LONGEST)
    return list(dict.fromkeys(run for run in said.split(",") if run.isalnum()))


def _missing(lab: Service, offered: Mapping[str, RunRecord]) -> None:
    """Say which of the runs that the address names cannot be compared, and why."""
    missing = [run for run in _asked() if run not in offered and run != _NONE]
    training = [run for run in missing if lab.run(run) is not None]
    gone = len(missing) - len(training)
    said = []
    if training:
        said.append(
            tn(
                "{n} run in this link has not ended yet: it can be compared once it has.",
                "{n} runs in this link have not ended yet: they can be compared once they have.",
                len(training),
            )
        )
    if gone:
        said.append(
            tn(
                "{n} run in this link is not on this server: it was deleted, or is another server's.",
                "{n} runs in this link are not on this server: they were deleted, or are another server's.",
                gone,
            )
        )
    if said:
        st.warning(" ".join(said), icon=":material/search_off:")


def _choice(offered: Mapping[str, RunRecord], shown: RunRecord | None) -> list[RunRecord]:
    """Draw what chooses the runs and the x-axis, and return the runs."""
    asked = _asked() or _first_choice(offered, shown)
    st.session_state[_WIDGET] = [run for run in asked if run in offered]
    st.session_state[_UNIT] = current_view().x
    # Each by other words: it is words that the browser sends back.
    words = dict(zip(offered, told_apart([(run, _offer(record)) for run, record in offered.items()]), strict=True))
    units: tuple[Unit, ...] = get_args(Unit)
    titles = {"epochs": t("Epochs"), "steps": t("Steps"), "seconds": t("Seconds")}
    with st.container(horizontal=True, vertical_alignment="top", gap="small"):
        chosen = st.multiselect(
            t("Runs that are compared"),
            list(offered),
            format_func=words.__getitem__,
            key=_WIDGET,
            on_change=_take_runs,
            placeholder=t("Choose runs"),
            label_visibility="collapsed",
            select_all=False,
            max_selections=_MOST_CHOSEN,
            width="stretch",
        )
        st.segmented_control(
            t("X-axis"),
            units,
            format_func=titles.__getitem__,
            key=_UNIT,
            required=True,
            on_change=_take_unit,
            label_visibility="collapsed",
            width="content",
        )
    return [offered[run] for run in chosen]


def _first_choice(offered: Mapping[str, RunRecord], shown: RunRecord | None) -> list[str]:
    """The run that is looked at, and the newest other ones that have a result."""
    first = [shown.id] if shown is not None and shown.id in offered else []
    others = [run for run, record in offered.items() if record.result is not None and run not in first]
    return [*first, *others][:_AT_FIRST]


def _take_runs() -> None:
    keep(_ADDRESS, ",".join(st.session_state[_WIDGET]) or _NONE, first="", page=PAGE)


def _take_unit() -> None:
    set_view(replace(current_view(), x=st.session_state[_UNIT]))


def _offer(record: RunRecord) -> str:
    accuracies = list(record.result.test_accuracy.values()) if record.result else []
    end = percent(accuracies[0]) if len(accuracies) == 1 else state_words(record)
    return f"{name_of(record)} · {end}"


def _entries(lab: Service, records: Sequence[RunRecord]) -> list[_Entry]:
    """Each network of each run, named so that no two have one name."""
    found = list[_Entry]()
    for record in records:
        networks = record.config.networks
        last = record.outcome.sequence if record.outcome else 0
        curves = _curves(record.id, tuple(network.name for network in networks), record.created, last, lab)
        for network, curve in zip(networks, curves, strict=True):
            name = f"{network_words(network)} · {name_of(record)}" if is_race(record) else name_of(record)
            found.append(_Entry(record, network, name, curve))
    names = told_apart([(entry.record.id, entry.name) for entry in found])
    return [replace(entry, name=name) for entry, name in zip(found, names, strict=True)]


@st.cache_resource(max_entries=128, show_spinner=False)
def _curves(run: str, networks: tuple[str, ...], created: float, sequence: int, _lab: Service) -> tuple[RunCurve, ...]:
    """A run that is over changes no more, unless it is continued and gets another end, whose `sequence` differs."""
    events = _lab.events(run)
    return tuple(run_curve(events, network) for network in networks)


def _reading(lines: Sequence[ComparedRun]) -> str:
    """What is drawn how, and what is not drawn."""
    said = [
        t("Solid: training, means of batches, at most {points} points a run. Dashed: validation after each epoch.", points=MOST_POINTS),
    ]
    if len({line.depth for line in lines}) > 1:
        said.append(t("The deeper a network, the wider its line."))
    if any(marks_of(lines)):
        said.append(t("Marks tell lines of one colour apart; the table has them before the names."))
    silent = [literally(line.name) for line in lines if not line.curve.training.steps]
    if silent:
        said.append(t("Ended before the first batch: {runs}.", runs=listed(silent, t)))
    high = [literally(name) for name in leaving(lines)]
    if high:
        said.append(t("Losses above the axis, not drawn: {runs}.", runs=listed(high, t)))
    return " ".join(said)


def _best_words(one: Best) -> str:
    low, high = one.tested.interval
    words = t(
        "Best test accuracy on {images:,} images: **{run}**, {accuracy:.1%} (95% interval {low:.1%} to {high:.1%}).",
        images=one.tested.images,
        run=literally(one.tested.name),
        accuracy=one.tested.accuracy,
        low=low,
        high=high,
    )
    if not one.near:
        return words
    near = tn(
        "The interval of {n} other run overlaps with it: so few images cannot tell them apart.",
        "The intervals of {n} other runs overlap with it: so few images cannot tell them apart.",
        len(one.near),
    )
    return f"{words} {near}"
