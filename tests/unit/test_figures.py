"""The palette's promises, and the degradation figure against the paper's table."""

from __future__ import annotations

from itertools import combinations
from math import dist

import pytest

from resnet.figures import palette
from resnet.figures.degradation import PLAIN_ERRORS, RESIDUAL_ERRORS, degradation_figure

TEXT_ROLES = ("shortcut", "branch", "add", "broken", "plain", "ink", "muted")


def _linear(colour: str) -> list[float]:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    return [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]


def _luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(first: str, second: str) -> float:
    dark, light = sorted((_luminance(first), _luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_measured_as_wcag_does() -> None:
    assert _contrast("#000000", "#ffffff") == pytest.approx(21)
    assert _contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("role", TEXT_ROLES)
def test_every_colour_that_sets_text_can_be_read(role: str, theme: palette.Theme) -> None:
    colour = palette.ROLES[role].on(theme)
    assert _contrast(colour, palette.BACKGROUND[theme]) >= 4.5
    assert _contrast(colour, palette.SURFACE.on(theme)) >= 4.5


# Viénot, Brettel and Mollon 1999: linear RGB as a protanope and a deuteranope see it.
_VISION = {
    "protanopia": ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0)),
    "deuteranopia": ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0)),
    "usual": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
}


def _lab(colour: str, vision: str) -> tuple[float, float, float]:
    """CIELAB, white point D65, of the colour as seen with that vision."""
    linear = _linear(colour)
    red, green, blue = (max(0.0, sum(weight * value for weight, value in zip(row, linear, strict=True))) for row in _VISION[vision])
    xyz = (
        0.4124 * red + 0.3576 * green + 0.1805 * blue,
        0.2126 * red + 0.7152 * green + 0.0722 * blue,
        0.0193 * red + 0.1192 * green + 0.9505 * blue,
    )
    x, y, z = (
        ratio ** (1 / 3) if ratio > 216 / 24389 else (24389 / 27 * ratio + 16) / 116
        for ratio in (value / white for value, white in zip(xyz, (0.95047, 1.0, 1.08883), strict=True))
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("vision", _VISION)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_meanings_are_told_apart_with_any_common_colour_vision(theme: palette.Theme, vision: str) -> None:
    # A difference of 2.3 is just noticeable; 15 is another colour.
    seen = {role: _lab(palette.ROLES[role].on(theme), vision) for role in ("shortcut", "branch", "add", "broken", "plain")}
    distances = {(one, other): dist(seen[one], seen[other]) for one, other in combinations(seen, 2)}
    assert min(distances.values()) >= 15, distances


def test_css_follows_the_page() -> None:
    css = palette.css_variables()
    assert "--shortcut: light-dark(#0072b2, #56b4e9);" in css
    assert css.count("--") - css.count("--lab-") == len(palette.ROLES)
    assert palette.translucent("#0072b2", 0.2) == "rgba(0, 114, 178, 0.2)"


def test_the_paper_s_numbers_are_drawn() -> None:
    # He et al. 2015, table 2, top-1 error of 10-crop testing on the validation set.
    figure = degradation_figure()
    drawn = {trace.name: list(zip(trace.x, trace.y, strict=True)) for trace in figure.data}
    assert drawn == {"plain": [(18, 27.94), (34, 28.54)], "ResNet": [(18, 27.88), (34, 25.03)]}
    words = figure.layout.title.text + figure.layout.title.subtitle.text + figure.layout.yaxis.title.text
    for said in ("ImageNet", "validation error", "10-crop", "option A", "table 2"):
        assert said in words


def test_the_figure_speaks_the_visual_language() -> None:
    plain, residual = degradation_figure("dark").data
    assert (plain.line.color, residual.line.color) == (palette.PLAIN.dark, palette.RESIDUAL.dark)
    assert plain.line.dash == residual.line.dash == palette.VALIDATION_DASH
    assert residual.marker.size[1] > residual.marker.size[0]
    assert degradation_figure("light").data[1].line.color == palette.RESIDUAL.light


def test_words_of_the_figure_are_translated() -> None:
    figure = degradation_figure(t=lambda message, /, **values: message.upper())
    assert figure.layout.title.text == "IMAGENET: TOP-1 VALIDATION ERROR"
    assert figure.layout.xaxis.title.text == "LAYERS WITH WEIGHTS"


def test_degradation_is_in_the_plain_networks_only() -> None:
    assert PLAIN_ERRORS[1].error > PLAIN_ERRORS[0].error
    assert RESIDUAL_ERRORS[1].error < RESIDUAL_ERRORS[0].error
