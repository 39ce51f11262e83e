"""The server's own part: what it does so that a page's run leaves nobody waiting."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

AFTER_A_PAGE = """
import gc
from streamlit.testing.v1 import AppTest
import app
app.settle()
page = AppTest.from_file("pages/router.py", default_timeout=60).run()
assert not page.exception and page.title
print(gc.get_freeze_count(), len(gc.get_objects()))
"""


def test_a_page_leaves_the_garbage_collector_little_to_look_through() -> None:
    ran = subprocess.run([sys.executable, "-c", AFTER_A_PAGE], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120)
    frozen, seen = map(int, ran.stdout.split())
    assert frozen > 50_000  # the modules
    assert seen < frozen / 4  # this page and its run
