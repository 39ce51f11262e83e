"""Both languages in a browser: the switch, what remembers it, and no word that stayed behind."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

import pytest
from playwright.sync_api import Locator, Page, expect

from pages.parts.i18n import LOCALE, NAMES, catalogue
from tests.app_server import AppServer
from tests.e2e.live_view import expect_no_traceback
from tests.e2e.survey import PLACES, Seen

Visit = Callable[[str], Page]

# English on purpose, in every language: what papers, networks, data sets and libraries are called. Taken out before the rest is judged.
NAMES_OF_THINGS = re.compile(
    r"Deep Residual Learning for Image Recognition|Identity Mappings in Deep Residual Networks|Wide Residual Networks"
    r"|Aggregated Residual Transformations for Deep Neural Networks|Squeeze-and-Excitation Networks"
    r"|[\w-]*ResNe[Xt][\w-]*|Fashion-MNIST|torchvision|(tf\.)?keras\.[\w.]+|arXiv [\d.]+|[A-Z]\w+ et al\."
)
# The first layer's name, which plan, model and table share; elsewhere the same letters are a word, and translated.
LAYERS = ("input",)
CJK = re.compile(r"[\u4e00-\u9fff]")


def untranslated(seen: Seen) -> list[str]:
    """The texts of a page in another language that are messages of the English app, or read like English."""
    return [text for text in seen.words if text not in LAYERS and _is_english(text, seen.language)]


def _is_english(text: str, language: str) -> bool:
    return _is_message(text, language) or _reads_as_english(NAMES_OF_THINGS.sub("", text))


def _is_message(text: str, language: str) -> bool:
    exact, patterns = _english(language)
    return text in exact or any(pattern.fullmatch(text) for pattern in patterns)


def _reads_as_english(text: str) -> bool:
    """Three words in a row, and not a sign of another language. Names of layers have underscores or digits."""
    return not CJK.search(text) and bool(re.search(r"(?:\b[A-Za-z]{2,}\b[ ,.;:]+){2}\b[A-Za-z]{2,}\b", text))


@lru_cache
def _english(language: str) -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    """The messages that read differently in the language: those without fields, and patterns for those with."""
    messages = catalogue(language, LOCALE)._catalog  # type: ignore[attr-defined]  # gettext shows its messages in no other way
    pairs = [(key[0] if isinstance(key, tuple) else key, text) for key, text in messages.items()]
    changed = [message for message, text in pairs if message and text != message and len(re.findall("[a-z]", message)) > 3]
    exact = frozenset(message for message in changed if "{" not in message)
    fields = [re.split(r"%?\{[^{}]*\}", message) for message in changed if "{" in message]
    speaking = [parts for parts in fields if any(len(part.strip()) > 5 for part in parts)]
    return exact, tuple(re.compile(".{0,80}".join(map(re.escape, parts))) for parts in speaking)


@pytest.fixture(params=[language for language in NAMES if language != "en"])
def foreign(request: pytest.FixtureRequest, surveyed: list[Seen]) -> list[Seen]:
    return [seen for seen in surveyed if seen.language == request.param]


def test_no_word_stays_behind(foreign: list[Seen]) -> None:
    assert {(seen.page, seen.address) for seen in foreign} == {(page, address) for page, places in PLACES.items() for address in places}
    assert {str(seen): words for seen in foreign if (words := untranslated(seen))} == {}


def test_the_search_for_untranslated_words_would_find_some(surveyed: list[Seen]) -> None:
    """The same pages in English, searched as if they ought to be Chinese."""
    english = [seen for seen in surveyed if seen.language == "en"]
    assert {seen.page for seen in english} == set(PLACES)
    assert all(sum(_is_message(text, "zh") for text in seen.words) > 5 for seen in english)


@pytest.mark.parametrize(
    "text",
    ["Help for Shortcuts", "ResNet-50 is read from its file now", "Loading the data set", "Deep Residual Learning in a nutshell, today"],
)
def test_a_name_excuses_no_words_around_it(text: str) -> None:
    assert _is_english(text, "zh")


def test_the_document_says_its_language_and_its_title_is_in_it(surveyed: list[Seen]) -> None:
    assert {(seen.language, seen.tag) for seen in surveyed} == {(language, tag) for language, (_, _, tag) in NAMES.items()}
    assert all(seen.title.endswith(" · ResNet Lab") for seen in surveyed)
    assert all(CJK.search(seen.title) for seen in surveyed if seen.language == "zh")


def test_one_switch_for_all_pages_remembered_by_the_address(server: AppServer, visit: Visit) -> None:
    page = visit(server.url)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page).to_have_url(re.compile("lang=zh"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("网络")
    expect(page.get_by_role("button", name="中文")).to_have_attribute("aria-pressed", "true")
    # A link on the page keeps it.
    page.get_by_role("link", name=re.compile("残差块")).last.click()
    page.wait_for_url(re.compile("/block"))
    expect(page).to_have_url(re.compile("lang=zh"))
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("What does a block add")
    expect_no_traceback(page)


def test_streamlits_own_words_follow_the_language(server: AppServer, visit: Visit) -> None:
    page = visit(f"{server.url}/results?run=embedded&view=take&lang=zh")
    uploader = page.get_by_test_id("stFileUploader")
    for language, upload, limit, menu, dark in (
        ("中文", "上传", "每个文件不超过 200MB", "主菜单", "深色"),
        ("English", "Upload", "200MB per file", "Main menu", "Dark"),
        ("中文", "上传", "每个文件不超过 200MB", "主菜单", "深色"),
    ):
        page.get_by_role("button", name=language).click()
        expect(uploader.get_by_text(upload, exact=True)).to_be_visible()
        expect(uploader.get_by_text(limit, exact=True)).to_be_visible()
        page.get_by_role("button", name=menu).click()
        expect(page.get_by_role("menuitemradio", name=dark)).to_be_visible()  # written only now
        page.keyboard.press("Escape")
        expect(page.get_by_role("menuitemradio", name=dark)).to_have_count(0)
    expect_no_traceback(page)


def test_the_projector_enlarges_every_page_and_keeps_the_way_to_the_others(server: AppServer, visit: Visit) -> None:
    page = visit(server.url)
    before = _sizes(page)
    page.get_by_role("button", name="Projector").click()
    expect(page).to_have_url(re.compile("display=projector"))
    expect(page.get_by_role("link", name="Training", exact=True)).to_have_count(0)
    page.wait_for_function("height => document.querySelector('.js-plotly-plot')?.clientHeight > height", arg=before[2])
    after = _sizes(page)
    assert [large / small for small, large in zip(before, after, strict=True)] == pytest.approx([1.25, 1.25, 1.25], rel=0.02)
    page.get_by_role("combobox", name="Page").select_option(label="Training")
    page.wait_for_url(re.compile("/training.*display=projector"))
    assert _bottom(page.locator(".live-run .plot.curves")) <= 720  # picture and hand are seen together there, too
    page.get_by_role("combobox", name="Page").select_option(label="Experiments")
    page.wait_for_url(re.compile("/experiments.*display=projector"))
    assert _bottom(page.locator(".race .plot.curves")) <= 720
    page.get_by_role("button", name="Projector").click()
    expect(page.get_by_role("link", name="Results", exact=True)).to_be_visible()
    expect(page).not_to_have_url(re.compile("display="))
    expect_no_traceback(page)


def _bottom(plot: Locator) -> float:
    """Pixels below the window's upper edge, once something is drawn."""
    plot.locator(".main-svg").first.wait_for()
    box = plot.bounding_box()
    assert box is not None
    return box["y"] + box["height"]


def _sizes(page: Page) -> list[float]:
    """Pixels: the heading's type, the type of a figure's axis title, the height of a figure."""
    page.locator(".js-plotly-plot .xtitle").wait_for()
    size = "node => parseFloat(getComputedStyle(node).fontSize)"
    heading = page.get_by_role("heading", level=1).evaluate(size)
    title = page.locator(".js-plotly-plot .gtitle").evaluate(size)
    height = page.locator(".js-plotly-plot").evaluate("node => node.clientHeight")
    return [heading, title, height]
