"""Every place an address can lead to, in one session on one server: what is wrong for whom, and which words are on it.

One look serves all questions, and one session all looks: loading the app anew is what would cost most of the time. The way from place to
place is the one that the browser's "back" takes, an address that the page reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from pages.parts.network_state import TABS
from pages.parts.results.shown import VIEWS
from resnet.experiments.catalogue import KEYS
from resnet.runs.store import Store
from resnet.teaching.steps import STEPS
from tests.app_server import AppServer
from tests.pages.test_results import keep_notebook

WIDE, PHONE = {"width": 1280, "height": 720}, {"width": 390, "height": 844}
RUN = "aaaa"
Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = get_args(Theme)
PROJECTOR = "display=projector"
# The places of each page by what follows its name. What an address leaves out stays as it was, so each says all that sets it apart from
# the others of its page; a network that is named puts away the run.
PLACES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "": ("", PROJECTOR),
        "block": (
            "view=walk&numbers=hand&step=add",
            f"view=walk&numbers=real&step=conv1&{PROJECTOR}",
            "view=walk&numbers=real&step=sum",
            "view=kinds",
            "view=amount",
            f"view=back&{PROJECTOR}",
        ),
        "architecture": (*(f"tab={tab}" for tab in TABS), f"tab={TABS[0]}&{PROJECTOR}", "name=nonsense&depths=1,2&dropout=7"),
        "experiments": (*(f"experiment={key}" for key in KEYS), f"experiment=cure&{PROJECTOR}"),
        "lesson": (*(f"lesson={step.key}&done=cures" for step in STEPS), f"lesson=block&done=cures&{PROJECTOR}"),
        "training": (f"name=mini-resnet&{PROJECTOR}", f"run={RUN}"),
        # The run has left no weights; the embedded network can be looked into.
        "results": (
            f"run={RUN}&view=course",
            f"run={RUN}&view=course&{PROJECTOR}",
            *(f"run=embedded&view={view}" for view in VIEWS[1:]),
            f"run=embedded&view=answers&{PROJECTOR}",
        ),
    }
)
# Each place is looked at in Chinese, the themes in turn; so many of a page's also in English, in the other theme. Thus each page is seen in
# both languages in both themes.
IN_ENGLISH = 2
LIMIT = 90_000  # milliseconds: a first question starts a process that loads TensorFlow

_LOOK = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
_TURN_TO = """address => {
  window.arrived = false;
  let ran = false;
  const watch = new MutationObserver(() => {
    const state = document.querySelector('[data-testid=stApp]')?.dataset.testScriptState;
    ran ||= state === 'running';
    if (!ran || state !== 'notRunning') return;
    watch.disconnect();
    window.arrived = true;
  });
  watch.observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-test-script-state'] });
  setTimeout(() => { window.arrived = true; }, 6000); // where a run is over before it is seen
  history.pushState({}, '', address);
  dispatchEvent(new PopStateEvent('popstate'));
}"""
_SETTLED = """() => document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'
  && ![...document.querySelectorAll('[data-testid=stSkeleton]')].some(place => place.checkVisibility())
  && !document.querySelector('[aria-label="hourglass_top icon"]')"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One place as it was found.

    Attributes:
        violations: axe's findings of serious or critical impact.
        words: the texts on it, each once.
        tag: of the document's language.
        overflow: what is too wide on a phone; None where that was not looked at.
    """

    page: str
    address: str
    language: str
    theme: Theme
    violations: list[dict[str, Any]]
    words: list[str]
    tag: str
    title: str
    overflow: Mapping[str, Any] | None

    def __str__(self) -> str:
        return f"/{self.page}?{self.address} {self.language} {self.theme}"


def survey(browser: Browser, folder: Path) -> list[Seen]:
    """Look at everything, on a server that holds one finished run."""
    store = Store(f"sqlite:///{folder / 'runs.sqlite'}")
    keep_notebook(store, RUN)
    store.close()
    with AppServer(folder) as server:
        return list(_seen(browser, server.url))


def looks(theme: Theme) -> Iterator[tuple[str, str, str]]:
    """What is looked at in a theme: page, address, language."""
    for name, places in PLACES.items():
        for number, address in enumerate(places):
            if THEMES[number % 2] == theme:
                yield name, address, "zh"
            elif number < IN_ENGLISH:
                yield name, address, "en"


def _seen(browser: Browser, url: str) -> Iterator[Seen]:
    axe = Axe()
    context = browser.new_context(viewport=WIDE, locale="en-GB", color_scheme="light")
    context.set_default_timeout(LIMIT)
    page = context.new_page()
    page.goto(url)
    page.get_by_role("heading", level=1).wait_for()
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        _settle(page)
        for name, address, language in looks(theme):
            _turn_to(page, f"{url}/{name}?{address}&lang={language}")
            yield Seen(
                page=name,
                address=address,
                language=language,
                theme=theme,
                violations=_violations(page, axe),
                words=page.evaluate(f"{_LOOK}.words()"),
                tag=page.evaluate("document.documentElement.lang"),
                title=page.title(),
                overflow=_on_a_phone(page) if PROJECTOR not in address else None,
            )
    context.close()


def _turn_to(page: Page, address: str) -> None:
    page.evaluate(_TURN_TO, address)
    page.wait_for_function("window.arrived")
    page.get_by_role("heading", level=1).wait_for()
    _settle(page)


def _settle(page: Page) -> None:
    page.wait_for_function(_SETTLED)
    page.wait_for_timeout(700)  # colours fade, and a figure is drawn a moment after its place


def _violations(page: Page, axe: Axe) -> list[dict[str, Any]]:
    found = axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [one for one in found if one["impact"] in ("serious", "critical")]


def _on_a_phone(page: Page) -> dict[str, Any]:
    page.set_viewport_size(PHONE)
    _settle(page)
    found: dict[str, Any] = page.evaluate(f"{_LOOK}.overflow()")
    page.set_viewport_size(WIDE)
    return found
