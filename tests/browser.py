"""The Chromium the browser tests drive: `python tests/browser.py` finds one, or installs one, and prints its path."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

# The one without windows first: it opens a page in half the time.
COMMANDS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
MAC_APPLICATIONS = ("Google Chrome", "Chromium", "Microsoft Edge")
WINDOWS_FOLDERS = ("ProgramFiles", "ProgramFiles(x86)", "LocalAppData")
WINDOWS_PROGRAMS = ("Google/Chrome/Application/chrome.exe", "Chromium/Application/chrome.exe", "Microsoft/Edge/Application/msedge.exe")

REMEDY = (
    "The browser tests need Chromium or Chrome, and none was found or could be installed.\n"
    "Install one (Debian, Ubuntu: apt-get install chromium; elsewhere: Google Chrome, or python -m playwright install chromium),\n"
    "or name the one you have: RESNET_BROWSER=/path/to/chrome make test"
)
DRIVER_REMEDY = (
    "Playwright, which drives the browser, does not start; what it says is above.\n"
    "On a bare Debian or Ubuntu a library is missing: apt-get install libatomic1"
)


class NoBrowserError(Exception):
    """There is no browser, or none that can be driven; the text says how to get one."""


def launch_arguments() -> list[str]:
    """Flags for a browser that talks to this machine only, and starts where it would refuse to: as root, or in a small container."""
    quiet = [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-default-apps",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-quic",
        "--disable-sync",
        "--no-first-run",
    ]
    return [*quiet, "--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else quiet


def find() -> Path | None:
    """The browser RESNET_BROWSER names, or the first working one on this machine. Raises NoBrowserError when the named one fails."""
    named = os.environ.get("RESNET_BROWSER")
    if named:
        if not works(Path(named)):
            raise NoBrowserError(f"RESNET_BROWSER names {named}, which is no browser that starts.\n{REMEDY}")
        return Path(named)
    return next((candidate for candidate in candidates() if works(candidate)), None)


def candidates() -> Iterator[Path]:
    """Where browsers are on Linux, macOS and Windows, and Playwright's own."""
    yield from (Path(path) for path in map(shutil.which, COMMANDS) if path)
    yield from (Path("/Applications") / f"{name}.app" / "Contents" / "MacOS" / name for name in MAC_APPLICATIONS)
    folders = [os.environ[name] for name in WINDOWS_FOLDERS if name in os.environ]
    yield from (Path(folder) / program for folder in folders for program in WINDOWS_PROGRAMS)
    if driver_starts():
        yield playwrights_own()


def playwrights_own() -> Path:
    """Where Playwright keeps, or would keep, the browser it downloads."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path)


def driver_starts(output: int | IO[str] = subprocess.DEVNULL) -> bool:
    """Whether Playwright's own program runs here: it brings its Node.js, which wants a library that a bare Debian lacks."""
    return subprocess.run([sys.executable, "-m", "playwright", "--version"], stdout=output, stderr=output, check=False).returncode == 0


def works(path: Path) -> bool:
    """Whether the file is there and answers for itself: Ubuntu's `chromium-browser` may be a note that tells to install a snap."""
    if not path.is_file():
        return False
    if os.name == "nt":
        return True  # on Windows a browser asked for its version opens a window
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def install() -> None:
    """Put in place what is missing: from Debian's packages for root on Debian, else Playwright's own Chromium.

    Whether it worked is for the caller to see.
    """
    browser = find()
    if Path("/etc/debian_version").is_file() and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-q"], env=quiet, stdout=sys.stderr, check=False)
        for package in COMMANDS[:2]:  # releases before Debian 12, and Ubuntu, lack the first
            packages = [*([] if browser else [package]), *([] if driver_starts() else ["libatomic1"])]
            if not packages:
                break
            tell(f"Installing from Debian: {' '.join(packages)}")
            command = ["apt-get", "install", "-q", "-y", "--no-install-recommends", *packages]
            subprocess.run(command, env=quiet, stdout=sys.stderr, check=False)
            browser = find()
    if browser is None:
        tell("Installing Playwright's own Chromium")
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], stdout=sys.stderr, check=False)


def tell(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def main() -> int:
    try:
        if find() is None or not driver_starts():
            install()
        if not driver_starts():
            driver_starts(output=sys.stderr)  # once more, for all to see what it says
            raise NoBrowserError(DRIVER_REMEDY)
        browser = find()
        if browser is None:
            raise NoBrowserError(REMEDY)
    except NoBrowserError as error:
        tell(str(error))
        return 1
    print(browser)
    return 0


if __name__ == "__main__":
    sys.exit(main())
