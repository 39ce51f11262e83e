"""The one visual language: which colour and which dash mean what, in diagrams, formulas, charts and tables.

The hues are Okabe and Ito's ("Color universal design", 2008). Their lightness is moved so that every colour below has a contrast of
at least 4.5:1 against the page and the surface of a node (WCAG 1.4.3; LINE is decoration), and so that the meanings stay apart for
readers without red or green receptors, to whom a reddish purple, a bluish green and a grey of one lightness are alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Theme = Literal["light", "dark"]

BACKGROUND: Mapping[Theme, str] = MappingProxyType({"light": "#ffffff", "dark": "#11161d"})


@dataclass(frozen=True, slots=True)
class Colour:
    """One meaning's colour on a light and on a dark page, as #rrggbb."""

    light: str
    dark: str

    def on(self, theme: Theme) -> str:
        """The colour for one theme, for what cannot read CSS (Plotly)."""
        return self.dark if theme == "dark" else self.light

    @property
    def css(self) -> str:
        """The colour as CSS that follows the page's own colour scheme."""
        return f"light-dark({self.light}, {self.dark})"


SHORTCUT = Colour("#0072b2", "#56b4e9")  # blue: x, the shortcut, and every residual network
BRANCH = Colour("#6d1250", "#f6cce4")  # reddish purple: F(x), the residual branch
ADD = Colour("#007a5a", "#18b185")  # bluish green: the sum
BROKEN = Colour("#b84f00", "#f0823c")  # vermillion: what cannot be computed
PLAIN = Colour("#6b7280", "#9aa4b2")  # grey: networks without shortcuts
INK = Colour("#121923", "#e6eaf0")  # text and outlines; so dark that Streamlit's captions, which are six tenths of it, are read as well
MUTED = Colour("#5b6675", "#a3adba")  # secondary text
LINE = Colour("#c9d0d9", "#3a4552")  # rules, grids and frames; decoration, so no contrast is asked of it
SURFACE = Colour("#f5f7fa", "#1a212b")  # the face of a node or a panel
RESIDUAL = SHORTCUT

# Signed numbers, in maps of what a layer gives: brown below zero, teal above, the page's own tone at zero (ColorBrewer's BrBG, which
# every kind of colour vision tells apart). Lightness grows with the distance from zero, so that a grey copy still shows how large.
BELOW_ZERO = Colour("#8c510a", "#f0b45a")
AT_ZERO = Colour("#ffffff", "#141b24")
ABOVE_ZERO = Colour("#01665e", "#5fd6c6")

# Runs laid over each other, in which a colour means nothing but which run it is; the first plain and the first residual one among them
# wear PLAIN and RESIDUAL, as everywhere.
FURTHER_RUNS = (BROKEN, ADD, BRANCH, Colour("#7d6608", "#e3c34d"), INK)

ROLES: Mapping[str, Colour] = MappingProxyType(
    {
        "shortcut": SHORTCUT,
        "branch": BRANCH,
        "add": ADD,
        "broken": BROKEN,
        "plain": PLAIN,
        "ink": INK,
        "muted": MUTED,
        "line": LINE,
        "surface": SURFACE,
    }
)

# For a projector in a bright room: what is quiet on a screen is drawn in a stronger colour of the palette.
STRONG: Mapping[str, Colour] = MappingProxyType({"muted": INK, "line": PLAIN, "plain": MUTED})

TRAINING_DASH = "solid"
VALIDATION_DASH = "dash"


def css_variables() -> str:
    """CSS declarations `--shortcut: …;` for every role, to stand inside a rule of a component's style sheet.

    The roles of STRONG are what the document says of them where it does (`--lab-muted`, set by assets/components/frame.js).
    """
    return " ".join(f"--{role}: {f'var(--lab-{role}, {colour.css})' if role in STRONG else colour.css};" for role, colour in ROLES.items())


def strong(colour: Colour) -> Colour:
    """The colour as a projector needs it: a stronger one of the palette, where it has a quiet role."""
    return next((stronger for role, stronger in STRONG.items() if ROLES[role] == colour), colour)


def translucent(colour: str, alpha: float) -> str:
    """`#rrggbb` as `rgba(r, g, b, alpha)`, 0 <= alpha <= 1, for fills and bands."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {alpha:g})"
