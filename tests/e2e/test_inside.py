"""What the embedded network learned, in a browser, from the real network in the real worker: maps of its layers, and where it looks."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.app_server import AppServer
from tests.e2e.conftest import WAIT

# How many different colours a canvas holds.
COLOURS = """canvas => {
  const bytes = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  return new Set(new Uint32Array(bytes.buffer)).size;
}"""


def test_feature_maps_are_opened_layer_by_layer(server: AppServer, visit: Callable[[str], Page]) -> None:
    page = visit(f"{server.url}/results?run=embedded&view=inside")
    tiles = page.locator(".tiles button")
    expect(tiles).to_have_count(64, timeout=2 * WAIT)  # of 128, once TensorFlow has been loaded
    expect(page.get_by_text("Grad-CAM, 7×7, enlarged")).to_be_visible(timeout=WAIT)
    expect(page.get_by_text(re.compile(r"The network says .+ \(\d+\.\d%\), then"))).to_be_visible(timeout=WAIT)
    assert page.locator(".heat .over").evaluate(COLOURS) > 1
    box = page.locator(".channels").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 720, "the maps are on one screen with the network and the picture"

    page.locator(".diagram g[data-key=stage1_block1]").press("Enter")
    expect(tiles).to_have_count(32, timeout=WAIT)
    expect(page.locator(".diagram g[data-key=stage1_block1]")).to_have_attribute("aria-label", re.compile(r"= \d\.\d\d ± "), timeout=WAIT)
    page.wait_for_url("**layer=stage1_block1_relu*")

    caption = page.locator(".seen figcaption")
    tiles.first.focus()
    tiles.first.press("ArrowRight")
    expect(caption).to_have_text("channel 2")
    expect(page.locator(".tiles [aria-checked=true]")).to_have_count(1)
    lively = page.locator(".tiles canvas").evaluate_all(f"tiles => tiles.map({COLOURS})")
    assert max(lively) > 20, "a real picture's maps are no plain fields"

    page.get_by_role("button", name="Next mistake").click()
    expect(page.get_by_text("It is a mistake: the label is")).to_be_visible(timeout=WAIT)
    page.wait_for_url(re.compile(r"image=\d+"))
