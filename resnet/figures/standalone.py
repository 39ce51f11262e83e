"""A figure that leaves the page: with a ground and a type of its own, which on the page are the page's."""

from __future__ import annotations

import plotly.graph_objects as go

from resnet.figures.palette import BACKGROUND, INK, Theme

_TYPE = 13  # pixels, as our figures write on a page
FAMILY = (
    '"Segoe UI", -apple-system, BlinkMacSystemFont, Roboto, "Helvetica Neue", "Noto Sans", Arial, "PingFang SC", "Microsoft YaHei", '
    '"Noto Sans CJK SC", "WenQuanYi Micro Hei", sans-serif'
)
_MARGIN = 16  # pixels around what had the page's margin


def standalone(figure: go.Figure, theme: Theme = "light") -> go.Figure:
    """The figure on its own ground. The one given stays as it is."""
    alone = go.Figure(figure)
    margin = alone.layout.margin
    alone.update_layout(
        template="none",
        paper_bgcolor=BACKGROUND[theme],
        plot_bgcolor=alone.layout.plot_bgcolor or BACKGROUND[theme],
        font={"family": FAMILY, "color": INK.on(theme), "size": alone.layout.font.size or _TYPE},
        margin={side: max(_MARGIN, getattr(margin, side) or 0) for side in ("l", "r", "t", "b")},
    )
    return alone
