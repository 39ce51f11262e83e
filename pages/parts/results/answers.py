"""Where a network fails: which classes it takes for which, and the images of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st

from pages.parts.display import pixels
from pages.parts.held_address import hold, keep
from pages.parts.i18n import explain, t
from pages.parts.inquiry import ask, tell
from pages.parts.lesson.labels import PEOPLE
from pages.parts.literal import literally
from pages.parts.reserved import reserved
from pages.parts.results.answers_read import calibration_drawer, matrix_drawer, people_drawer, scores
from pages.parts.results.matrix import matrix_height, show_matrix
from pages.parts.results.pictures import show_pictures
from pages.parts.results.shown import PAGE
from resnet.errors import DataError
from resnet.figures.class_accuracy import wilson_interval
from resnet.figures.palette import PLAIN, RESIDUAL, Colour
from resnet.inquiries import PredictTest, Source, TestPredictions
from resnet.metrics import confident_mistakes, confusion, in_cell, most_confused, uncertain_hits
from resnet.pictures import pictures_of
from resnet.wording import class_titles

_KEY = "results_answers"
MOST_PICTURES = 60  # of one cell: a page of a megabyte would be none the wiser
GALLERY = 24
_GALLERY_HEIGHT = 232  # pixels: two rows of cards
_HEADING_HEIGHT = 60  # of the words above the pictures of a cell


@dataclass(frozen=True, slots=True, eq=False)
class _Shown:
    """What the view draws: a network's answers once they are there, their matrix, the images where this machine has them."""

    found: TestPredictions | None
    matrix: np.ndarray | None
    titles: tuple[str, ...]
    pictures: np.ndarray | None
    colour: Colour


def answers(source: Source) -> None:
    """The confusion matrix with the images of a cell beside it; beneath, mistakes, doubts and figures by class."""
    asked = ask(PredictTest(source), TestPredictions, key=_KEY)
    found = asked.found if asked.current else None  # another network's answers would be taken for this one's
    shown = _Shown(found, None if found is None else confusion(found), class_titles(t), _pictures(source), colour_of(source))
    tell(asked, key=_KEY, said=summary(found) if found else "")
    cell = _cell(shown.matrix)
    left, right = st.columns([1.08, 1], gap="medium")
    with left:
        show_matrix(shown.matrix, shown.titles, cell, shown.colour, key=f"{_KEY}_matrix", status=asked.status, on_choose=_choose)
    with right:
        _cell_pictures(shown, cell)
    _galleries(shown)
    if found is not None and shown.matrix is not None:
        scores(found, shown.titles)
        matrix_drawer(shown.matrix, shown.titles)
        people_drawer(found, source.dataset)
        calibration_drawer(found, shown.colour)


def summary(found: TestPredictions) -> str:
    """How many are right, and how many people get right, in one line."""
    images = len(found.labels)
    right = round(found.accuracy * images)
    low, high = wilson_interval(right, images)
    return t(
        "**{accuracy:.1%}** right: {right:,} of {images:,} test images (95% interval {low:.1%} to {high:.1%}), test loss {loss:.3f}. "
        "People (non-experts): {people:.1%}.",
        accuracy=found.accuracy,
        right=right,
        images=images,
        low=low,
        high=high,
        loss=found.loss,
        people=PEOPLE,
    )


def colour_of(source: Source) -> Colour:
    """Plain networks are grey."""
    return PLAIN if source.config.shortcut == "none" else RESIDUAL


def _pictures(source: Source) -> np.ndarray | None:
    try:
        return pictures_of(source.dataset)
    except DataError as problem:
        st.info(literally(explain(problem)), icon=":material/image_not_supported:")
        return None


def _cell(matrix: np.ndarray | None) -> tuple[int, int]:
    """The cell that was chosen last, by row and column; before any, the most frequent mistake."""
    classes = tuple(f"{row}-{column}" for row in range(10) for column in range(10))
    said = hold("cell", first="", page=PAGE)
    if said in classes:
        row, column = said.split("-")
        return int(row), int(column)
    return (0, 0) if matrix is None else most_confused(matrix)


def _choose(row: int, column: int) -> None:
    keep("cell", f"{row}-{column}", first="", page=PAGE)


def _cell_pictures(shown: _Shown, cell: tuple[int, int]) -> None:
    row, column = cell
    numbers = np.array([], int) if shown.found is None else in_cell(shown.found, row, column)
    with reserved(pixels(_HEADING_HEIGHT), key="cell", gap=None):
        if shown.found is not None:
            st.markdown(cell_words(shown.titles, cell, len(numbers), int((shown.found.labels == row).sum())))
            few = min(len(numbers), MOST_PICTURES)
            st.caption(_under(few, len(numbers)))
    _show(shown, numbers[:MOST_PICTURES], t("Images of the chosen cell"), "cell", matrix_height() - pixels(_HEADING_HEIGHT))


def cell_words(titles: tuple[str, ...], cell: tuple[int, int], images: int, of: int) -> str:
    """What a cell counts, as Markdown."""
    label, called = titles[cell[0]], titles[cell[1]]
    if cell[0] == cell[1]:
        return t("**{label}**, called so: {images:,} of {all:,} images", label=label, images=images, all=of)
    return t("**{label}**, called **{called}**: {images:,} of {all:,} images", label=label, called=called, images=images, all=of)


def _under(few: int, many: int) -> str:
    if many == 0:
        return t("There is no such image.")
    if few < many:
        return t("The {few} surest, with probabilities. A click looks inside.", few=few)
    return t("The surest first, with probabilities. A click looks inside.")


def _galleries(shown: _Shown) -> None:
    nothing = np.array([], int)
    mistakes, doubts = st.columns(2, gap="medium")
    with mistakes:
        st.header(t("The most confident mistakes"), anchor=False)
        numbers = nothing if shown.found is None else confident_mistakes(shown.found, GALLERY)
        _show(shown, numbers, t("The most confident mistakes"), "mistakes", pixels(_GALLERY_HEIGHT))
    with doubts:
        st.header(t("Right, but hardly sure"), anchor=False)
        numbers = nothing if shown.found is None else uncertain_hits(shown.found, GALLERY)
        _show(shown, numbers, t("Right, but hardly sure"), "doubts", pixels(_GALLERY_HEIGHT))


def _show(shown: _Shown, numbers: np.ndarray, title: str, name: str, height: int) -> None:
    if shown.pictures is not None:
        draw = partial(show_pictures, title=title, key=f"{_KEY}_{name}", height=height)
        draw([int(number) for number in numbers], shown.pictures, shown.found, shown.titles)
