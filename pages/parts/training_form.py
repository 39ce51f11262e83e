"""What a visitor asks for before a run starts: data set, recipe, its numbers, seed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from pages.parts.i18n import t
from resnet.config import MAX_BATCH, MAX_EPOCHS, DatasetName, Optimizer, Recipe, Schedule
from resnet.datasets import DATASETS
from resnet.presets import RECIPES

_SESSION_KEY = "training_form"


@dataclass(slots=True)
class TrainingForm:
    """The form's state; it outlives a visit to another page, which Streamlit's own widgets do not."""

    dataset: DatasetName = "fashion-mnist-subset"
    recipe_name: str = "quick-demo"
    recipe: Recipe = RECIPES["quick-demo"]
    seed: int = 42


def dataset_label(dataset: DatasetName) -> str:
    """The data set's name as a control writes it."""
    facts = DATASETS[dataset]
    images = facts.training_images + facts.validation_images + facts.test_images
    return t("All {images:,}", images=images) if dataset == "fashion-mnist" else t("Subset of {images:,}", images=images)


def recipe_label(name: str) -> str:
    """The recipe's name as a page writes it."""
    return {"quick-demo": t("Quick demo"), "notebook": t("Notebook")}.get(name, name)


def training_form() -> TrainingForm:
    """Draw the form and return what it says."""
    form: TrainingForm = st.session_state.setdefault(_SESSION_KEY, TrainingForm())
    datasets: tuple[DatasetName, ...] = ("fashion-mnist-subset", "fashion-mnist")
    chosen = st.segmented_control(
        t("Fashion-MNIST images"),
        datasets,
        default=form.dataset,
        format_func=dataset_label,
        key="training_dataset",
        required=True,
        width="stretch",
    )
    form.dataset = chosen or form.dataset
    name = st.segmented_control(
        t("Recipe"),
        ("quick-demo", "notebook"),
        default=form.recipe_name,
        format_func=recipe_label,
        key="training_recipe",
        required=True,
        width="stretch",
    )
    if name and name != form.recipe_name:
        form.recipe_name, form.recipe = name, RECIPES[name]
    with st.expander(_numbers_title(form), icon=":material/tune:"):
        form.recipe = _recipe_numbers(form)
        form.seed = int(
            st.number_input(
                t("Seed"), 0, 2**31 - 1, form.seed, help=t("The same seed gives the same first weights and the same order of images.")
            )
        )
    return form


def _numbers_title(form: TrainingForm) -> str:
    changed = form.recipe != RECIPES[form.recipe_name]
    return t("The recipe's numbers, changed") if changed else t("The recipe's numbers")


def _recipe_numbers(form: TrainingForm) -> Recipe:
    recipe, key = form.recipe, f"recipe_{form.recipe_name}"
    left, right = st.columns(2)
    with left:
        epochs = st.number_input(t("Epochs, at most"), 1, MAX_EPOCHS, recipe.epochs, key=f"{key}_epochs")
        rate = st.number_input(
            t("Learning rate"), 1e-7, 100.0, recipe.learning_rate, step=recipe.learning_rate / 10, format="%.2g", key=f"{key}_rate"
        )
        stopping = st.number_input(
            t("Early stopping, patience"),
            0,
            MAX_EPOCHS,
            recipe.early_stopping_patience or 0,
            key=f"{key}_stopping",
            help=t("Epochs without a lower validation loss before the run ends and the best weights come back. 0 turns it off."),
        )
    with right:
        batch = st.number_input(t("Batch size"), 1, MAX_BATCH, recipe.batch_size, key=f"{key}_batch")
        optimizers: tuple[Optimizer, ...] = ("adam", "sgd")
        optimizer = st.selectbox(
            t("Optimizer"), optimizers, optimizers.index(recipe.optimizer), format_func=_optimizer_label, key=f"{key}_optimizer"
        )
        schedules: tuple[Schedule, ...] = ("constant", "one-cycle")
        schedule = st.selectbox(
            t("Schedule"), schedules, schedules.index(recipe.schedule), format_func=_schedule_label, key=f"{key}_schedule"
        )
    plateau = st.number_input(
        t("Halve the rate on a plateau, patience"),
        0,
        MAX_EPOCHS,
        (recipe.plateau_patience or 0) if schedule == "constant" else 0,
        key=f"{key}_plateau_{schedule}",
        disabled=schedule != "constant",
        help=t("Epochs without a lower validation loss before the rate is halved, never below 1e-6. 0 turns it off."),
    )
    return replace(
        recipe,
        epochs=int(epochs),
        learning_rate=float(rate),
        early_stopping_patience=int(stopping) or None,
        batch_size=int(batch),
        optimizer=optimizer,
        schedule=schedule,
        plateau_patience=int(plateau) or None,
    )


def _optimizer_label(optimizer: Optimizer) -> str:
    return {"adam": "Adam", "sgd": t("SGD, Nesterov momentum 0.9")}[optimizer]


def _schedule_label(schedule: Schedule) -> str:
    return {"constant": t("Constant"), "one-cycle": t("One cycle: up, then down")}[schedule]
