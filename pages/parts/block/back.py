"""The gradient's way back in measured norms: through one block beside its plain twin, and through a chain of blocks."""

from __future__ import annotations

import streamlit as st

from pages.parts.block.look import block_control, image, image_control, moment_control, subject
from pages.parts.block.steps import NETWORK, Step, current_block
from pages.parts.diagram import diagram
from pages.parts.display import pixels
from pages.parts.i18n import lesson, t
from pages.parts.inquiry import Asked, ask, tell
from pages.parts.layout import prose
from resnet.diagrams import chain as chain_drawing
from resnet.diagrams import norm_bars
from resnet.diagrams.chain import chain_svg
from resnet.diagrams.norm_bars import norm_bars_svg, norm_text
from resnet.inquiries import MOST_CHAIN_BLOCKS, BackwardNorms, Chain, MeasureChain, SendBack
from resnet.plan import plan
from resnet.presets import PRESETS
from resnet.wording import percent

_KEY = "block_back"
_CHAIN_KEY = "block_chain"
_FIRST_CHAIN = 20
_SEEDS = 5
_ALIKE = 1.25  # two lengths of which neither is more than so many times the other are called about as long
_RIGHT_ANGLE = 0.1  # of a cosine: less than that is called neither with nor against


def back() -> None:
    """One block on the left, the chain on the right."""
    one, chain = st.columns(2, gap="large")
    with one:
        st.subheader(t("Through one block, measured"), anchor=False)
        image_control(_KEY)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            moment_control(_KEY)
            block_control(_KEY)
        asked = _norms("")
        if asked.found is not None:
            prose(norms_lesson(asked.found, projection=has_projection(current_block())))
    with chain:
        st.subheader(t("Through a chain of blocks, measured"), anchor=False)
        _chain()


def norms_of_step(step: Step) -> None:
    """The measured norms beside a step of the walk, its own lit."""
    _norms(step.key, compact=True)


def norms_lesson(norms: BackwardNorms, *, projection: bool) -> str:
    """What was measured of one block, in words that follow the numbers, as Markdown."""
    parts = [
        lesson(
            "block_real",
            "masked",
            share=percent(norms.masked_share, 0),
            before=norm_text(norms.at_output),
            after=norm_text(norms.after_mask),
        ),
        lesson(
            "block_real",
            "back_projected" if projection else "back_copied",
            shortcut=norm_text(norms.through_shortcut),
            branch=norm_text(norms.through_branch),
            sum=norm_text(norms.at_input),
        ),
        lesson("block_real", _angle(norms.cosine), cosine=f"{norms.cosine:.2f}".replace("-", "−")),
        lesson(
            "block_real",
            f"twin_{compared(norms.at_input, norms.plain_at_input)}",
            ours=norm_text(norms.at_input),
            twin=norm_text(norms.plain_at_input),
        ),
    ]
    return " ".join(parts)


def chain_lesson(chain: Chain, blocks: int) -> str:
    """What was measured of the chain, in words that follow the numbers, as Markdown."""
    residual, plain = float(chain.residual[0]), float(chain.plain[0])
    values = {"blocks": blocks, "residual": norm_text(residual), "plain": norm_text(plain)}
    return " ".join(
        [
            lesson("block_real", f"chain_plain_{compared(plain, 1.0)}", **values),
            lesson("block_real", f"chain_residual_{compared(residual, 1.0)}", **values),
            lesson("block_real", f"chain_between_{compared(_stretch(residual), _stretch(plain))}", **values),
        ]
    )


def compared(one: float, other: float) -> str:
    """Which of two lengths is the longer: "longer", "shorter", or "alike" where neither clearly is."""
    if one > _ALIKE * other:
        return "longer"
    return "shorter" if one * _ALIKE < other else "alike"


def has_projection(block: str) -> bool:
    """Whether the shortcut of that block is no identity."""
    return any(layer.name == f"{block}_shortcut_conv" for layer in plan(PRESETS[NETWORK]).layers)


def _stretch(length: float) -> float:
    """How many times a length has changed from 1, up or down."""
    return max(length, 1 / length) if length > 0 else float("inf")


def _angle(cosine: float) -> str:
    return "with" if cosine > _RIGHT_ANGLE else "against" if cosine < -_RIGHT_ANGLE else "across"


def _norms(lit: str, *, compact: bool = False) -> Asked[BackwardNorms]:
    block = current_block()
    asked = ask(SendBack(subject(), block, image()), BackwardNorms, key=_KEY)
    diagram(
        norm_bars_svg(asked.found, t, projection=has_projection(block), lit=lit, compact=compact),
        key=f"{_KEY}_norms",
        height=norm_bars.COMPACT_HEIGHT if compact else norm_bars.HEIGHT,
        dimmed=asked.found is not None and not asked.current,
    )
    loss = asked.found.loss if asked.found else 0.0
    tell(asked, key=_KEY, said=f":gray[:small[{t('L2 norms for this image, whose loss is {loss:.3g}.', loss=loss)}]]")
    return asked


def _chain() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        blocks = st.slider(t("Blocks"), 1, MOST_CHAIN_BLOCKS, _FIRST_CHAIN, key=f"{_CHAIN_KEY}_blocks", persist_state="session")
        seed = st.selectbox(t("Seed"), range(1, _SEEDS + 1), key=f"{_CHAIN_KEY}_seed", persist_state="session", width=pixels(80))
        normalised = st.toggle(t("Batch norm"), True, key=f"{_CHAIN_KEY}_normalised", persist_state="session")
    asked = ask(MeasureChain(blocks, seed, normalised), Chain, key=_CHAIN_KEY)
    drawn = len(asked.found.residual) - 1 if asked.found else blocks
    diagram(
        chain_svg(asked.found, drawn, t),
        key=f"{_CHAIN_KEY}_drawing",
        height=chain_drawing.HEIGHT,
        dimmed=asked.found is not None and not asked.current,
    )
    tell(asked, key=_CHAIN_KEY, said=f":gray[:small[{t('Untrained blocks; the gradient has the length 1 at the end of the chain.')}]]")
    if asked.found is not None:
        prose(chain_lesson(asked.found, drawn))
