"""Numbers in sentences: shares are rounded as the browser rounds those beside them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from resnet.wording import english, percent


@pytest.mark.parametrize(
    ("share", "digits", "words"),
    [
        (0.7825, 1, "78.3%"),  # 1,565 of 2,000: a tie, which Python's own format takes to the even digit
        (0.7835, 1, "78.3%"),  # 1,567 of 2,000: in binary 100 · 0.7835 lies below the tie, and (100 * 0.7835).toFixed(1) says so
        (0.125, 0, "13%"),
        (1.0, 1, "100.0%"),
        (0.0, 2, "0.00%"),
        (np.float32(0.975), 1, "97.5%"),
        (math.nan, 1, "nan%"),
    ],
)
def test_a_share_is_rounded_as_in_the_browser(share: float, digits: int, words: str) -> None:
    assert percent(share, digits) == words


def test_a_template_rounds_its_shares_alike_and_leaves_other_numbers_to_python() -> None:
    said = english("{share:.1%} of {images:,} images, loss {loss:.3f}", share=0.7825, images=2_000, loss=0.5844)
    assert said == "78.3% of 2,000 images, loss 0.584"
    assert english("a {brace} and 100%") == "a {brace} and 100%", "a message without values is no template"
