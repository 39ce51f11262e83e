"""The loss around the weights that training found: a slice of this network beside plain and residual ones, finer while one looks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from pages.parts.display import pixels
from pages.parts.i18n import explain, lesson, t
from pages.parts.literal import literally
from pages.parts.results.landscape_choice import Choice, choice, controls, other_title, others
from pages.parts.results.landscape_figure import show_surfaces
from pages.parts.results.landscape_measuring import Measuring, measuring
from pages.parts.runs.form import dataset_label
from resnet.datasets import DATASETS
from resnet.families import title_of
from resnet.figures.loss_surface import Panel
from resnet.inquiries import RunSubject, Source
from resnet.loss_surface import CENTRE, SIDES, Measured, Slice
from resnet.plan import plan
from resnet.runs import service
from resnet.wording import listed_apart

# Seconds between two looks for answers. Each viewer's look takes a little of the processor that trains: often until there is a first
# coarse picture, then as seldom as a picture can be seen to grow.
_SOON, _LATER = 0.6, 2.0
_PROSE_WIDTH = 760  # pixels


@dataclass(frozen=True, slots=True)
class Shown:
    """One network of those side by side: its name, what is measured of it, and its loss on all test images (nats; None: not known)."""

    title: str
    slice: Slice
    test_loss: float | None

    @property
    def guessing(self) -> float:
        """The loss of thinking all classes equally likely, in nats."""
        return math.log(self.slice.subject.config.num_classes)

    @property
    def known(self) -> Measured:
        return measuring().of(self.slice)

    def panel(self) -> Panel:
        plain = self.slice.subject.config.shortcut == "none"
        return Panel(self.title, plain, *self.known.on_grid(), guessing=self.guessing)


def landscape(source: Source) -> None:
    """The controls, the figure with what was measured, and what it is. Reads the database."""
    known = others(source)
    chosen = choice(known)
    controls(chosen, known)
    named = {t("{network} (this one)", network=title_of(source.network)): source}
    named.update({other_title(name, known[name]): known[name] for name in chosen.beside})
    shown = [
        Shown(title, one, _test_loss(one.subject)) for title, one in zip(named, _alike(list(named.values()), chosen.seed), strict=True)
    ]
    # The same fragment whether it looks again by itself or not: another one would mount the figure anew.
    pause = _pause(chosen, shown)
    st.fragment(_picture, run_every=pause)(chosen, shown, pause)
    with st.expander(t("Explain"), icon=":material/school:"):
        st.markdown(lesson("landscape", "explain"), width=pixels(_PROSE_WIDTH))


def _alike(sources: Sequence[Source], seed: int) -> list[Slice]:
    """What is to be measured of each, all on as many images as the one that takes the most work allows."""
    alone = [Slice.of(one, plan(one.config), seed) for one in sources]
    fewest = min(one.images for one in alone)
    return [Slice.of(one, plan(one.config), seed, fewest) for one in sources]


def _test_loss(source: Source) -> float | None:
    """What the network was found to do on all test images."""
    if not isinstance(source, RunSubject):
        measured = source.embedded.measured(source.moment)
        return measured.test_loss if measured is not None else None
    lab = service.current()
    record = lab.run(source.run) if lab is not None else None
    return record.result.test_loss.get(source.network) if record is not None and record.result is not None else None


def _pause(chosen: Choice, shown: Sequence[Shown]) -> float | None:
    """Seconds to the next look; None where there is nothing to wait for."""
    unfinished = [one for one in shown if measuring().open(one.slice)]
    if chosen.paused or not unfinished:
        return None
    return _LATER if all(one.known.complete for one in unfinished) else _SOON


def _picture(chosen: Choice, shown: Sequence[Shown], pause: float | None) -> None:
    """What is known by now; the whole page is made anew when there is a coarse picture of all, and when all is known.

    `pause` is what this fragment waits between two looks. Others measure as well, so what is known may have grown since the last one.
    """
    shared, lab = measuring(), service.current()
    if lab is not None and not chosen.paused:
        shared.advance(lab, [one.slice for one in shown])
    if _pause(chosen, shown) != pause:
        st.rerun()
    seen = "; ".join(f"{one.title} {one.slice!r} {len(one.known.losses)}" for one in shown)
    show_surfaces(lambda: [one.panel() for one in shown], seen, chosen.kind, alt=_alt(shown))
    for column, one in zip(st.columns(len(shown)), shown, strict=True):
        with column, st.container(gap=None):
            _words(one)
    _status(chosen, shared, shown)


def _words(one: Shown) -> None:
    """What was measured."""
    share, loss = one.known.better_than(one.guessing), one.known.losses.get(CENTRE)
    count = t("{known} of {all} points", known=len(one.known.losses), all=SIDES[-1] ** 2)
    st.caption(f"**{literally(one.title)}** · {dataset_label(one.slice.subject.dataset)} · {count}")
    if share is None or loss is None:
        measured = t("Loss in the middle: {loss}", loss="–" if loss is None else f"{loss:.3f}")
    else:
        measured = t(
            "Loss **{loss:.3f}** in the middle; lower than guessing ({guessing:.2f}) at **{share:.0%}** of {known} points",
            loss=loss,
            guessing=one.guessing,
            share=share,
            known=len(one.known.losses),
        )
    st.markdown(measured)
    st.caption(_tested_words(one))


def _tested_words(one: Shown) -> str:
    """What the middle is to be compared with."""
    if one.test_loss is None or not math.isfinite(one.test_loss):
        return ""
    images, same = DATASETS[one.slice.subject.dataset].test_images, one.known.as_tested
    if same is None:
        return t("Test loss on all {images:,}: {loss:.3f}", images=images, loss=one.test_loss)
    return t("Test loss on all {images:,}: {loss:.3f}; on these images: {same:.3f}", images=images, loss=one.test_loss, same=same)


def _status(chosen: Choice, shared: Measuring, shown: Sequence[Shown]) -> None:
    wanted = [one.slice for one in shown]
    problem = next((shared.problems[one] for one in wanted if one in shared.problems), None)
    if problem is not None:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f":red[:material/error: {literally(explain(problem))}]", width="content")
            st.button(t("Ask again"), key="landscape_again", type="tertiary", on_click=shared.forgive, args=(wanted,))
        return
    if all(one.known.share == 1 for one in shown):
        words = t("All points are measured.")
    elif chosen.paused:
        words = t("Paused; what was measured is kept.")
    else:
        words = t("{progress} · for everybody who looks", progress=shared.progress(wanted) or t("Measuring …"))
    st.caption(f"{_same_images(wanted)} {words}")


def _same_images(wanted: Sequence[Slice]) -> str:
    """On what the points are measured, and why the middle is not the test loss."""
    words = t(
        "Every point is a mean over the first {images} test images, the test loss one over all of them: so the two differ.",
        images=wanted[0].images,
    )
    if len({one.subject.dataset for one in wanted}) == 1:
        return words
    return f"{words} {t('Not all see the same data set: compare shapes rather than heights.')}"


def _alt(shown: Sequence[Shown]) -> str:
    def said(one: Shown) -> str:
        share, loss = one.known.better_than(one.guessing), one.known.losses.get(CENTRE)
        if share is None or loss is None:
            return t("{network}: not measured yet", network=one.title)
        return t(
            "{network}: loss {loss:.3f} in the middle, better than guessing at {share:.0%} of {known} points",
            known=len(one.known.losses),
            network=one.title,
            loss=loss,
            share=share,
        )

    return t("Test loss around trained weights. {networks}.", networks=listed_apart(map(said, shown), t))
