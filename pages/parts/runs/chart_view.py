"""How the charts of a run are looked at, and the words for it in the address."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args

from resnet.errors import ConfigError, ExplainedError, Listed

Panel = Literal["curves", "gradients"]
Unit = Literal["epochs", "steps", "seconds"]

WORDS = ("chart", "x", "smoothing", "loss", "under")
MOST_SMOOTHING = 0.98
MOST_EARLIER = 6  # runs that are laid under another one
_LONGEST_SHOWN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartView:
    """What a visitor chose to see.

    Attributes:
        panel: the chart that is shown where there is room for one.
        x: what the curves' x-axis counts.
        smoothing: weight of the past in the moving average drawn through the batches, 0 (none is drawn) to MOST_SMOOTHING.
        log: whether the loss has a logarithmic axis.
        under: ids of the earlier runs whose curves lie under this run's.
    """

    panel: Panel = "curves"
    x: Unit = "epochs"
    smoothing: float = 0.0
    log: bool = False
    under: tuple[str, ...] = ()

    def for_browser(self) -> dict[str, Any]:
        """What the live view's own controls hold, in their order."""
        return {name: value for name, value in asdict(self).items() if name != "under"}

    def changed_by(self, said: Mapping[str, Any]) -> ChartView:
        """This view after the browser has `said` what its controls hold. What makes no sense is left as it was."""
        query = {
            "chart": said.get("panel"),
            "x": said.get("x"),
            "smoothing": said.get("smoothing"),
            "loss": "log" if said.get("log") else "",
        }
        fresh, _ = from_query({name: str(value) for name, value in query.items() if value not in (None, "")})
        return replace(fresh, under=self.under)


def to_query(view: ChartView) -> dict[str, str]:
    """As few words as there can be: what differs from the first view."""
    words = {
        "chart": view.panel if view.panel != "curves" else "",
        "x": view.x if view.x != "epochs" else "",
        "smoothing": f"{view.smoothing:g}" if view.smoothing else "",
        "loss": "log" if view.log else "",
        "under": ",".join(view.under),
    }
    return {name: value for name, value in words.items() if value}


def from_query(address: Mapping[str, str]) -> tuple[ChartView, list[ExplainedError]]:
    """The view that an address describes, and what of it could not be read."""
    view, problems = ChartView(), list[ExplainedError]()
    for name in WORDS:
        if name in address:
            try:
                view = replace(view, **_READERS[name](address[name]))
            except ConfigError as problem:
                problems.append(problem)
    return view, problems


def _choice(name: str, field: str, choices: tuple[str, ...], value: str) -> dict[str, Any]:
    if value not in choices:
        raise ConfigError(
            "the address gives {field}={value!r}, but one of {choices} is needed there",
            field=name,
            value=value[:_LONGEST_SHOWN],
            choices=Listed(choices),
        )
    return {field: value}


def _smoothing(value: str) -> dict[str, Any]:
    try:
        weight = float(value)
    except ValueError:
        weight = math.nan
    if not 0 <= weight <= MOST_SMOOTHING:
        raise ConfigError(
            "the address gives smoothing={value!r}, but a number from 0 to {most} is needed there",
            value=value[:_LONGEST_SHOWN],
            most=MOST_SMOOTHING,
        )
    return {"smoothing": weight}


def _under(value: str) -> dict[str, Any]:
    """Ids of runs; whether there are such runs is for the service to say."""
    runs = dict.fromkeys(run for run in value.split(",") if run.isalnum() and len(run) <= 32)
    return {"under": tuple(runs)[:MOST_EARLIER]}


_READERS: Mapping[str, Callable[[str], dict[str, Any]]] = {
    "chart": lambda value: _choice("chart", "panel", get_args(Panel), value),
    "x": lambda value: _choice("x", "x", get_args(Unit), value),
    "smoothing": _smoothing,
    "loss": lambda value: {"log": _choice("loss", "log", ("log", "linear"), value)["log"] == "log"},
    "under": _under,
}
