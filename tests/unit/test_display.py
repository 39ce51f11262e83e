"""What a projector makes of a figure: all that is counted in pixels grows, quiet colours become strong, data stay as they are."""

from __future__ import annotations

import plotly.graph_objects as go
import pytest

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
