"""How long something takes, said as people say it."""

from __future__ import annotations

from pages.parts.i18n import t


def about(seconds: float) -> str:
    """An estimated time in the largest unit that leaves a number to speak of, rounded as an estimate deserves."""
    if seconds < 1:
        return t("less than 1 s")
    if seconds < 100:
        return t("about {seconds} s", seconds=round(seconds / 10) * 10 if seconds > 20 else round(seconds))
    if seconds < 100 * 60:
        return t("about {minutes} min", minutes=round(seconds / 60))
    return t("about {hours} h", hours=f"{seconds / 3600:.0f}")
