"""The test images in the plane in which they differ most, coloured by class: mistakes ringed, one image marked."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from resnet.figures.palette import ADD, BRANCH, BROKEN, INK, PLAIN, SHORTCUT, Colour, Theme, translucent
from resnet.inquiries import Embedding
from resnet.wording import Translate, class_titles, english

HEIGHT = 460  # pixels
# Ten classes are more than colours that all eyes tell apart: five colours, each in two shapes.
_COLOURS: tuple[Colour, ...] = (SHORTCUT, BROKEN, ADD, BRANCH, PLAIN)
_SHAPES = ("circle", "triangle-up")


def plane_figure(found: Embedding | None, *, chosen: int | None = None, theme: Theme = "light", t: Translate = english) -> go.Figure:
    """A dot for each image, whose `customdata` is its number. `chosen` is the one to mark. No data gives empty axes."""
    figure = go.Figure()
    if found is not None:
        _dots(figure, found, theme, t)
        _mistakes(figure, found, theme, t)
        if chosen is not None and chosen < len(found.labels):
            _mark(figure, found.coordinates[chosen], theme, t)
    axis = {"zeroline": False, "gridcolor": translucent(INK.on(theme), 0.12), "showticklabels": False}
    across, up = ("", "") if found is None else _axis_titles(found, t)
    figure.update_layout(
        height=HEIGHT,
        margin={"l": 40, "r": 8, "t": 10, "b": 40},
        font={"color": INK.on(theme), "size": 13},
        legend={"itemsizing": "constant"},
        hovermode="closest",
        clickmode="event+select",
        dragmode="pan",
        xaxis={"title": {"text": across}, **axis},
        yaxis={"title": {"text": up}, "scaleanchor": "x", **axis},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
    )
    return figure


def neighbour(coordinates: np.ndarray, image: int | None, direction: tuple[int, int]) -> int:
    """The image whose dot is the next one that way: the nearest of those that lie more that way than aside of it.

    Args:
        coordinates: (images, 2).
        image: where one is; of one that is not among them, or None, the way begins in the middle.
        direction: to the right and up, one of them 0, the other 1 or -1.

    Returns: its number; where there is none that way, the one that one is at.
    """
    at = image if image is not None and image < len(coordinates) else int(np.linalg.norm(coordinates, axis=1).argmin())
    if at != image:
        return at
    away = coordinates - coordinates[at]
    along, aside = away @ np.array(direction), np.abs(away @ np.array(direction[::-1]))
    (ahead,) = np.nonzero((along > 0) & (aside <= along))
    return int(ahead[np.linalg.norm(away[ahead], axis=1).argmin()]) if len(ahead) else at


def _axis_titles(found: Embedding, t: Translate) -> tuple[str, str]:
    first, second = (float(share) for share in found.explained)
    return (
        t("first component: {share:.0%} of the variance", share=first),
        t("second component: {share:.0%} of the variance", share=second),
    )


def _dots(figure: go.Figure, found: Embedding, theme: Theme, t: Translate) -> None:
    titles = class_titles(t)
    for label, title in enumerate(titles):
        (numbers,) = np.nonzero(found.labels == label)
        figure.add_trace(
            go.Scatter(
                x=found.coordinates[numbers, 0],
                y=found.coordinates[numbers, 1],
                mode="markers",
                name=title,
                marker={
                    "color": _COLOURS[label % len(_COLOURS)].on(theme),
                    "symbol": _SHAPES[label // len(_COLOURS)],
                    "size": 6,
                    "opacity": 0.7,
                },
                customdata=[[int(number), titles[found.named[number]]] for number in numbers],
                hovertemplate=t("image %{customdata[0]}: %{fullData.name}, named %{customdata[1]}") + "<extra></extra>",
                unselected={"marker": {"opacity": 0.7}},
            )
        )


def _mistakes(figure: go.Figure, found: Embedding, theme: Theme, t: Translate) -> None:
    (numbers,) = np.nonzero(found.labels != found.named)
    figure.add_trace(
        go.Scatter(
            x=found.coordinates[numbers, 0],
            y=found.coordinates[numbers, 1],
            mode="markers",
            name=t("taken for another class"),
            marker={"color": INK.on(theme), "symbol": "circle-open", "size": 10},
            hoverinfo="skip",
        )
    )


def _mark(figure: go.Figure, place: np.ndarray, theme: Theme, t: Translate) -> None:
    figure.add_trace(
        go.Scatter(
            x=[place[0]],
            y=[place[1]],
            mode="markers",
            name=t("the image above"),
            marker={"color": INK.on(theme), "symbol": "x", "size": 13},
            hoverinfo="skip",
        )
    )
