"""The sheet to print: complete, self-contained, the same each time, in any language; its curves are where the losses are."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from resnet.experiments.readings import Curve
from resnet.plan import plan
from resnet.presets import RACERS, race
from resnet.teaching.curve_svg import GUESSING, loss_svg
from resnet.teaching.handout import Sheet, Shown, handout
from resnet.teaching.labelling import IMAGES, right_answers, ten_images
from resnet.teaching.markup import html, inline
from resnet.teaching.quizzes import read_quiz
from resnet.teaching.steps import MINUTES, PARTS, STEPS, part_title, read_step, step_title
from resnet.wording import english

LESSONS = Path(__file__).parents[2] / "assets" / "lessons"
VOID = {"meta", "br"}


class Balanced(HTMLParser):
    """Every tag is closed, in order; and what would be fetched."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.fetched += [
            value or "" for name, value in attributes if name in {"src", "srcset", "data"} or (tag == "link" and name == "href")
        ]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Nothing to close."""

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def curve(network: str, losses: list[float]) -> Curve:
    return Curve(network, np.arange(1, len(losses) + 1), np.array(losses), np.arange(len(losses), dtype=np.float64))


def sheet(language: str = "en") -> Sheet:
    config = race("plain-20", "residual-56", seed=7, steps=40)
    curves = (curve("plain-20", [2.0] * 30 + [1.0] * 10), curve("residual-56", [2.0] * 30 + [float("nan")] * 10))
    quizzes = {"Idea": read_quiz((LESSONS / language / "quiz_idea.md").read_text(encoding="utf-8"))}
    return Sheet(language, "2026-11-24", (Shown("The cure <1>", "a recording", config, curves),), quizzes)


def words(section: str, /) -> str:
    return f"Words of **{section}**."


def test_it_holds_settings_seeds_ends_questions_answers_and_sources() -> None:
    text = handout(sheet(), words)
    assert "The cure &lt;1&gt;" in text
    assert "9,000 training images of 14×14×1, Adam at 0.001, batches of 64, seed 7, 40 steps" in text
    plain, residual = (plan(RACERS[name]).trainable_parameters for name in ("plain-20", "residual-56"))
    assert f"<td>plain-20</td><td>20</td><td>{plain:,}</td><td>1.00</td>" in text
    assert f"<td>residual-56</td><td>56</td><td>{residual:,}</td><td>–</td>" in text  # whose end is no number
    assert "Words of <strong>limits</strong>." in text
    assert text.index("Which observation rules out overfitting?") < text.index("<b>1. B</b>") < text.index("arxiv.org/abs/1512.03385")


def test_it_opens_and_prints_without_anything_else() -> None:
    text = handout(sheet(), words)
    parser = Balanced()
    parser.feed(text)
    parser.close()
    assert (parser.open, parser.fetched) == ([], [])
    assert "<script" not in text
    assert not re.search(r"url\(|@import", text)
    assert "@page { size: A4" in text
    assert text == handout(sheet(), words)


def test_a_sheet_without_any_run_says_so() -> None:
    assert "No run and no recording was at hand." in handout(Sheet("en", "", (), {}), words)


def test_all_its_own_words_can_be_translated() -> None:
    def shout(message: str, /, **values: object) -> str:
        return english(message, **values).upper()

    text = handout(Sheet("zh-CN", "", sheet().runs, {}), lambda section: "", shout)
    assert '<html lang="zh-CN">' in text
    body = re.sub(r"<[^>]*>", " ", text[text.index("<body>") :])
    for known in ("The cure", "a recording", "plain-20", "residual-56", "&lt;", "&gt;"):
        body = body.replace(known, "")
    assert not re.search(r"[a-z]{2}", body), body


def test_a_line_ends_where_the_mean_of_the_last_ten_is() -> None:
    config = race("plain-20", "residual-56", steps=40)
    svg = loss_svg([curve("plain-20", [3.0] * 30 + [1.5] * 10), curve("residual-56", [0.0] * 40)], config.networks)
    plain, residual = re.findall(r'<polyline points="([^"]+)" [^>]*stroke-width="([\d.]+)"', svg)
    # The plot reaches from 10 to 260 pixels of height for 3 to 0 nats, and to 564 pixels at the last step.
    assert plain[0].split()[-1] == "564.0,135.0"
    assert residual[0].split()[-1] == "564.0,260.0"
    assert float(residual[1]) > float(plain[1])  # depth is the line's width
    assert f'y1="{260 - 250 * GUESSING / 3:.1f}"' in svg


def test_names_at_the_right_do_not_overlap_and_no_curves_are_an_empty_chart() -> None:
    config = race("plain-20", "plain-56", "residual-20", "residual-56", steps=40)
    svg = loss_svg([curve(network.name, [1.0] * 40) for network in config.networks], config.networks)
    heights = sorted(float(y) for y in re.findall(r'<text x="570.0" y="([\d.]+)"', svg))
    assert len(heights) == 4
    assert min(np.diff(heights)) >= 15
    assert "<polyline" not in loss_svg([], ())


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("a **b *c* d** e", "a <strong>b <em>c</em> d</strong> e"),
        ("`if x < 1`", "<code>if x &lt; 1</code>"),
        ("<b> & c", "&lt;b&gt; &amp; c"),
        (r"$\partial E/\partial x_l\,(1 + \sum F)$", "<i class=formula>∂E/∂x<sub>l</sub> (1 + ∑ F)</i>"),
        ("[paper](https://arxiv.org/abs/1)", '<a href="https://arxiv.org/abs/1">paper</a>'),
        ("[no](javascript:alert)", "[no](javascript:alert)"),
    ],
)
def test_the_markdown_that_lessons_use(markdown: str, expected: str) -> None:
    assert inline(markdown) == expected


def test_paragraphs_and_lists() -> None:
    assert html("one\ntwo\n\n- a\n- b\n  c") == "<p>one\ntwo</p>\n<ul><li>a</li><li>b c</li></ul>"


# The lesson's plan


def test_the_steps_fill_45_minutes_without_a_gap_and_have_all_their_parts_in_every_language() -> None:
    assert [step.start for step in STEPS] == [0, *(step.end for step in STEPS[:-1])]
    assert [step.end for step in STEPS] == [4, 9, 14, 17, 28, 35, 40, 43, 45]
    assert MINUTES == 45
    assert all(step_title(step.key, english) for step in STEPS)
    assert all(part_title(part, english) for part in PARTS)
    for path in LESSONS.glob("*/guide.md"):
        pieces = re.split(r"^## +(\S+) *$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        sections = dict(zip(pieces[1::2], pieces[2::2], strict=True))
        assert list(sections) == ["before", *(step.key for step in STEPS)]
        for step in STEPS:
            read_step(sections[step.key])


def test_a_step_that_lacks_a_part_is_refused() -> None:
    with pytest.raises(ValueError, match="got aim, ask"):
        read_step("### aim\n\nx\n\n### ask\n\ny")


def test_ten_images_are_the_same_for_everyone_and_others_the_next_time() -> None:
    assert ten_images(1, 2_000) == ten_images(1, 2_000)
    assert len(set(ten_images(1, 2_000))) == IMAGES
    assert ten_images(1, 2_000) != ten_images(2, 2_000)
    assert set(ten_images(1, 2_000, first=range(50, 62))) <= set(range(50, 62))
    assert right_answers([1, 2, 3], [1, 0, 3, 4]) == 2
