"""Every page once in each language and theme, in one browser on one server: what is wrong for whom, and which words are on it.

One look serves all questions, since opening a page is what costs time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from pages.parts.i18n import NAMES
from pages.parts.network_state import TABS
from resnet.runs.store import Store
from tests.app_server import AppServer
from tests.pages.test_results import keep_notebook

WIDE, PHONE = {"width": 1280, "height": 720}, {"width": 390, "height": 844}
RUN = "aaaa"
# Each page by its address, the ones about runs with one to look at.
PAGES = ("", "block", "architecture", "experiments", f"training?run={RUN}", f"results?run={RUN}", "lesson")
# What else can be opened on a page by an address: words and markup of its own, looked at in one language and theme.
CORNERS = (
    *(f"architecture?tab={tab}" for tab in TABS[1:]),
    *(f"block?view={view}" for view in ("kinds", "amount", "back")),
    "training",
    "architecture?name=nonsense&depths=1,2&dropout=7",
)

_LOOK = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One page as it was found.

    Attributes:
        violations: axe's findings of serious or critical impact.
        words: the texts on it, each once.
        tag: of the document's language.
        overflow: what is too wide on a phone; None where that was not looked at.
    """

    path: str
    language: str
    theme: Literal["light", "dark"]
    violations: list[dict[str, Any]]
    words: list[str]
    tag: str
    title: str
    overflow: Mapping[str, Any] | None

    def __str__(self) -> str:
        return f"/{self.path} {self.language} {self.theme}"


def survey(browser: Browser, folder: Path) -> list[Seen]:
    """Look at everything, on a server that holds one finished run."""
    store = Store(f"sqlite:///{folder / 'runs.sqlite'}")
    keep_notebook(store, RUN)
    store.close()
    with AppServer(folder) as server:
        return list(_seen(browser, server.url))


def _seen(browser: Browser, url: str) -> Iterator[Seen]:
    axe = Axe()
    context = browser.new_context(viewport=WIDE, locale="en-GB", color_scheme="light")
    page = context.new_page()
    for language in NAMES:
        for path in (*PAGES, *(CORNERS if language == "zh" else ())):
            _open(page, f"{url}/{path}{'&' if '?' in path else '?'}lang={language}")
            facts: dict[str, Any] = {"path": path, "language": language, "title": page.title()}
            facts["tag"] = page.evaluate("document.documentElement.lang")
            words = page.evaluate(f"{_LOOK}.words()")
            found = _violations(page, axe)
            if path in CORNERS:
                yield Seen(**facts, theme="light", violations=found, words=words, overflow=None)
                continue
            yield Seen(**facts, theme="light", violations=found, words=words, overflow=_on_a_phone(page))
            page.emulate_media(color_scheme="dark")
            _settle(page)
            # All that a theme changes is colours.
            found = _violations(page, axe, runOnly=["color-contrast"])
            yield Seen(**facts, theme="dark", violations=found, words=words, overflow=None)
            page.emulate_media(color_scheme="light")
    context.close()


def _open(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_role("heading", level=1).wait_for()
    _settle(page)


def _settle(page: Page) -> None:
    page.wait_for_function("document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'")
    page.wait_for_function("![...document.querySelectorAll('[data-testid=stSkeleton]')].some((place) => place.checkVisibility())")
    page.wait_for_timeout(700)  # colours fade, and a figure is drawn a moment after its place


def _violations(page: Page, axe: Axe, **options: Any) -> list[dict[str, Any]]:
    found = axe.run(page, options={"resultTypes": ["violations"], **options}).response["violations"]
    return [one for one in found if one["impact"] in ("serious", "critical")]


def _on_a_phone(page: Page) -> dict[str, Any]:
    page.set_viewport_size(PHONE)
    _settle(page)
    found: dict[str, Any] = page.evaluate(f"{_LOOK}.overflow()")
    page.set_viewport_size(WIDE)
    return found
