"""What a run is found to have shown, in words: the sentences of the lesson that are true of its numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from pages.parts.i18n import lesson, t
from resnet.config import TrainConfig
from resnet.experiments import verdicts
from resnet.experiments.catalogue import USUAL_RATE
from resnet.experiments.lesion import Fall, changes_shape, median, recorded_cuts
from resnet.experiments.readings import SENSIBLE, Curve, Gap, curves_of
from resnet.experiments.recordings import Recording, load
from resnet.training.events import Event, Finished
from resnet.wording import listed, percent

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
    shares = listed((f"{name} {percent(share)}" for name, share in finished.test_accuracy.items()), t)
    return t("Test accuracy after the last step: {shares}.", shares=shares)


def _disease(config: TrainConfig, events: Sequence[Event]) -> str | None:
    found = verdicts.disease(events)
    if found is None:
        return None
    shallow, deep = (network.name for network in config.networks)
    values = {
        "steps": f"{found.steps:,}",
        "batches": f"{verdicts.batches_compared(events)}",
        "shallow": shallow,
        "deep": deep,
        "shallow_loss": _loss(found.shallow),
        "deep_loss": _loss(found.deep),
        **_gap(found.gap),
    }
    words = [lesson(_LESSON, f"disease_{found.shown}", **values)]
    if found.deep_hardly_learned:
        words.append(lesson(_LESSON, "disease_guessing", deep=deep))
    return "\n\n".join([*words, _of_one_seed()])


def _cure(config: TrainConfig, events: Sequence[Event]) -> str | None:
    found = verdicts.cure(events)
    if found is None:
        return None
    names = [network.name for network in config.networks]
    gaps = {"plain": found.plain, "deep": found.deep, "residual": found.residual, "shallow": found.shallow}
    values = dict(zip(("plain_shallow", "plain_deep", "residual_shallow", "residual_deep"), names, strict=True))
    values |= {f"{name}_gap": _loss(abs(gap.mean)) for name, gap in gaps.items()}
    words = [lesson(_LESSON, f"cure_{name}_{gap.sign}", **values) for name, gap in gaps.items()]
    table = _two_by_two(found.losses, names, verdicts.batches_compared(events))
    return f"{' '.join(words)}\n\n{table}\n\n{_of_one_seed(errors=False)}"


def _of_one_seed(*, errors: bool = True) -> str:
    """What a gap of one run does not say, in small print; `errors` where a gap was given with one."""
    note = lesson(_LESSON, "one_seed", sensible=f"{SENSIBLE:g}")
    return f":small[:gray[{lesson(_LESSON, 'one_run') + ' ' if errors else ''}{note}]]"


def _two_by_two(losses: Mapping[str, float], names: Sequence[str], batches: int) -> str:
    """The four losses as a table: with and without shortcuts, by depth."""
    shallow, deep = (name.split("-")[1] for name in names[:2])
    plain, residual = ([_loss(losses[name]) for name in half] for half in (names[:2], names[2:]))
    measured = t("Training loss, last {batches} batches", batches=batches)
    head = f"| {measured} | {t('{depth} layers', depth=shallow)} | {t('{depth} layers', depth=deep)} |"
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
        words.append(lesson(_LESSON, f"rescue_long_{found.closing}", widest=_loss(found.widest), gap=_loss(found.gap.mean)))
    return f"{' '.join(words)}\n\n{_of_one_seed()}"


def _own_rate(config: TrainConfig, events: Sequence[Event]) -> str | None:
    curves = compared_curves(config)
    if not curves:
        return _uncompared(config, events)
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
        steps=f"{found.steps:,}",
        rate=f"{config.recipe.learning_rate:g}",
        usual_rate=f"{USUAL_RATE:g}",
        loss=_loss(found.loss),
        usual_loss=_loss(found.usual),
        residual_loss=_loss(found.residual),
    )


def _uncompared(config: TrainConfig, events: Sequence[Event]) -> str | None:
    found = verdicts.rate(events)
    if found is None:
        return None
    values = {"steps": f"{found.steps:,}", "rate": f"{config.recipe.learning_rate:g}", "loss": _loss(found.loss), "seed": config.seed}
    return lesson(_LESSON, "rescue_own_uncompared", **values)


def _gradient(config: TrainConfig, events: Sequence[Event]) -> str | None:
    plain, residual = config.networks
    found = verdicts.gradient_by_depth(events, plain, residual)
    if found is None:
        return None
    numbers = {name: _times(getattr(found, name)) for name in ("plain", "residual", "between", "plain_early", "residual_early")}
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
        parts = listed((f"{name} {percent(share, 0)}" for name, share in (shares or {}).items()), t)
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
    then = verdicts.at_step(usual, found.steps) if usual is not None else None
    if then is not None:
        words.append(lesson(_LESSON, "rate_usual", usual_rate=f"{USUAL_RATE:g}", usual_loss=_loss(then), steps=f"{found.steps:,}"))
    return " ".join(words)


def fall_words(network: str, kind: str, fall: Fall, count: int) -> str:
    """What `count` cuts of one kind, made together, left of a network."""
    values = {
        "count": count,
        "network": network,
        "accuracy": percent(fall.accuracy),
        "untouched": percent(fall.untouched),
        "points": f"{(fall.untouched - fall.accuracy) * 100:.1f}",
    }
    section = f"lesion_{kind}_{fall.outcome}"
    if section == "lesion_branch_hardly":
        section += "_one" if count == 1 else "_several"
    words = lesson(_LESSON, section, **values)
    return f"{words} {lesson(_LESSON, f'lesion_{fall.guessing}')}" if fall.guessing else words


def lesion_explanation() -> str:
    """Why cuts hurt as they do, and what the recording has to say on it, where there is one."""
    words = lesson(_LESSON, "lesion_explain")
    recording = recorded_cuts()
    if recording is None:
        return words
    deep, shallow = (recording.falls(network, "branch") for network in ("residual-56", "residual-20"))
    worst = sorted(deep, key=lambda place: deep[place], reverse=True)[:3]
    values = {
        "images": f"{recording.images:,}",
        "worst": _points({place: deep[place] for place in worst}),
        "shape": _points({place: fall for place, fall in deep.items() if changes_shape(place)}),
        "deep_median": f"{median(deep) * 100:.1f}",
        "shallow_median": f"{median(shallow) * 100:.1f}",
        "deep_blocks": len(deep),
        "shallow_blocks": len(shallow),
    }
    return f"{words}\n\n{lesson(_LESSON, 'lesion_recorded', **values)}"


def _points(falls: Mapping[str, float]) -> str:
    """ "1.1 (58.9), 1.2 (14.9)": stage and block, and the fall in percentage points."""
    names = {place: place.replace("stage", "").replace("_block", ".") for place in falls}
    return listed((f"{names[place]} ({fall * 100:.1f})" for place, fall in falls.items()), t)


def identity_words(run: Mapping[str, Sequence[float]]) -> str:
    """What the three learners of the identity are found to have learned; errors by learner, see `verdicts.identity`."""
    found = verdicts.identity(run)
    larger, smaller = max(found.plain, found.drawn), min(found.plain, found.drawn)
    values = {name: percent(getattr(found, name), 2) for name in ("plain", "residual", "drawn")}
    values |= {f"{name}_first": percent(getattr(found, f"{name}_first"), 0) for name in ("plain", "residual", "drawn")}
    values |= {"steps": f"{found.steps:,}", "times": _times(larger / smaller) if smaller else "∞"}
    return " ".join(lesson(_LESSON, section, **values) for section in (f"identity_plain_{found.plain_is}", "identity_start"))


def usual_curve(config: TrainConfig) -> Curve | None:
    """Residual-20 at the usual rate, recorded on the same batches as this run; None where there is no such recording."""
    return _recorded(config, "cure").get("residual-20")


def compared_curves(config: TrainConfig) -> dict[str, Curve]:
    """Plain-56 and residual-56 at the usual rate, recorded on the same batches as this run; empty where there is no such recording."""
    curves = next((found for name in _COMPARED if (found := _recorded(config, name))), {})
    return {name: curves[name] for name in ("plain-56", "residual-56") if name in curves}


def _recorded(config: TrainConfig, name: str) -> dict[str, Curve]:
    """The curves of a recording, where it has the seed of this run: another one would bring other first weights and other batches."""
    recording = load(name)
    return curves_of(recording.events) if recording is not None and recording.config.seed == config.seed else {}


def own_shares() -> Mapping[str, float] | None:
    """Each network's share of the time they take together, of the recorded experiment on depth."""
    recording: Recording | None = load("depth")
    return recording.shares if recording is not None and recording.shares else None


def _gap(gap: Gap) -> dict[str, str]:
    return {"gap": _loss(abs(gap.mean)), "error": _loss(gap.error)}


def _times(value: float) -> str:
    """A factor to two digits, without an exponent."""
    return f"{value:.2g}" if value < 10 else f"{float(f'{value:.2g}'):,.0f}"


def _loss(value: float) -> str:
    return f"{value:.2f}" if math.isfinite(value) and abs(value) < 1e4 else f"{value:.1e}" if math.isfinite(value) else "NaN"


_WORDS: Mapping[str, Callable[[TrainConfig, Sequence[Event]], str | None]] = MappingProxyType(
    {"disease": _disease, "cure": _cure, "rescue": _rescue, "gradient": _gradient, "depth": _depth, "rate": _rate}
)
