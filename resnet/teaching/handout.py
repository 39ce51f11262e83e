"""The sheet of a lesson as one HTML file: it opens without a network, and is laid out for A4 paper."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Protocol

from resnet.config import TrainConfig
from resnet.datasets import DATASETS
from resnet.experiments.readings import Curve
from resnet.plan import plan
from resnet.teaching.curve_svg import loss_svg
from resnet.teaching.markup import html, inline
from resnet.teaching.quizzes import Choice, Question
from resnet.teaching.sources import SOURCES, Reference, source_label
from resnet.wording import Translate, english, listed_apart

STYLE = Path(__file__).parents[2] / "assets" / "handout.css"


class Words(Protocol):
    """Gives a section of the handout's prose in the reader's language."""

    def __call__(self, section: str, /) -> str: ...


@dataclass(frozen=True, slots=True)
class Shown:
    """A run on the sheet: its experiment's title, where it comes from in words, what was trained, and the loss of each network."""

    title: str
    origin: str
    config: TrainConfig
    curves: Sequence[Curve]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is printed.

    Attributes:
        language: as `<html lang>` wants it, such as "zh-CN".
        day: when the sheet was made, in words.
        runs: what was run or recorded; none is valid.
        quizzes: the questions of each page by its title.
    """

    language: str
    day: str
    runs: Sequence[Shown]
    quizzes: Mapping[str, Sequence[Question]]


def handout(sheet: Sheet, words: Words, t: Translate = english) -> str:
    """The whole document. The same arguments give the same text."""
    title = t("Residual networks: the sheet of the lesson")
    runs = "".join(_run(run, t) for run in sheet.runs) or f"<p>{escape(t('No run and no recording was at hand.'))}</p>"
    body = [
        f"<header><h1>{escape(title)}</h1><p class=fields>{_blank(t('Name'))}{_blank(t('Date'))}</p></header>",
        _section(t("What to keep"), html(words("idea"))),
        _section(t("My prediction"), html(words("predictions")) + _lines(2)),
        _section(t("What was run"), runs),
        _section(t("Limits"), html(words("limits"))),
        _section(t("Questions"), "".join(_questions(name, asked) for name, asked in sheet.quizzes.items()), "page"),
        _section(t("Exit question"), html(words("exit")) + _lines(3)),
        _section(t("Answers"), "".join(_answers(name, asked, t) for name, asked in sheet.quizzes.items()), "page"),
        _section(t("Sources"), _sources(sheet.quizzes, t)),
        f"<footer>{escape(t('Made with ResNet Lab, {day}.', day=sheet.day))}</footer>",
    ]
    head = [
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title>",
        f"<style>\n{STYLE.read_text(encoding='utf-8')}</style>",
    ]
    page = ["<head>", *head, "</head>", "<body>", *body, "</body>"]
    return "\n".join(["<!doctype html>", f'<html lang="{escape(sheet.language)}">', *page, "</html>"]) + "\n"


def _section(title: str, body: str, kind: str = "") -> str:
    return f'<section class="{kind}"><h2>{escape(title)}</h2>{body}</section>'


def _blank(label: str) -> str:
    return f"<span>{escape(label)} <i class=blank></i></span>"


def _lines(count: int) -> str:
    return "<div class=line></div>" * count


def _run(run: Shown, t: Translate) -> str:
    """The setting of a run, its curves, and where each of them ended."""
    config, recipe = run.config, run.config.recipe
    setting = t(
        "{images:,} training images of {shape}, {optimizer} at {rate:g}, batches of {batch}, seed {seed}, {steps:,} steps.",
        images=DATASETS[config.dataset].training_images,
        shape="×".join(map(str, config.networks[0].input_shape)),
        optimizer={"adam": "Adam", "sgd": "SGD"}[recipe.optimizer],
        rate=recipe.learning_rate,
        batch=recipe.batch_size,
        seed=config.seed,
        steps=max((int(curve.steps[-1]) for curve in run.curves if len(curve.steps)), default=0),
    )
    return (
        f"<figure><h3>{escape(run.title)}</h3><p class=note>{escape(setting)}<br>{escape(run.origin)}</p>"
        f"{loss_svg(run.curves, config.networks, t)}{_table(run, t)}</figure>"
    )


def _table(run: Shown, t: Translate) -> str:
    ends = {curve.network: curve.last_tenth for curve in run.curves}
    titles = (t("network"), t("layers"), t("trained parameters"), t("training loss, mean of the last tenth (10 batches at least)"))
    head = "".join(f"<th>{escape(title)}</th>" for title in titles)
    rows = ""
    for network in run.config.networks:
        end = ends.get(network.name, math.nan)
        cells = (network.name, f"{network.depth}", f"{plan(network).trainable_parameters:,}", f"{end:.2f}" if math.isfinite(end) else "–")
        rows += "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _questions(name: str, asked: Sequence[Question]) -> str:
    made = [f"<h3>{escape(name)}</h3>"]
    for number, question in enumerate(asked, start=1):
        choices = "".join(f"<li><b>{letter}</b> {inline(choice.words)}</li>" for letter, choice in _lettered(question))
        made.append(f"<div class=question><p><b>{number}.</b> {inline(question.words)}</p><ul class=choices>{choices}</ul></div>")
    return "".join(made)


def _answers(name: str, asked: Sequence[Question], t: Translate) -> str:
    """The right letter, then why each choice is right or wrong, then the source."""
    made = [f"<h3>{escape(name)}</h3>"]
    for number, question in enumerate(asked, start=1):
        lettered = _lettered(question)
        why = "".join(
            f"<li class={'right' if choice.right else 'wrong'}><b>{letter}</b> {inline(choice.explanation)}</li>"
            for letter, choice in lettered
        )
        sources = listed_apart((source.label(t) for source in question.sources), t)
        made.append(
            f"<div class=question><p><b>{number}. {lettered[question.right][0]}</b></p><ul class=choices>{why}</ul>"
            f"<p class=note>{escape(t('Source: {sources}', sources=sources))}</p></div>"
        )
    return "".join(made)


def _lettered(question: Question) -> list[tuple[str, Choice]]:
    return list(zip("ABCDEFGH", question.choices, strict=False))


def _sources(quizzes: Mapping[str, Sequence[Question]], t: Translate) -> str:
    used: dict[str, Reference] = {source.key: source for asked in quizzes.values() for question in asked for source in question.sources}
    rows = [
        f'<li><b>{escape(source_label(key, t))}</b>: {escape(SOURCES[key].title)}. <a href="{SOURCES[key].url}">{SOURCES[key].url}</a></li>'
        for key in SOURCES
        if key in used and SOURCES[key].url
    ]
    return f"<ul>{''.join(rows)}</ul>"
