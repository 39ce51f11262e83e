"""A run leaves as a file and comes back as another run; its network does the same as a .keras file, through the process that asks Keras."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from resnet.runs.store import RunRecord, Store
from resnet.training import trained
from resnet.training.checkpoints import FOLDER_VARIABLE
from tests.app_server import AppServer
from tests.e2e.conftest import WAIT
from tests.unit.test_run_import import CONFIG, TINY, kept_of, said

RUN = "aaaa"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AppServer]:
    """One with a finished run whose weights are on this machine."""
    store = Store(f"sqlite:///{tmp_path / 'runs.sqlite'}")
    store.add_ended(RunRecord(id=RUN, created=1_700_000_000.0, config=CONFIG, state="finished", title="Ours"), said(RUN))
    store.close()
    trained.keep(kept_of(), tmp_path / "checkpoints" / RUN)
    with AppServer(tmp_path, **{FOLDER_VARIABLE: str(tmp_path / "checkpoints")}) as server:
        yield server


def download(page: Page, name: str, folder: Path) -> Path:
    with page.expect_download() as started:
        page.get_by_role("button", name=name, exact=True).click()
    path = folder / started.value.suggested_filename
    started.value.save_as(path)
    return path


def bring(page: Page, file: Path) -> None:
    page.get_by_test_id("stFileUploader").locator("input[type=file]").set_input_files(file)


def test_a_run_and_its_network_leave_and_come_back(visit: Callable[[str], Page], server: AppServer, tmp_path: Path) -> None:
    page = visit(f"{server.url}/results?run={RUN}&view=take&lang=en")
    whole = download(page, "Whole run (.zip)", tmp_path)
    picture = page.get_by_role("button", name="Loss and accuracy as a picture (SVG)")
    with page.expect_download() as drawn:
        picture.click()
    assert drawn.value.path().read_text(encoding="utf-8").startswith("<svg")
    expect(picture).to_be_focused()
    picture.evaluate("button => button.dataset.seen = 'before'")
    page.get_by_text("Keras (.keras)").click()
    # The process that answers starts for this question, and loads TensorFlow.
    expect(page.get_by_role("button", name="Download", exact=True)).to_be_enabled(timeout=3 * WAIT)
    network = download(page, "Download", tmp_path)
    expect(picture).to_have_attribute("data-seen", "before")  # the page was made anew, its buttons were not

    (tmp_path / "run.zip").write_bytes(whole.read_bytes()[:500])
    bring(page, tmp_path / "run.zip")
    expect(page.get_by_text("run.zip: the file cannot be read as a .zip archive")).to_be_visible()

    seen = {RUN}
    for file, words in ((whole, "Ours"), (network, "Plain-20")):
        page.goto(f"{server.url}/results?run={RUN}&view=take&lang=en")
        page.get_by_role("heading", level=1).wait_for()
        page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()  # a visitor sees the page before the file comes
        bring(page, file)
        title = page.get_by_text("brought as a file")
        expect(title).to_be_visible()
        expect(title).to_contain_text(words)
        (new,) = {record.id for record in runs(tmp_path)} - seen
        seen.add(new)
        assert (tmp_path / "checkpoints" / new / "trained" / f"{TINY.name}.safetensors").is_file()
    first, second = (record for record in runs(tmp_path) if record.id != RUN)
    assert {first.config, second.config} == {CONFIG}


def runs(folder: Path) -> list[RunRecord]:
    store = Store(f"sqlite:///{folder / 'runs.sqlite'}")
    try:
        return store.runs()
    finally:
        store.close()
