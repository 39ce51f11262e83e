"""The page Architecture as a test sees and moves it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from tests.pages.components import component_data

ROUTER = Path(__file__).parents[2] / "pages" / "router.py"


def open_page(**address: str) -> AppTest:
    app = AppTest.from_file(str(ROUTER), default_timeout=30)
    for name, value in address.items():
        app.query_params[name] = value
    app.run().switch_page("architecture.py").run()
    assert not app.exception
    return app


def totals(app: AppTest) -> list[str]:
    """Trained parameters, all parameters, multiply-adds, layers with weights."""
    assert not app.exception
    return [metric.value for metric in app.metric]


def choose(app: AppTest, key: str, value: Any) -> None:
    """Press one of a segmented control's buttons."""
    next(group for group in app.get("button_group") if group.key == key).set_value(value).run()


def open_more(app: AppTest) -> None:
    """Unfold the controls that are seldom needed."""
    app.session_state["network_advanced"] = True
    app.run()


def open_tab(app: AppTest, title: str) -> None:
    app.session_state["network_tabs"] = title
    app.run()
    assert not app.exception


def unfold(app: AppTest, place: str) -> None:
    """What a click on a line or a node does: Python hears of the place it leads to."""
    session = app.session_state["network_session"]
    session.place, session.edited = place, True
    app.run()
    assert not app.exception


def address_of(app: AppTest) -> dict[str, str]:
    return {name: app.query_params[name] for name in app.query_params}


def svg(app: AppTest) -> str:
    return str(component_data(app, "svg")["svg"])


def rows(app: AppTest) -> list[dict[str, Any]]:
    """The lines of the table that unfolds, arithmetic left out."""
    return [row for row in component_data(app, "rows")["rows"] if "sums" not in row]


def column(app: AppTest, number: int, level: int = 1) -> list[int]:
    """Numbers of a column (1 parameters, 2 trained, 3 multiply-adds) in the lines of one level."""
    return [int(row["cells"][number].replace(",", "")) for row in rows(app) if row["level"] == level]


def words_of(app: AppTest) -> str:
    return "\n".join(element.value for element in [*app.markdown, *app.caption])
