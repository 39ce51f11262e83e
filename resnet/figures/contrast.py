"""How well one colour is read on another, and which ink to write with on a cell of any colour (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

_INKS = ("#ffffff", "#000000")  # on any ground one of them has 4.58:1 at least; the palette's inks, which are softer, have not


def ink_on(ground: str) -> str:
    """White or black, whichever is read better on `#rrggbb`."""
    return max(_INKS, key=lambda ink: contrast(ink, ground))


def contrast(first: str, second: str) -> float:
    """1 for two colours alike, 21 for black on white."""
    dark, light = sorted((luminance(first), luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`, 0 to 1."""
    channels = [value / 255 for value in _channels(colour)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def blended(ground: str, colour: str, share: float) -> str:
    """`share` (0 to 1) of the way from one `#rrggbb` to another, as Plotly's scales go."""
    mixed = (round(low + share * (high - low)) for low, high in zip(_channels(ground), _channels(colour), strict=True))
    return "#" + "".join(f"{value:02x}" for value in mixed)


def _channels(colour: str) -> list[int]:
    return [int(colour[start : start + 2], 16) for start in (1, 3, 5)]
