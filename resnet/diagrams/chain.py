"""A chain of blocks: how long the gradient is at the input of each, with shortcuts and without, on a logarithmic axis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil, floor, isfinite, log10

from resnet.diagrams import svg
from resnet.diagrams.norm_bars import norm_text
from resnet.inquiries import Chain
from resnet.wording import Translate, listed_apart

WIDTH, HEIGHT = 560, 250
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 424, 16, 204
_MOST_TICKS = 6


def chain_svg(chain: Chain | None, blocks: int, t: Translate) -> str:
    """Two lines over the inputs of `blocks` blocks and the last one's output; without numbers only the axes."""
    series = {} if chain is None else {"residual": chain.residual, "plain": chain.plain}
    low, high = decades([float(value) for values in series.values() for value in values])
    drawn = [
        *_axes(low, high, blocks, t),
        *(_line(name, [float(value) for value in values], low, high, t) for name, values in series.items()),
        *_ends({name: float(values[0]) for name, values in series.items()}, low, high, t),
    ]
    said = listed_apart(
        (
            t("{line}: {first} at the first block's input", line=_title(name, t), first=norm_text(float(values[0])))
            for name, values in series.items()
        ),
        t,
    )
    return svg.document(
        WIDTH,
        HEIGHT,
        *drawn,
        title=t("The gradient's length along the chain"),
        description=said or t("not yet measured"),
        interactive=True,
    )


def decades(values: Sequence[float]) -> tuple[int, int]:
    """The powers of ten that hold all values that have a logarithm, at least one decade."""
    powers = [log10(value) for value in values if isfinite(value) and value > 0]
    if not powers:
        return -1, 1
    low, high = floor(min(powers) + 1e-9), ceil(max(powers) - 1e-9)
    return (low, high) if high > low else (low - 1, high + 1)


def _axes(low: int, high: int, blocks: int, t: Translate) -> Iterator[str]:
    every = ceil((high - low) / _MOST_TICKS)
    for power in range(low, high + 1, every):
        y = _y(float(power), low, high)
        yield svg.element("path", d=f"M{_LEFT} {y:.1f} H{_RIGHT}", class_="grid", data_key=f"grid{power - low}")
        yield svg.text(_LEFT - 8, y + 4, _power(power), anchor="end", class_="count", key=f"tick{power - low}")
    step = 1 if blocks <= 10 else 2 if blocks <= 16 else 4
    for place in range(0, blocks, step):
        yield svg.text(_x(place, blocks), _BOTTOM + 18, str(place + 1), class_="count", key=f"block{place}")
    yield svg.text(_x(blocks, blocks), _BOTTOM + 18, t("end"), class_="count", key="end")
    yield svg.text((_LEFT + _RIGHT) / 2, _BOTTOM + 38, t("at the input of block"), class_="note", key="axis")


def _line(name: str, values: Sequence[float], low: int, high: int, t: Translate) -> str:
    places = [(_x(place, len(values) - 1), _height(value, low, high)) for place, value in enumerate(values)]
    role = _role(name)
    tip = "\n".join(
        [_title(name, t)]
        + [t("block {number}: {norm}", number=place + 1, norm=norm_text(value)) for place, value in enumerate(values[:-1])]
    )
    return svg.element(
        "g",
        svg.element("path", d="M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in places), class_=f"edge {role}", data_key="line"),
        *(svg.element("circle", cx=x, cy=y, r=3.5, class_=f"mark {role}", data_key=f"mark{place}") for place, (x, y) in enumerate(places)),
        tabindex=0,
        role="img",
        aria_label=tip.replace("\n", "; "),
        data_tip=tip,
        data_key=name,
    )


def _ends(firsts: dict[str, float], low: int, high: int, t: Translate) -> Iterator[str]:
    """What the lines are and where they arrive, right of the plot; apart even where the lines end alike."""
    places = sorted((_height(value, low, high), name) for name, value in firsts.items())
    below = _TOP - 20.0
    for y, name in places:
        below = min(max(y, below + 40), _BOTTOM - 10)
        yield svg.text(_RIGHT + 16, below, _title(name, t), anchor="start", class_=_role(name), key=f"{name}-title")
        yield svg.text(
            _RIGHT + 16, below + 17, t("{norm} at block 1", norm=norm_text(firsts[name])), anchor="start", class_="count", key=f"{name}-end"
        )


def _title(name: str, t: Translate) -> str:
    return t("with shortcuts") if name == "residual" else t("without")


def _role(name: str) -> str:
    return "shortcut" if name == "residual" else "plain"


def _x(place: int, blocks: int) -> float:
    return _LEFT + 10 + (_RIGHT - _LEFT - 20) * place / blocks


def _height(value: float, low: int, high: int) -> float:
    """One that has no logarithm lies on the edge it has gone over."""
    if value <= 0:
        return float(_BOTTOM)
    return _y(min(log10(value), float(high)) if isfinite(value) else float(high), low, high)


def _y(power: float, low: int, high: int) -> float:
    return _BOTTOM - (_BOTTOM - _TOP) * (power - low) / (high - low)


def _power(power: int) -> str:
    if -3 <= power <= 3:
        return f"{10.0**power:g}"
    return "10" + str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
