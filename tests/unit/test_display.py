"""What a projector makes of a figure: all that is counted in pixels grows, quiet colours become strong, data stay as they are.

And what is a phone, which figures are drawn narrow for.
"""

from __future__ import annotations

import json
from types import SimpleNamespace

import plotly.graph_objects as go
import pytest
from streamlit.testing.v1 import AppTest

from pages.parts import display, figure
from resnet.figures.degradation import degradation_figure
from resnet.figures.display import enlarged
from resnet.figures.palette import INK, LINE, MUTED, PLAIN, Theme, css_variables, strong, translucent

THEMES: tuple[Theme, ...] = ("light", "dark")


@pytest.mark.parametrize("theme", THEMES)
def test_type_lines_and_room_grow_and_data_stay(theme: Theme) -> None:
    small = degradation_figure(theme)
    large = enlarged(small, 1.5, theme)
    assert (large.layout.height, large.layout.margin.t, large.layout.title.font.size) == (465, 93, 24)
    for before, after in zip(small.data, large.data, strict=True):
        assert (after.line.width, after.textfont.size) == (3.75, 21)
        assert list(after.marker.size) == [1.5 * size for size in before.marker.size]
        assert (list(after.x), list(after.y), after.text) == (list(before.x), list(before.y), before.text)
    assert large.layout.xaxis.range == small.layout.xaxis.range
    assert small.layout.height == 310, "the figure that was given stays as it is"


@pytest.mark.parametrize("theme", THEMES)
def test_quiet_colours_become_strong(theme: Theme) -> None:
    large = enlarged(degradation_figure(theme), 1.25, theme)
    assert large.data[0].line.color == MUTED.on(theme), "plain networks"
    assert large.layout.title.subtitle.font.color == INK.on(theme)
    assert large.layout.xaxis.linecolor == PLAIN.on(theme)
    figure = go.Figure(layout={"xaxis": {"gridcolor": translucent(INK.on(theme), 0.12), "linecolor": LINE.on(theme)}})
    assert enlarged(figure, 1.25, theme).layout.xaxis.gridcolor == translucent(INK.on(theme), 0.24)


def test_a_marker_has_its_width_and_a_bar_keeps_its_own() -> None:
    figure = go.Figure(go.Bar(x=[1], y=[2], width=[0.5], marker={"line": {"width": 2}}))
    bar = enlarged(figure, 2, "light").data[0]
    assert list(bar.width) == [0.5], "in units of the axis, not in pixels"
    assert bar.marker.line.width == 4


def test_the_palette_in_style_sheets_follows_the_document() -> None:
    assert f"--muted: var(--lab-muted, {MUTED.css});" in css_variables()
    assert "--shortcut: light-dark(" in css_variables()
    assert (strong(MUTED), strong(INK)) == (INK, INK)


@pytest.mark.parametrize(
    ("browser", "is_one"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1", True),
        ("Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/130.0.0.0 Mobile Safari/537.36", True),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", False),
        (None, False),
    ],
)
def test_a_phone_is_what_its_browser_calls_so(browser: str | None, is_one: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = {} if browser is None else {"User-Agent": browser}
    monkeypatch.setattr(display.st, "context", SimpleNamespace(headers=headers))
    assert display.phone() is is_one


def test_without_a_browser_nothing_is_a_phone() -> None:
    assert not display.phone()


def _with_tools() -> None:
    import plotly.graph_objects as go

    from pages.parts.figure import show_figure

    show_figure(go.Figure(), key="figure", alt="nothing", config={"scrollZoom": False})


@pytest.mark.parametrize("phone", [False, True])
def test_a_figures_tools_are_not_on_a_phone(phone: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figure, "phone", lambda: phone)
    (chart,) = AppTest.from_function(_with_tools).run().get("plotly_chart")
    assert json.loads(chart.proto.config).get("displayModeBar", True) is not phone
