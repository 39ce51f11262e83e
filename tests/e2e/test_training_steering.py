"""A run in the teacher's hand, in the browser: pause, step, another rate, another look, and what happens when it breaks."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.app_server import AppServer
from tests.e2e.live_view import LiveView, expect_no_traceback
from tests.e2e.test_training_live import TINY, begin

Visit = Callable[[str], Page]

RATE_BOX = "Learning rate of the run"


@pytest.fixture
def live(visit: Visit, server: AppServer) -> LiveView:
    """A run of the notebook's recipe, whose rate is constant, under way."""
    view = LiveView(visit(f"{server.url}/training?{TINY}"))
    take_the_notebooks_recipe(view)
    view.start()
    view.wait_for_points(3)
    return view


def take_the_notebooks_recipe(live: LiveView) -> None:
    live.page.get_by_text("Notebook", exact=True).click()
    live.page.get_by_text("at most 10 epochs").wait_for()  # its own fields are on the page
    live.ask_for_epochs(200)


def end(live: LiveView) -> None:
    live.stop()
    live.wait_for_state("stopped")
    expect_no_traceback(live.page)


def test_pause_step_and_resume(live: LiveView) -> None:
    live.press("Pause")
    live.wait_for_state("paused")
    expect(live.page.get_by_role("button", name="Resume")).to_be_visible()
    done = paused_at(live)
    live.wait_for_points(done)
    live.press("One step")
    expect(live.root).to_contain_text(f"Paused at step {done + 1:,}")
    live.wait_for_points(done + 1)
    assert live.points() == done + 1, "one batch, no more"
    live.press("Resume")
    live.wait_for_points(done + 10)
    assert live.state() == "running"
    end(live)


def test_another_rate_takes_effect_and_leaves_its_mark(live: LiveView) -> None:
    assert live.figure("Learning rate") == "0.001"
    live.page.get_by_label(RATE_BOX).fill("0.02")
    live.page.get_by_label(RATE_BOX).press("Enter")
    live.wait_for_chart("chart.layout.annotations.some(({ text }) => text.includes('rate 0.02'))")
    seen = live.points()
    live.wait_for_points(seen + 5)
    assert live.figure("Learning rate") == "0.02"
    live.press("÷2")
    live.wait_for_chart("chart.layout.annotations.some(({ text }) => text.includes('rate 0.01'))")
    expect(live.page.get_by_label(RATE_BOX)).to_have_value("0.01")
    # A line in each plot for either change, where it was made.
    assert live.chart("new Set(chart.layout.shapes.map(({ x0 }) => x0)).size") == 2
    live.page.reload()
    live.wait_for_chart("chart?.layout?.shapes?.length === 4")
    end(live)


def test_another_look_draws_the_same_chart_another_way(live: LiveView) -> None:
    live.wait_for_points(30)
    live.page.evaluate("() => { document.querySelector('.live-run .plot').mark = 'the same node'; }")
    x, y = live.chart("[chart.data[0].x[9], chart.data[0].y]")
    raw = live.chart("chart.data.length")

    live.page.get_by_role("slider", name="Smoothing").fill("0.8")
    live.wait_for_chart(f"chart.data.length > {raw}")
    calm, rough = live.chart(
        "[6, 0].map((i) => chart.data[i].y.slice(1, 30).reduce((sum, y, j) => sum + Math.abs(y - chart.data[i].y[j]), 0))"
    )
    assert calm < rough / 2
    assert live.chart("chart.data[0].y.slice(0, 10)") == y[:10], "what was measured lies beneath"

    live.page.get_by_text("Log scale").click()
    live.wait_for_chart("chart.layout.yaxis.type === 'log'")
    live.page.get_by_text("Steps", exact=True).click()
    live.wait_for_chart("chart.data[0].x[9] === 10")
    assert x == pytest.approx(10 / 141)
    live.page.get_by_text("Seconds", exact=True).click()
    live.wait_for_chart("chart.data[0].x[9] !== 10")
    seconds = live.chart("chart.data[0].x")
    assert seconds == sorted(seconds)
    assert live.chart("chart.mark") == "the same node"

    live.page.wait_for_url(re.compile("x=seconds&smoothing=0.8&loss=log"))
    live.page.reload()
    live.wait_for_chart("chart?.layout?.yaxis?.type === 'log' && chart.data.length === 8 && chart.data[0].x.length > 9")
    assert live.chart("chart.data[0].x[9]") == seconds[9]
    end(live)


