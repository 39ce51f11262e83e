"""What the watch says to series of losses whose trouble, if any, is known."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterable

import pytest

from resnet.training.trouble import Finding, TroubleWatch

GUESS = math.log(10)


def watch(*, optimizer: str = "sgd", depth: int = 8, shortcuts: bool = True, steps_per_epoch: int = 141) -> TroubleWatch:
    return TroubleWatch(num_classes=10, steps_per_epoch=steps_per_epoch, optimizer=optimizer, depth=depth, shortcuts=shortcuts)


def observe(seen_by: TroubleWatch, losses: Iterable[float], *, rate: float = 0.1, first: int = 1) -> list[tuple[int, object]]:
    """(step, what was said) wherever something was."""
    said = [(step, seen_by.observe(step, loss, rate)) for step, loss in enumerate(losses, start=first)]
    return [(step, word) for step, word in said if word is not None]


def falling(steps: int, *, start: float = 2.6, end: float = 0.4, noise: float = 0.3) -> list[float]:
    """A healthy course: an exponential with noise, the same each time."""
    draw = random.Random(5)
    return [max(0.01, end + (start - end) * math.exp(-step / 60) + draw.uniform(-noise, noise)) for step in range(steps)]


def noisy(level: float, steps: int) -> list[float]:
    draw = random.Random(6)
    return [level + draw.uniform(-0.05, 0.05) for _ in range(steps)]


@pytest.mark.parametrize("start", [2.3, 4.0, 9.0], ids=["from guessing", "from worse", "from far worse"])
def test_a_healthy_course_is_no_trouble(start: float) -> None:
    assert observe(watch(), falling(2_000, start=start)) == []


def test_a_rough_start_at_a_high_rate_is_no_trouble() -> None:
    rough = [2.4, 5.5, 7.5, 6.0, 5.0, 4.2, 3.8, 3.0, 2.8, 2.6]
    assert observe(watch(), rough + falling(500), rate=0.5) == []


def test_four_bad_batches_are_no_explosion() -> None:
    course = falling(300)
    course[200:204] = [500.0] * 4
    assert observe(watch(), course) == []


# No number


@pytest.mark.parametrize("loss", [math.nan, math.inf])
def test_no_number_is_told_once_and_began_before_the_last_sane_step(loss: float) -> None:
    [(step, found)] = observe(watch(), [*falling(50, noise=0), loss, loss, 1.0, math.nan])
    assert step == 51
    assert isinstance(found, Finding)
    # The loss of step 50 was sane: measured with the weights after 49, so those were. Those after 50 were not.
    assert (found.trouble, found.cause, found.since) == ("nan", "rate-too-high", 49)
    assert found.before == pytest.approx(min(falling(50, noise=0)[41:]), abs=0.3)


def test_no_step_makes_the_first_loss_no_number() -> None:
    [(_, found)] = observe(watch(), [math.nan])
    assert isinstance(found, Finding)
    assert (found.trouble, found.cause, found.since, found.before) == ("nan", "unknown", 0, pytest.approx(GUESS))


def test_the_end_of_an_explosion_began_with_it() -> None:
    said = observe(watch(), [*falling(50, noise=0), *[10.0**power for power in range(1, 16)], math.nan])
    assert [(word.trouble, word.since) for _, word in said if isinstance(word, Finding)] == [("explosion", 49), ("nan", 49)]


# Explosion


def test_an_explosion_is_told_when_half_of_nine_batches_are_far_off() -> None:
    said = observe(watch(), falling(100, noise=0) + [80.0] * 30)
    [(step, found)] = said
    assert step == 105
    assert isinstance(found, Finding)
    assert (found.trouble, found.cause, found.since, found.loss) == ("explosion", "rate-too-high", 99, 80.0)
    assert found.before < 1.0


def test_an_explosion_from_the_first_step_is_told_when_nine_batches_are_seen() -> None:
    [(step, found)] = observe(watch(), [2.4] + [50.0] * 20, rate=50)
    assert step == 9
    assert isinstance(found, Finding)
    assert (found.trouble, found.since, found.before) == ("explosion", 0, 2.4)


def test_an_explosion_at_a_tiny_rate_has_another_cause() -> None:
    [(_, found)] = observe(watch(), [2.4] + [50.0] * 20, rate=1e-3)
    assert isinstance(found, Finding)
    assert found.cause == "unknown"


def test_an_explosion_that_passes_is_told_to_be_over_and_may_come_again() -> None:
    course = [*falling(100), *[80.0] * 30, *falling(100), *[80.0] * 30]
    words = [word if isinstance(word, str) else word.trouble for _, word in observe(watch(), course)]  # type: ignore[attr-defined]
    assert words == ["explosion", "recovered", "explosion"]


# Plateau


@pytest.mark.parametrize(("steps_per_epoch", "told_at"), [(10, 100), (141, 141), (860, 200)])
def test_a_plateau_is_told_after_an_epoch_of_fair_length(steps_per_epoch: int, told_at: int) -> None:
    [(step, found)] = observe(watch(steps_per_epoch=steps_per_epoch), noisy(2.3, 400))
    assert step == told_at
    assert isinstance(found, Finding)
    assert (found.trouble, found.since) == ("plateau", 0)
    assert found.loss == pytest.approx(2.3, abs=0.05)
    assert found.before == pytest.approx(GUESS)


@pytest.mark.parametrize(
    ("optimizer", "rate", "depth", "shortcuts", "cause"),
    [
        ("adam", 1e-3, 56, False, "no-shortcuts"),
        ("adam", 1e-3, 56, True, "unknown"),
        ("adam", 1e-3, 14, False, "unknown"),
        ("adam", 1e-6, 56, False, "rate-too-low"),
        ("sgd", 1e-3, 8, True, "rate-too-low"),
        ("adam", 0.1, 56, False, "rate-too-high"),
        ("sgd", 0.1, 8, True, "unknown"),
        ("sgd", 5.0, 8, True, "rate-too-high"),
    ],
)
def test_a_plateaus_likely_cause(optimizer: str, rate: float, depth: int, shortcuts: bool, cause: str) -> None:
    seen_by = watch(optimizer=optimizer, depth=depth, shortcuts=shortcuts)
    [(_, found)] = observe(seen_by, noisy(2.3, 200), rate=rate)
    assert isinstance(found, Finding)
    assert (found.trouble, found.cause) == ("plateau", cause)


def test_a_slow_start_is_no_plateau() -> None:
    # measurements.md, plain-44: means of each 20 steps. It learns, though late.
    means = [2.32, 2.25, 2.17, 2.09, 2.00, 1.87, 1.73, 1.66, 1.54, 1.48]
    assert observe(watch(depth=44, shortcuts=False), [mean for mean in means for _ in range(20)]) == []


def test_a_plain_network_of_56_layers_stands_still() -> None:
    means = [2.31, 2.31, 2.29, 2.26, 2.25, 2.26, 2.28, 2.25, 2.21, 2.20]
    [(step, found)] = observe(watch(optimizer="adam", depth=56, shortcuts=False), [mean for mean in means for _ in range(20)], rate=1e-3)
    assert step == 141
    assert isinstance(found, Finding)
    assert (found.trouble, found.cause) == ("plateau", "no-shortcuts")


def test_a_network_that_falls_back_to_guessing_is_on_a_plateau_since_then() -> None:
    [(_, found)] = observe(watch(), falling(300, end=0.5) + noisy(2.31, 300))
    assert isinstance(found, Finding)
    assert found.trouble == "plateau"
    assert 280 <= found.since <= 301


def test_a_plateau_that_ends_is_told_to_be_over_once() -> None:
    said = observe(watch(), noisy(2.3, 200) + falling(300))
    assert [word if isinstance(word, str) else word.trouble for _, word in said] == ["plateau", "recovered"]  # type: ignore[attr-defined]


# Interruptions and repairs


@pytest.mark.parametrize("cut", [1, 5, 9, 60, 141, 210, 330])
def test_a_watch_that_is_put_away_and_taken_up_again_says_the_same(cut: int) -> None:
    course = noisy(2.3, 200) + falling(120) + [90.0] * 20
    first, second = watch(), watch()
    said = observe(first, course[:cut])
    second.restore(json.loads(json.dumps(first.state(), allow_nan=False)))
    assert said + observe(second, course[cut:], first=cut + 1) == observe(watch(), course)


def test_after_a_repair_a_plateau_has_its_full_time_anew() -> None:
    seen_by = watch()
    assert len(observe(seen_by, noisy(2.3, 150))) == 1
    seen_by.forgive()
    [(step, found)] = observe(seen_by, noisy(2.3, 200), first=151)
    assert isinstance(found, Finding)
    assert (step, found.since) == (131 + 141, 131)
