"""What is to be told of a run as one HTML file, which opens without a network: its figures move, and Plotly is in it once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import plotly.graph_objects as go

from resnet.figures.standalone import standalone
from resnet.wording import Translate, english

STYLE = Path(__file__).parents[2] / "assets" / "report.css"


@dataclass(frozen=True, slots=True)
class Metric:
    """One number of a run, and what is needed to judge it."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure, what it shows, and the same in words for those who cannot see it."""

    title: str
    figure: go.Figure
    spoken: str
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells as they are to be read, under a header. The first column holds words, the others numbers."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Report:
    """What is told of a run, all of it in the reader's language.

    Attributes:
        language: as `<html lang>` wants it, such as "zh-CN".
        subtitle: one line below the title. note: what people wrote beside the run; nothing where there is none.
        setting: what was trained and how, as names with values.
        made: when and by what the report was made.
    """

    language: str
    title: str
    subtitle: str
    note: str
    setting: Sequence[tuple[str, str]]
    metrics: Sequence[Metric]
    drawings: Sequence[Drawing]
    tables: Sequence[Table]
    made: str


def report_html(report: Report, t: Translate = english) -> str:
    """The whole document. The same report gives the same text."""
    from plotly.offline import get_plotlyjs

    body = [
        f"<header><h1>{escape(report.title)}</h1><p>{escape(report.subtitle)}</p></header>",
        f"<p class=note>{escape(report.note)}</p>" if report.note else "",
        _metrics(report.metrics),
        _section(t("What was trained"), _setting(report.setting)),
        *(_section(one.title, _drawing(number, one)) for number, one in enumerate(report.drawings, start=1)),
        *(_section(one.title, _table(one)) for one in report.tables),
        f"<footer>{escape(report.made)}</footer>",
    ]
    head = [
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(report.title)}</title>",
        f"<style>\n{STYLE.read_text(encoding='utf-8')}</style>",
        f"<script>{get_plotlyjs()}</script>" if report.drawings else "",
    ]
    page = ["<head>", *head, "</head>", "<body>", *body, "</body>"]
    return "\n".join(["<!doctype html>", f'<html lang="{escape(report.language)}">', *filter(None, page), "</html>"]) + "\n"


def _section(title: str, body: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{body}</section>"


def _metrics(metrics: Sequence[Metric]) -> str:
    shown = (f"<div><span>{escape(one.label)}</span><b>{escape(one.value)}</b><span>{escape(one.note)}</span></div>" for one in metrics)
    return f"<div class=metrics>{''.join(shown)}</div>" if metrics else ""


def _setting(setting: Sequence[tuple[str, str]]) -> str:
    return f"<dl>{''.join(f'<dt>{escape(name)}</dt><dd>{escape(value)}</dd>' for name, value in setting)}</dl>"


def _drawing(number: int, one: Drawing) -> str:
    drawn = standalone(one.figure).to_html(
        full_html=False,
        include_plotlyjs=False,
        div_id=f"figure-{number}",
        config={"responsive": True, "displaylogo": False, "displayModeBar": False},
    )
    caption = f"<figcaption>{escape(one.caption)}</figcaption>" if one.caption else ""
    return f'<figure role="img" aria-label="{escape(one.spoken)}">{drawn}{caption}</figure>'


def _table(table: Table) -> str:
    head = "".join(f"<th>{escape(title)}</th>" for title in table.header)
    rows = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in table.rows)
    return f"<div class=scroll><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