def test_an_earlier_run_lies_under_this_one(live: LiveView, visit: Visit, server: AppServer) -> None:
    live.wait_for_points(20)
    end(live)
    length = int(live.figure("Step").split(" / ")[0].replace(",", ""))
    earlier = live.root.get_attribute("data-run")
    live.start()
    live.page.wait_for_function("earlier => document.querySelector('.live-run').dataset.run !== earlier", arg=earlier)
    live.wait_for_state("running")
    live.page.evaluate("() => { document.querySelector('.live-run .plot').mark = 'the same node'; }")
    live.page.get_by_role("button", name="Earlier runs").click()
    live.page.get_by_label("Curves laid under these").click()
    live.page.get_by_role("option").first.click()
    live.page.keyboard.press("Escape")
    live.wait_for_chart("chart.data.length === 8")
    name, legend, x = live.chart("[chart.data[6].name, chart.data[6].legend, chart.data[6].x]")
    assert name.startswith("mini-ResNet, 6 layers · 0.001 · ")
    assert legend == "legend2"
    assert x[-1] == pytest.approx(length / 141, rel=1e-4), "all of it"
    assert live.chart("chart.mark") == "the same node"
    seen = live.points()
    live.wait_for_points(seen + 5)
    other = LiveView(visit(live.page.url))
    other.wait_for_chart("chart?.data?.length === 8")
    end(live)


def test_gradients_by_depth_grow_while_it_trains(live: LiveView) -> None:
    controls = [
        live.page.get_by_role("slider", name="Smoothing"),
        live.page.get_by_text("Steps", exact=True),
        live.page.get_by_text("Log scale"),
    ]
    panel = live.page.get_by_text("Gradients", exact=True)

    def places() -> Any:
        """Of the choice of a chart and of the chart, in the view."""
        top = "document.querySelector('.live-run').getBoundingClientRect().y"
        script = f"(node) => node.getBoundingClientRect().y - {top}"
        return [live.root.locator(part).evaluate(script) for part in (".panels", ".charts")]

    before = places()
    panel.click()
    for control in controls:
        expect(control).to_be_hidden()  # it says nothing about this chart
    assert places() == before
    plot = live.page.locator(".live-run .gradients .plot")
    expect(plot).to_be_visible()
    expect(live.page.locator(".live-run .curves")).to_be_hidden()
    live.page.wait_for_function("() => Number(document.querySelector('.gradients .plot').dataset.measurements) >= 3")
    layers, norms, kind = live.page.evaluate(
        """() => {
             const { data, layout } = document.querySelector('.gradients .plot');
             return [data[2].customdata, data[2].y, layout.yaxis.type];
           }"""
    )
    assert layers[0] == "stem_conv"
    assert layers[-1] == "head_dense"
    assert len(norms) == len(layers)
    assert all(norm > 0 for norm in norms)
    assert kind == "log"
    expect(plot).to_have_attribute("aria-label", re.compile(rf"Gradient norm of {len(layers)} layers by depth at step \d+"))
    end(live)


