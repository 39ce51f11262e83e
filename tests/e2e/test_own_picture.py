"""A photo is uploaded and judged, and ten kinds of bad file are refused in words, in a browser; the server goes on answering."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from resnet.sample_pictures import sample
from tests.app_server import AppServer
from tests.e2e.live_view import expect_no_traceback
from tests.pages.test_own_picture import png
from tests.unit.test_own_picture import BAD

TEN = ("empty", "words", "svg", "tiff", "gif", "bomb", "one pixel", "animated PNG", "cut off JPEG", "only a head")
ADDRESS = "results?run=embedded&view=try"
FIRST_ANSWER = 240_000  # milliseconds: TensorFlow is loaded, and hundreds of training images are looked at once


def choose(page: Page, name: str, data: bytes) -> None:
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "image/png", "buffer": data})


def test_a_photo_is_judged_and_ten_bad_files_are_refused(server: AppServer, visit: Callable[[str], Page]) -> None:
    page = visit(f"{server.url}/{ADDRESS}")
    verdict = page.get_by_text(re.compile("Its distance from the nearest is"))
    expect(verdict).to_be_visible(timeout=FIRST_ANSWER)
    page.get_by_role("radio", name="Photo", exact=True).click()
    choose(page, "trousers.png", png(sample("trousers")))
    expect(page.get_by_text(re.compile(r"It says Trouser, 9\d\.\d%"))).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("^Step 6: 28×28"))).to_be_visible()
    for number, kind in enumerate(TEN):
        make_file, words = BAD[kind]
        choose(page, f"bad-{number}.png", make_file())
        refusal = page.get_by_text("This file was not taken: ")
        expect(refusal).to_contain_text(words)
        expect(verdict).to_have_count(0)
        expect_no_traceback(page)
    choose(page, "seven.png", png(sample("seven")))
    expect(page.get_by_text("So it is unlike what the network was trained on.")).to_be_visible()
    expect(page.get_by_text("This file was not taken")).to_have_count(0)


def test_what_is_larger_than_five_megabytes_does_not_reach_the_page(server: AppServer, visit: Callable[[str], Page]) -> None:
    page = visit(f"{server.url}/{ADDRESS}")
    page.get_by_role("radio", name="Photo", exact=True).click()
    choose(page, "large.png", png(sample("shirt")) + bytes(5 * 2**20))
    expect(page.get_by_text("File must be 5.0MB or smaller.")).to_be_visible()
    expect(page.get_by_text("Choose a photo on the left")).to_be_visible()
    expect_no_traceback(page)
