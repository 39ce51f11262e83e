"""What the tests of the training page read off it and do to it."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import NumberInput

from resnet.training.events import Started

ROUTER = str(Path(__file__).resolve().parents[2] / "pages" / "router.py")


def training(**query: str) -> AppTest:
    app = AppTest.from_file(ROUTER, default_timeout=30)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run().switch_page("training.py").run()


def begin(run: str, sequence: int = 1) -> Started:
    return Started(
        run=run,
        sequence=sequence,
        time=100.0,
        networks=["mini-resnet"],
        epochs=3,
        steps_per_epoch=141,
        training_images=9_000,
        layers={"mini-resnet": ["stem_conv", "stage1_block1_conv1", "head_dense"]},
    )


def texts(app: AppTest) -> str:
    parts = [*app.markdown, *app.caption, *app.warning, *app.error, *app.info, *app.success]
    return "\n".join(str(part.value) for part in parts)


def button(app: AppTest, label: str) -> AppTest:
    found = [item for item in app.button if item.label == label]
    assert found, f"no button {label!r} among {[item.label for item in app.button]}"
    return found[0].click().run()


def enabled(app: AppTest) -> list[str]:
    """Labels of the buttons that can be pressed."""
    return [item.label for item in app.button if not item.disabled]


def field(app: AppTest, label: str) -> NumberInput:
    (found,) = [item for item in app.number_input if item.label == label]
    return found
