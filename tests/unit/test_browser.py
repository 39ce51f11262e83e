"""The search for a browser, over programs made for the purpose: nothing here starts a real one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import browser

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-ins are shell scripts")


def program(path: Path, exit_code: int) -> Path:
    path.write_text(f"#!/bin/sh\nexit {exit_code}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture(autouse=True)
def no_browser_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RESNET_BROWSER", raising=False)


def test_the_first_browser_on_the_path_that_starts_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / "chromium", 1)  # like the snap notice some systems ship
    works = program(tmp_path / "google-chrome", 0)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert browser.find() == works


def test_the_browser_named_in_the_environment_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / "chromium", 0)
    named = program(tmp_path / "mine", 0)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("RESNET_BROWSER", str(named))
    assert browser.find() == named


@pytest.mark.parametrize("exit_code", [None, 1])
def test_a_named_browser_that_does_not_start_is_an_error_with_its_remedy(tmp_path: Path, exit_code: int | None) -> None:
    named = tmp_path / "mine"
    if exit_code is not None:
        program(named, exit_code)
    answer = subprocess.run(
        [sys.executable, browser.__file__],
        env={**os.environ, "RESNET_BROWSER": str(named)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 1
    assert answer.stdout == ""
    assert str(named) in answer.stderr
    assert "apt-get install chromium" in answer.stderr
