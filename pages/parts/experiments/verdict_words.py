"""What a run is found to have shown, in words: the sentences of the lesson that are true of its numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from pages.parts.i18n import lesson, t
from resnet.config import TrainConfig
from resnet.experiments import verdicts
from resnet.experiments.readings import Curve, Gap, curves_of
from resnet.experiments.recordings import Recording, load
from resnet.training.events import Event, Finished

_LESSON = "experiments"
_COMPARED = ("long", "cure")  # recordings whose curves lie under a student's own run; the first there is


def verdict(key: str, config: TrainConfig, events: Sequence[Event]) -> str | None:
    """Markdown, or None where the run is too short to speak of."""
    return _WORDS[key](config, events)


def test_accuracies(events: Sequence[Event]) -> str:
    """How many test images each network gets right after its last step; nothing where that was not measured."""
    finished = next((event for event in reversed(events) if isinstance(event, Finished)), None)
    if finished is None:
        return ""
    shares = ", ".join(f"{name} {share:.1%}" for name, share in finished.test_accuracy.items())
    return t("Test accuracy after the last step: {shares}.", shares=shares)


def _disease(config: TrainConfig, events: Sequence[Event]) -> str | None:
    found = verdicts.disease(events)
    if found is None:
        return None
    shallow, deep = (network.name for network in config.networks)
    values = {
        "steps": f"{found.steps:,}",
        "shallow": shallow,
        "deep": deep,
        "shallow_loss": _loss(found.shallow),
        "deep_loss": _loss(found.deep),
        **_gap(found.gap),
    }
    words = [lesson(_LESSON, f"disease_{found.shown}", **values)]
    if found.deep_hardly_learned:
        words.append(lesson(_LESSON, "disease_guessing", deep=deep))
    return "\n\n".join(words)


def _cure(config: TrainConfig, events: Sequence[Event]) -> str | None:
    found = verdicts.cure(events)
    if found is None:
        return None
    names = [network.name for network in config.networks]
    gaps = {"plain": found.plain, "deep": found.deep, "residual": found.residual, "shallow": found.shallow}
    values = dict(zip(("plain_shallow", "plain_deep", "residual_shallow", "residual_deep"), names, strict=True))
    values |= {f"{name}_gap": _loss(abs(gap.mean)) for name, gap in gaps.items()}
    words = [lesson(_LESSON, f"cure_{name}_{gap.sign}", **values) for name, gap in gaps.items()]
    return f"{' '.join(words)}\n\n{_two_by_two(found.losses, names)}"


def _two_by_two(losses: Mapping[str, float], names: Sequence[str]) -> str:
    """The four losses as a table: with and without shortcuts, by depth."""
    shallow, deep = (name.split("-")[1] for name in names[:2])
    plain, residual = ([_loss(losses[name]) for name in half] for half in (names[:2], names[2:]))
    head = f"| {t('Training loss, last tenth')} | {t('{depth} layers', depth=shallow)} | {t('{depth} layers', depth=deep)} |"
    rows = [f"| {t('plain')} | {' | '.join(plain)} |", f"| {t('residual')} | {' | '.join(residual)} |"]
    return "\n".join([head, "|---|---:|---:|", *rows])


def _rescue(config: TrainConfig, events: Sequence[Event]) -> str | None:
    return _catch_up(events) if len(config.networks) > 1 else _own_rate(config, events)


def _catch_up(events: Sequence[Event]) -> str | None:
    found = verdicts.catch_up(events)
    if found is None:
        return None
    values = {"steps": f"{found.steps:,}", "plain_loss": _loss(found.plain), "residual_loss": _loss(found.residual), **_gap(found.gap)}
    words = [lesson(_LESSON, f"rescue_long_{found.gap.sign}", **values)]
    if found.gap.sign == "above":
        if found.equal_at is not None:
            words.append(lesson(_LESSON, "rescue_long_when", equal_at=f"{found.equal_at:,}"))
        words.append(lesson(_LESSON, "rescue_long_closing" if found.closing else "rescue_long_open", widest=_loss(found.widest)))
    return " ".join(words)


def _own_rate(config: TrainConfig, events: Sequence[Event]) -> str | None:
    curves = compared_curves()
    if not curves:
        return None
    found = verdicts.rescue(events, curves["plain-56"], curves["residual-56"])
    if found is None:
        return None
    if found.against_residual.sign != "above":
        outcome = "rescued"
    else:
        outcome = {"below": "helped", "level": "level", "above": "worse"}[found.against_usual.sign]
    return lesson(
        _LESSON,
        f"rescue_own_{outcome}",
        rate=f"{config.recipe.learning_rate:g}",
        loss=_loss(found.loss),
        usual_loss=_loss(found.usual),
        residual_loss=_loss(found.residual),
    )


def _gradient(config: TrainConfig, events: Sequence[Event]) -> str | None:
    plain, residual = (network.name for network in config.networks)
    found = verdicts.gradient_by_depth(events, plain, residual)
    if found is None:
        return None
    numbers = {name: f"{getattr(found, name):.2g}" for name in ("plain", "residual", "between", "plain_early", "residual_early")}
    sections = (f"gradient_plain_{found.plain_course}", f"gradient_residual_{found.residual_course}", "gradient_between")
    return " ".join(lesson(_LESSON, section, **numbers) for section in sections)


def _depth(config: TrainConfig, events: Sequence[Event]) -> str | None:
    shares = own_shares()
    found = verdicts.depth(events, shares)
    if found is None:
        return None
    words = [lesson(_LESSON, f"depth_{found.gap.sign}", **_gap(found.gap))]
    if found.time is not None:
        best = min(found.at_time, key=lambda name: found.at_time[name])
        first, last = (_loss(found.at_time[name]) for name in ("residual-20", "residual-56"))
        words.append(lesson(_LESSON, "depth_time", time=f"{found.time:.1f}", first=first, last=last, best=best))
        parts = ", ".join(f"{name} {share:.0%}" for name, share in (shares or {}).items())
        words.append(lesson(_LESSON, "depth_how", shares=parts))
    return "\n\n".join(words)


def _rate(config: TrainConfig, events: Sequence[Event]) -> str | None:
    found = verdicts.rate(events)
    if found is None:
        return None
    trouble = found.trouble
    values = {
        "steps": f"{found.steps:,}",
        "step": f"{trouble.step:,}" if trouble else "",
        "trouble_loss": _loss(trouble.loss) if trouble else "",
        "before": _loss(trouble.before) if trouble else "",
        "loss": _loss(found.loss),
        "highest": _loss(found.highest),
        "highest_at": f"{found.highest_at:,}",
    }
    words = [lesson(_LESSON, f"rate_{found.outcome}", **values)]
    usual = usual_curve(config)
    if usual is not None:
        words.append(lesson(_LESSON, "rate_usual", usual_loss=_loss(usual.last_tenth)))
    return " ".join(words)


def usual_curve(config: TrainConfig) -> Curve | None:
    """Residual-20 at the usual rate, of the recorded cure: where seed and steps are the same, so are the batches."""
    compared = load("cure")
    if compared is None or compared.config.seed != config.seed:
        return None
    return curves_of(compared.events).get("residual-20")


def compared_curves() -> dict[str, Curve]:
    """Plain-56 and residual-56 at the usual rate, recorded; empty where this installation has no such recording."""
    recording = next((found for name in _COMPARED if (found := load(name)) is not None), None)
    curves = curves_of(recording.events) if recording is not None else {}
    return {name: curves[name] for name in ("plain-56", "residual-56") if name in curves}


def own_shares() -> Mapping[str, float] | None:
    """Each network's share of the time they take together, of the recorded experiment on depth."""
    recording: Recording | None = load("depth")
    return recording.shares if recording is not None and recording.shares else None


def _gap(gap: Gap) -> dict[str, str]:
    return {"gap": _loss(abs(gap.mean)), "error": _loss(gap.error)}


def _loss(value: float) -> str:
    return f"{value:.2f}" if math.isfinite(value) and abs(value) < 1e4 else f"{value:.1e}" if math.isfinite(value) else "NaN"


_WORDS: Mapping[str, Callable[[TrainConfig, Sequence[Event]], str | None]] = MappingProxyType(
    {"disease": _disease, "cure": _cure, "rescue": _rescue, "gradient": _gradient, "depth": _depth, "rate": _rate}
)
