"""How well each class is recognised: sorted bars, each with the interval its few test images leave open."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from resnet.datasets import DatasetFacts
from resnet.figures.headings import head
from resnet.figures.palette import INK, RESIDUAL, Colour, Theme, translucent
from resnet.wording import Translate, class_titles, english, percent

HEIGHT = 390  # pixels, as the curves beside it
_Z = 1.959964  # the standard normal's 97.5% quantile: 2.5% are left out on either side


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassAccuracy:
    """Of `images` test images of the class `name`, `right` were recognised."""

    name: str
    right: int
    images: int

    @property
    def accuracy(self) -> float:
        return self.right / self.images

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% interval of the accuracy."""
        return wilson_interval(self.right, self.images)


def wilson_interval(right: int, images: int) -> tuple[float, float]:
    """The 95% score interval of a share (Wilson 1927): which true shares would make `right` of `images` no surprise.

    Unlike the share plus or minus two standard errors it stays within 0 and 1, and has a width at 0 and at 1.
    """
    share, spread = right / images, _Z**2 / images
    centre = (share + spread / 2) / (1 + spread)
    half = math.sqrt(spread * (share * (1 - share) + spread / 4)) / (1 + spread)
    return max(0.0, centre - half), min(1.0, centre + half)


def class_accuracies(accuracy: Sequence[float], facts: DatasetFacts, t: Translate = english) -> tuple[ClassAccuracy, ...]:
    """Per-class accuracies in the order of the class names, best first. The test splits hold as many images of each class."""
    images = facts.test_images // facts.num_classes
    pairs = zip(class_titles(t), accuracy, strict=True)
    found = [ClassAccuracy(name=name, right=round(share * images), images=images) for name, share in pairs]
    return tuple(sorted(found, key=lambda one: one.right, reverse=True))


def class_accuracy_figure(
    classes: Sequence[ClassAccuracy], colour: Colour = RESIDUAL, theme: Theme = "light", t: Translate = english
) -> go.Figure:
    """One horizontal bar for each class in the order given, from the top. No data gives empty axes."""
    figure = go.Figure()
    figure.add_trace(_bars(classes, colour, theme, t))
    for one in classes:
        figure.add_annotation(
            text=percent(one.accuracy),
            xref="paper",
            x=1,
            xanchor="right",
            y=one.name,
            showarrow=False,
            font={"color": INK.on(theme)},
        )
    head(figure, {0: t("Test accuracy by class")})
    grid = translucent(INK.on(theme), 0.12)
    figure.update_layout(
        height=HEIGHT,
        margin={"l": 0, "r": 0, "t": 68, "b": 44},
        font={"color": INK.on(theme), "size": 13},
        showlegend=False,
        dragmode=False,
        bargap=0.3,
        xaxis={
            "domain": [0, 0.8],  # what is left is for the numbers
            "range": [0, 1.005],
            "tickformat": ".0%",
            "nticks": 6,
            "gridcolor": grid,
            "zeroline": False,
            "fixedrange": True,
        },
        yaxis={"autorange": "reversed", "automargin": True, "showgrid": False, "fixedrange": True, "ticksuffix": "  "},
    )
    return figure


def _bars(classes: Sequence[ClassAccuracy], colour: Colour, theme: Theme, t: Translate) -> go.Bar:
    return go.Bar(
        orientation="h",
        x=[one.accuracy for one in classes],
        y=[one.name for one in classes],
        marker={"color": colour.on(theme)},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [one.interval[1] - one.accuracy for one in classes],
            "arrayminus": [one.accuracy - one.interval[0] for one in classes],
            "color": INK.on(theme),
            "thickness": 1.5,
            "width": 3,
        },
        customdata=[(one.right, one.images, *one.interval) for one in classes],
        hovertemplate=t("%{y}: %{customdata[0]} of %{customdata[1]} right, 95% interval %{customdata[2]:.1%} to %{customdata[3]:.1%}")
        + "<extra></extra>",
    )
