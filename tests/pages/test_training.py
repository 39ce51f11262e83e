"""The training page without a browser: what it offers, and what it says when something is missing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from resnet.presets import DEMO, PRESETS, RECIPES, tuned
from resnet.runs import service
from resnet.runs.store import Store
from resnet.training.events import Failed
from tests.pages.components import components
from tests.pages.training_page import ROUTER, begin, button, enabled, field, texts, training
from tests.unit.test_store import batch, finished


def test_without_an_engine_the_page_says_how_to_get_one() -> None:
    assert service.current() is None
    app = training()
    assert not app.exception
    assert "no training engine" in texts(app)
    assert enabled(app) == []
    assert {"Pause", "One step", "Stop", "Set"} <= {item.label for item in app.button}, "they keep their places"


def test_start_queues_exactly_what_the_form_says(store: Store) -> None:
    app = training(name="mini-resnet", depths="1,2,1")
    field(app, "Epochs, at most").set_value(7).run()
    button(app, "Start")
    (record,) = store.runs()
    assert record.config == replace(
        DEMO, networks=(replace(PRESETS["mini-resnet"], depths=(1, 2, 1)),), recipe=replace(RECIPES["quick-demo"], epochs=7)
    )
    assert app.query_params["run"] == record.id
    assert "Adam 0.004 one cycle, batch 64, 7 epochs · seed 42" in texts(app)
    assert enabled(app) == ["Reset", "Queue another run", "Cancel"]


@pytest.mark.parametrize(
    ("label", "values"),
    [
        ("Seed", (7, 8, 9)),
        ("Epochs, at most", (4, 5, 6)),
        ("Batch size", (32, 33, 34)),
        ("Learning rate", (0.002, 0.003, 0.004)),
        ("Early stopping, patience", (3, 4, 5)),
    ],
)
def test_every_edit_of_a_number_counts_and_outlives_a_visit_elsewhere(label: str, values: tuple[float, ...]) -> None:
    app = training()
    for value in values:
        field(app, label).set_value(value).run()
        assert field(app, label).value == value
    app.switch_page("architecture.py").run()
    app.switch_page("training.py").run()
    assert field(app, label).value == values[-1]
    field(app, label).set_value(values[0]).run()
    assert field(app, label).value == values[0]


def test_the_recipes_own_numbers_come_back_with_one_click(store: Store) -> None:
    app = training()
    (closed,) = [item.label for item in app.expander if "numbers" in item.label]
    assert "Unchanged" in texts(app)
    assert app.button(key="training_reset").disabled
    field(app, "Batch size").set_value(32).run()
    assert "Changed]" in texts(app), "at once, not a run later"
    field(app, "Epochs, at most").set_value(9).run()
    assert closed in [item.label for item in app.expander], "another label would close it"
    app.button(key="training_reset").click().run()
    assert "Unchanged" in texts(app)
    assert (field(app, "Batch size").value, field(app, "Epochs, at most").value) == (64, RECIPES["quick-demo"].epochs)
    button(app, "Start")
    assert store.runs()[0].config.recipe == RECIPES["quick-demo"]


def test_the_notebook_recipe_is_the_notebooks(store: Store) -> None:
    app = training()
    recipe = next(item for item in app.get("button_group") if item.label == "Recipe")
    recipe.set_value("notebook").run()
    button(app, "Start")
    assert store.runs()[0].config.recipe == RECIPES["notebook"]
    assert "at most 10 epochs" in texts(app)


def test_the_fast_recipe_says_what_it_changes_of_the_network(store: Store) -> None:
    app = training()
    assert "batch norm's momentum" not in texts(app)
    recipe = next(item for item in app.get("button_group") if item.label == "Recipe")
    app = recipe.set_value("fast").run()
    assert "batch norm's momentum at 0.9 instead of 0.99" in texts(app)
    button(app, "Start")
    config = store.runs()[0].config
    assert config.recipe == RECIPES["fast"]
    assert config.networks == (tuned(PRESETS["mini-resnet"], "fast"),)


def test_every_number_of_a_recipe_can_be_chosen(store: Store) -> None:
    app = training()
    field(app, "Weight decay").set_value(0.001).run()
    field(app, "Label smoothing").set_value(0.1).run()
    for label, value in (("Augmentation", "flip-shift"), ("Precision", "float32"), ("Optimizer", "sgd")):
        (box,) = [item for item in app.selectbox if item.label == label]
        box.set_value(value).run()
    button(app, "Start")
    assert store.runs()[0].config.recipe == replace(
        RECIPES["quick-demo"], weight_decay=0.001, label_smoothing=0.1, augmentation="flip-shift", precision="float32", optimizer="sgd"
    )


def test_a_waiting_run_is_stopped_without_an_engine(store: Store) -> None:
    app = training()
    button(app, "Start")
    button(app, "Cancel")
    lab = service.current()
    assert lab is not None
    run = store.runs()[0].id
    for _ in range(100):
        if lab.live_state(run) is None:
            break
        app.run()
    assert store.runs()[0].state == "stopped"


def test_a_network_that_does_not_fit_is_offered_adapted(store: Store) -> None:
    app = training(name="resnet-34")
    assert "**Fashion-MNIST needs 28×28×1, 10 classes, small stem.** Adapted: 21,280,970 trained parameters" in texts(app)
    assert "Start" not in [item.label for item in app.button]
    button(app, "Adapt it")
    assert "21,280,970 trainable parameters" in texts(app)
    button(app, "Start")
    network = store.runs()[0].config.networks[0]
    assert (network.input_shape, network.num_classes, network.stem, network.depths) == ((28, 28, 1), 10, "cifar", (3, 4, 6, 3))


def test_a_network_that_cannot_be_adapted_says_why_and_the_run_in_progress_stays(store: Store) -> None:
    store.add_run("live", DEMO)
    store.append("live", [begin("live"), batch("live", 2)], "running")
    app = training(run="live", name="resnet-18", depths="1,1,1,1,1,1,1", widths="8,8,8,8,8,8,8")
    assert "cannot be adapted: each of its 7 stages after the first halves the image" in texts(app)
    assert "mini-ResNet, 14 layers · Subset of 12,000" in texts(app)
    assert enabled(app) == ["Pause", "One step", "Stop", "Set", "÷2", "×2", "Measure"]
    assert len(components(app)) == 1


def test_the_time_is_the_architecture_pages_and_one_epoch_is_no_plural(store: Store) -> None:
    app = training()
    one_epoch = "9,000 images, at most 1 epoch: about 30 s, estimated for two cores."
    assert "One epoch takes about 30 s on the subset" in "".join(item.value for item in app.switch_page("architecture.py").run().markdown)
    app.switch_page("training.py").run()
    field(app, "Epochs, at most").set_value(1).run()
    assert one_epoch in texts(app)
    button(app, "Start")
    assert "batch 64, 1 epoch · " in texts(app)


def test_an_ended_run_shows_its_result_or_its_reason(store: Store) -> None:
    store.add_run("good", DEMO)
    store.append("good", [batch("good", 1), finished("good", 2)], "finished")
    app = training(run="good")
    assert "Test accuracy 87.5%: right on 1,750 of 2,000 images" in texts(app)
    store.add_run("bad", DEMO)
    store.append("bad", [Failed(run="bad", sequence=1, time=1.0, rule="the lamp {lamp} is out", values={"lamp": "L3"})], "failed")
    assert "the lamp L3 is out" in texts(training(run="bad"))


def test_a_reason_is_shown_as_it_is_and_never_read_as_markdown(store: Store) -> None:
    store.add_run("bad", DEMO)
    store.append("bad", [Failed(run="bad", sequence=1, time=1.0, rule="broke: {problem}", values={"problem": "![](http://x) *"})], "failed")
    assert [error.value for error in training(run="bad").error] == [r"broke\: \!\[\]\(http\://x\) \*"]


@pytest.mark.parametrize(
    ("run", "message"),
    [
        ("nobody", "There is no run nobody on this server."),
        ("![](http://x.example/a.png)", "The address asks for a run that does not exist on this server."),
        ("a" * 5_000, "The address asks for a run that does not exist on this server."),
    ],
)
def test_an_unknown_run_is_said_to_be_unknown(run: str, message: str, store: Store) -> None:
    app = training(run=run)
    assert not app.exception
    assert [warning.value for warning in app.warning] == [f"{message} Start one, or open an earlier one under Results."]


def test_the_callbacks_real_source_is_on_the_page() -> None:
    source = Path(ROUTER).parents[1] / "resnet" / "training" / "callbacks.py"
    shown = training().code[0].value
    assert "class StreamingCallback" in shown
    assert shown.strip() in source.read_text(encoding="utf-8")