def test_hovering_reads_all_curves_at_once(live: LiveView) -> None:
    live.page.get_by_role("slider", name="Smoothing").fill("0.8")
    live.wait_for_chart("chart.data.length === 8 && chart.data[1].x.length >= 2")
    end(live)
    assert live.chart("chart.layout.hovermode") == "x unified"
    names = live.chart("chart.data.map(({ name }) => name)")
    assert set(names) == {"each batch", "smoothed", "training, mean of the epoch", "validation"}
    plots = live.page.locator(".live-run .curves .nsewdrag")
    for index in range(2):
        area = plots.nth(index)
        area.scroll_into_view_if_needed()
        # Where the second epoch ended: each curve has a point.
        x, width = live.chart("[chart.data[1].x[1], chart.layout.xaxis.range[1]]")
        box = area.bounding_box()
        assert box
        live.page.mouse.move(box["x"] + box["width"] * x / width, box["y"] + box["height"] / 2, steps=3)
        words = live.page.locator(".live-run .curves .hoverlayer")
        for name in set(names):
            expect(words).to_contain_text(name)


def test_a_measurement_on_demand_says_when_it_was_made(live: LiveView) -> None:
    live.page.get_by_text("Update-to-weight ratio and dead units").click()
    expect(live.page.get_by_text("Nothing measured yet.")).to_be_visible()
    live.press("Measure")
    expect(live.page.get_by_text(re.compile(r"Measured at step \d+"))).to_be_visible()
    expect(live.page.get_by_role("figure", name=re.compile("Update-to-weight ratio from .* in .* to .*"))).to_be_visible()
    end(live)


def test_a_killed_worker_interrupts_and_one_click_goes_on(live: LiveView, server: AppServer) -> None:
    live.page.wait_for_function("() => /saved at step [1-9]/.test(document.querySelector('.live-run .besides').textContent)")
    os.kill(server.worker.pid, signal.SIGKILL)
    live.wait_for_state("interrupted")
    expect(live.page.get_by_text(re.compile(r"Continue takes it up again. It goes on from step [\d,]+ of epoch"))).to_be_visible()
    before = live.curve()
    live.press("Continue")
    live.wait_for_points(len(before) + 20)
    expect(live.page.get_by_text("Continue takes it up again")).to_have_count(0)
    steps = [round(x * 141) for x, _ in live.curve()]
    assert steps == list(range(1, len(steps) + 1)), "no point twice, none left out"
    assert live.chart("chart.layout.annotations.some(({ text }) => text.includes('continued here'))")
    end(live)


def test_a_stopped_run_can_be_taken_up_again(live: LiveView) -> None:
    end(live)
    stopped = live.points()
    live.press("Continue")
    live.wait_for_points(stopped + 5)
    steps = [round(x * 141) for x, _ in live.curve()]
    assert steps == list(range(1, len(steps) + 1))
    end(live)


def test_an_absurd_rate_is_explained_and_repaired(visit: Visit, server: AppServer) -> None:
    live = LiveView(visit(f"{server.url}/training?{TINY}"))
    page = live.page
    take_the_notebooks_recipe(live)
    page.get_by_label("Learning rate", exact=True).fill("50")
    page.get_by_label("Learning rate", exact=True).press("Enter")
    page.get_by_role("combobox", name=re.compile("Optimizer")).click()
    page.get_by_role("option", name=re.compile("SGD")).click()
    live.start()
    repair = page.get_by_role("button", name=re.compile("Halve the rate"))
    repair.wait_for(timeout=180_000)
    expect(page.get_by_text(re.compile("Likely reason: the learning rate, 50, is too high"))).to_be_visible()
    repair.click()
    live.wait_for_chart("chart.layout.annotations.some(({ text }) => text.includes('rate halved to 25'))")
    steps = [round(x * 141) for x, _ in live.curve()]
    assert steps == list(range(1, len(steps) + 1))
    expect_no_traceback(page)
    if live.state() == "running":
        live.stop()


def test_who_begins_while_another_trains_sees_the_line_and_can_leave_it(live: LiveView, visit: Visit, server: AppServer) -> None:
    second = begin(visit, server)
    second.wait_for_state("queued")
    expect(second.root).to_contain_text(re.compile("1 ahead of this run, about"))
    second.press("Cancel")
    second.wait_for_state("stopped")
    end(live)


def paused_at(live: LiveView) -> int:
    found = re.search(r"Paused at step ([\d,]+)", live.root.inner_text())
    assert found
    return int(found[1].replace(",", ""))
