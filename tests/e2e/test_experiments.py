"""Experiments in the browser: predict and draw, run the four networks live, play a recording, cut blocks out of a trained network."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.app_server import AppServer
from tests.e2e.live_view import expect_no_traceback

Visit = Callable[[str], Page]

LONG = 300_000  # milliseconds: four networks are traced before the first batch


def race(page: Page, *states: str, timeout: int = LONG) -> None:
    """Wait until the race is in one of these states."""
    page.wait_for_function("states => states.includes(document.querySelector('.race')?.dataset.state)", arg=list(states), timeout=timeout)


def points(page: Page) -> int:
    return int(page.locator(".race .plot.curves").get_attribute("data-points") or 0)


def test_the_two_by_two_runs_live_beside_a_prediction_and_a_drawn_curve(visit: Visit, server: AppServer) -> None:
    page = visit(f"{server.url}/experiments?experiment=cure")
    race(page, "idle")
    page.locator("label").filter(has_text=re.compile("^plain-56$")).click()
    page.get_by_role("button", name="Draw the curve you expect").click()
    middle = page.get_by_role("slider", name="Your curve at step 100")
    before = float(middle.get_attribute("aria-valuenow") or 0)
    middle.press("PageDown")
    expect(middle).to_have_attribute("aria-valuenow", f"{before - 0.5:.2f}")
    steps = page.get_by_role("spinbutton", name="Steps")
    steps.fill("40")
    steps.press("Enter")
    expect(page.get_by_role("slider", name="Your curve at step 20", exact=True)).to_have_attribute("aria-valuenow", f"{before - 0.5:.2f}")
    page.get_by_role("button", name="Run it live").click()
    race(page, "finished")
    page.wait_for_url(re.compile(r"run=\w+"))
    expect(page.get_by_text("What this run showed")).to_be_visible()
    expect(page.get_by_role("table").filter(has_text="Training loss, last 10 batches")).to_contain_text("residual")
    assert points(page) == 40
    assert page.get_by_role("radio", name="plain-56").is_checked()
    assert page.get_by_role("radio", name="plain-56").is_disabled()
    names = page.evaluate("() => document.querySelector('.race .plot.curves').data.map((trace) => trace.name)")
    assert {"plain-20", "plain-56", "residual-20", "residual-56", "your curve"} == set(names)
    assert "plain-56" in (page.locator(".race .plot.curves").get_attribute("aria-label") or "")
    other = visit(page.url)
    race(other, "finished")
    other.wait_for_function("() => document.querySelector('.race .plot.curves').dataset.points === '40'")
    expect_no_traceback(page)


def test_a_recording_plays_pauses_and_scrubs_and_says_what_it_is(visit: Visit, server: AppServer) -> None:
    page = visit(f"{server.url}/experiments?experiment=disease")
    page.get_by_role("button", name="Play the recording").click()
    race(page, "recording")
    expect(page.locator(".race header")).to_contain_text("Recording")
    expect(page.locator(".race header")).to_contain_text("seed 42")
    page.get_by_role("button", name="Pause the recording").click()
    assert points(page) < 200
    page.locator(".race .player label", has_text="At once").click()
    page.get_by_role("button", name="Play", exact=True).click()
    race(page, "played")
    expect(page.get_by_text("What the recorded run showed")).to_be_visible()
    page.wait_for_function("() => document.querySelector('.race .plot.curves').dataset.points === '200'")
    page.get_by_role("slider", name="Moment of the recording").press("Home")
    page.wait_for_function("() => Number(document.querySelector('.race .plot.curves').dataset.points) < 10")
    expect(page.get_by_text("What the recorded run showed")).to_be_visible()
    expect_no_traceback(page)


def test_blocks_are_cut_out_and_the_accuracy_is_read(visit: Visit, server: AppServer) -> None:
    page = visit(f"{server.url}/experiments?experiment=lesion")
    page.get_by_role("button", name=re.compile(r"^2\.5: branch")).click()
    said = page.get_by_text(re.compile(r"Without (this one|1 of its) branch\w* residual-56 .*gets \d+\.\d% right \(untouched: \d+\.\d%\)"))
    expect(said).to_be_visible(timeout=LONG)
    page.get_by_role("radio", name="Shortcut").click()
    page.get_by_role("button", name=re.compile(r"^1\.1: shortcut")).press("Enter")
    expect(page.get_by_text(re.compile("With 1 of its shortcuts cut residual-56"))).to_be_visible(timeout=LONG)
    expect_no_traceback(page)
