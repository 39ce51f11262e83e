"""The words that Streamlit itself writes into the page, for the browser to say in the reader's language.

The browser's part is assets/components/frame_words.js.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType

from pages.parts.i18n import current_language, translator


def streamlit_words() -> Mapping[str, str]:
    """What is said for each of them; nothing for what is said as it is, as all is in English. A `{field}` stands for any text."""
    return _said(current_language())


@lru_cache
def _said(language: str) -> Mapping[str, str]:
    words = zip(_words(str), _words(translator(language)), strict=True)
    return MappingProxyType({english: here for english, here in words if here != english})


def _words(t: Callable[[str], str]) -> list[str]:
    """As version 1.67 writes them on pages like ours."""
    return [
        # around the page
        t("Skip to main content"),
        t("App pages"),
        t("Main menu"),
        t("Theme"),
        t("System"),
        t("Light"),
        t("Dark"),
        t("Print"),
        t("Record screen"),
        t("Copy version to clipboard"),
        t("Running..."),
        t("Stopping..."),
        t("Stop"),
        t("Connecting"),
        t("Connection error"),
        t("Please wait..."),
        t("Close"),
        # controls
        t("Help for {label}"),
        t("Press Enter to apply"),
        t("Press Enter to submit form"),
        t("Press {keys}+Enter to apply"),
        t("Press {keys}+Enter to submit form"),
        t("You can only select up to {n} options. Remove an option first."),
        t("Clear value"),
        t("Clear entry"),
        t("Clear all"),
        t("Choose an option"),
        t("Choose options"),
        t("Selected values"),
        t("No results"),
        t("Open"),
        t("Increment"),
        t("Decrement"),
        t("Scroll tabs left"),
        t("Scroll tabs right"),
        # the uploader
        t("Upload"),
        t("file upload"),
        t("Drag and drop a file here"),
        t("{size} per file"),
        t("File must be {size} or smaller."),
        t("Only one file is allowed."),
        t("{kind} files are not allowed."),
        t("Remove {file}"),
        t("Add files"),
        t("Error:"),
        # tables and figures
        t("Fullscreen"),
        t("Fullscreen: {title}"),
        t("Close fullscreen"),
        t("Close fullscreen: {title}"),
        t("Exit fullscreen"),
        t("Search"),
        t("Search: {title}"),
        t("Close Search"),
        t("Previous Result"),
        t("Next Result"),
        t("Show/hide columns"),
        t("Show/hide columns: {title}"),
        t("Download as CSV"),
        t("Download as CSV: {title}"),
        t("Clear selection"),
        t("Clear selection: {title}"),
        t("Select all"),
        t("Dataframe column menu"),
        t("Copy column name"),
        t("Sort ascending"),
        t("Sort descending"),
        t("Format"),
        t("Autosize"),
        t("Pin column"),
        t("Unpin column"),
        t("Hide column"),
        t("Automatic"),
        t("Localized"),
        t("Compact"),
        t("Dollar"),
        t("Euro"),
        t("Yen"),
        t("Percent"),
        t("Scientific"),
        t("Accounting"),
        t("Statistics"),
        t("Distinct"),
        t("Empty"),
        t("Minimum"),
        t("Maximum"),
        t("Average"),
        t("Median"),
        t("Sum"),
        t("Standard deviation"),
        t("25th percentile"),
        t("75th percentile"),
        t("Range"),
        t("Values"),
        t("Average length"),
        t("Minimum length"),
        t("Maximum length"),
        t("Based on sample"),
        t("Copy to clipboard"),
        t("Copied"),
    ]
