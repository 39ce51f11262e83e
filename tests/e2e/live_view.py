"""What a test reads off the live view of a run."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

START = re.compile("^(play_arrow )?(Start|Queue another run)$")  # an icon's name may count as text
ERROR_BOX = "[data-testid=stException]"


class LiveView:
    """The live run component on a page, as a person sees it and as its chart holds it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.root = page.locator(".live-run")

    def state(self) -> str:
        return self.root.get_attribute("data-state") or ""

    def wait_for_state(self, *states: str) -> None:
        self.page.wait_for_function(
            "states => states.includes(document.querySelector('.live-run')?.dataset.state)", arg=list(states), timeout=180_000
        )

    def wait_for_points(self, count: int) -> None:
        self.page.wait_for_function(
            "count => Number(document.querySelector('.live-run .plot')?.dataset.points) >= count", arg=count, timeout=180_000
        )

    def points(self) -> int:
        return len(self.curve())

    def curve(self) -> list[list[float]]:
        """[x, loss] of every batch in the chart."""
        found: Any = self.page.evaluate(
            "() => { const t = document.querySelector('.live-run .plot').data[0]; return t.x.map((x, i) => [x, t.y[i]]); }"
        )
        return found

    def chart(self, what: str) -> Any:
        """What a JavaScript expression says of `chart`, the node of the curves."""
        return self.page.evaluate(f"() => {{ const chart = document.querySelector('.live-run .plot'); return {what}; }}")

    def wait_for_chart(self, condition: str) -> None:
        """Wait until a JavaScript expression about `chart` is true."""
        self.page.wait_for_function(
            f"() => {{ const chart = document.querySelector('.live-run .plot'); return {condition}; }}", timeout=180_000
        )

    def figure(self, name: str) -> str:
        """One of the figures above the charts, as it is written."""
        return self.root.locator("dl > div").filter(has=self.page.get_by_text(name, exact=True)).locator("dd").inner_text()

    def press(self, name: str) -> None:
        """A button of the page, not one of Streamlit's header, which has a Stop of its own; an icon's name may count as text."""
        self.page.get_by_test_id("stMain").get_by_role("button", name=re.compile(f"(^|\\s){re.escape(name)}$")).click()

    def open_numbers(self) -> None:
        self.page.get_by_text("The recipe's numbers").click()

    def ask_for_epochs(self, epochs: int) -> None:
        self.open_numbers()
        field = self.page.get_by_label("Epochs, at most")
        expect(field).to_have_count(1)  # where the recipe was changed, the other one's field stays as long as the page is being made
        field.fill(str(epochs))
        field.press("Enter")
        self.page.get_by_text(f"at most {epochs} epoch").wait_for()

    def start(self) -> None:
        """Ask for a run; the button says otherwise while another visitor's is in progress."""
        self.page.get_by_role("button", name=START).click()

    def stop(self) -> None:
        self.press("Stop")


def expect_no_traceback(page: Page) -> None:
    """The page has come to its end, and nothing of Python's inside is on it."""
    expect(page.locator("[data-testid=stApp]")).to_have_attribute("data-test-script-state", "notRunning")
    expect(page.locator(ERROR_BOX)).to_have_count(0)
    expect(page.get_by_text("Traceback")).to_have_count(0)
    expect(page.get_by_text("This app has encountered an error")).to_have_count(0)
