"""What a visitor asks for before a run starts: data set, recipe, its numbers, seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar, get_args

import streamlit as st

from pages.parts.i18n import t
from resnet.config import MAX_BATCH, MAX_EPOCHS, Augmentation, DatasetName, Optimizer, Precision, Recipe, Schedule
from resnet.datasets import DATASETS
from resnet.presets import RECIPES

_Word = TypeVar("_Word", bound=str)

_SESSION_KEY = "training_form"
_ORDER = ("quick-demo", "notebook", "fast")  # from the left; that of a race is the experiments' own


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
    return {
        "fashion-mnist": t("All {images:,}", images=images),
        "fashion-mnist-subset": t("Subset of {images:,}", images=images),
        "fashion-mnist-14": t("Subset of {images:,}, 14×14", images=images),
    }[dataset]


def recipe_label(name: str) -> str:
    """The recipe's name as a page writes it."""
    return {"quick-demo": t("Quick demo"), "notebook": t("Notebook"), "fast": t("Fast")}.get(name, name)


def training_form() -> TrainingForm:
    """Draw the form and return what it says."""
    form: TrainingForm = st.session_state.setdefault(_SESSION_KEY, TrainingForm())
    datasets: tuple[DatasetName, ...] = ("fashion-mnist-subset", "fashion-mnist")
    dataset = st.segmented_control(
        t("Fashion-MNIST images"),
        datasets,
        format_func=dataset_label,
        key=_told("training_dataset", form.dataset),
        required=True,
        width="stretch",
    )
    form.dataset = dataset or form.dataset
    name = st.segmented_control(
        t("Recipe"),
        _ORDER,
        format_func=recipe_label,
        key=_told("training_recipe", form.recipe_name),
        required=True,
        width="stretch",
    )
    if name and name != form.recipe_name:
        form.recipe_name, form.recipe = name, RECIPES[name]
    # Its label never changes: with another one the browser would take it for another expander, and close it under the hand.
    with st.expander(t("The recipe's numbers"), icon=":material/tune:"):
        state = st.container(horizontal=True, wrap=False, horizontal_alignment="distribute", vertical_alignment="center")
        form.recipe = _recipe_numbers(form)
        form.seed = int(
            st.number_input(
                t("Seed"),
                0,
                2**31 - 1,
                key=_told("training_seed", form.seed),
                help=t("The same seed gives the same first weights and the same order of images."),
            )
        )
        with state:
            _recipe_state(form)
    return form


def _told(key: str, value: object) -> str:
    """The key of a control that starts with `value`, also after a visit to another page, where Streamlit forgets it.

    A start value as an argument would change with every edit, and a control without a key is a new one whenever its arguments change.
    """
    if key not in st.session_state:
        st.session_state[key] = value
    return key


def _recipe_state(form: TrainingForm) -> None:
    """Whether these are the recipe's own numbers, and the way back to them."""
    changed = form.recipe != RECIPES[form.recipe_name]
    if changed:
        st.badge(t("Changed"), icon=":material/edit:", color="orange")
    else:
        st.badge(t("Unchanged"), icon=":material/verified:", color="gray")
    st.button(
        t("Reset"),
        key="training_reset",
        type="tertiary",
        icon=":material/undo:",
        disabled=not changed,
        on_click=_reset,
        args=(form,),
        help=t("Back to {preset}.", preset=recipe_label(form.recipe_name)),
    )


def _reset(form: TrainingForm) -> None:
    form.recipe = RECIPES[form.recipe_name]
    for key in [key for key in st.session_state if str(key).startswith(_numbers_key(form))]:
        del st.session_state[key]


def _numbers_key(form: TrainingForm) -> str:
    """What the keys of a recipe's numbers begin with."""
    return f"recipe_{form.recipe_name}_"


def _recipe_numbers(form: TrainingForm) -> Recipe:
    recipe, key = form.recipe, _numbers_key(form)
    left, right = st.columns(2)
    with left:
        epochs = st.number_input(t("Epochs, at most"), 1, MAX_EPOCHS, key=_told(f"{key}epochs", recipe.epochs))
        step = RECIPES[form.recipe_name].learning_rate / 10
        rate = _small_number(t("Learning rate"), 1e-7, 100.0, step, _told(f"{key}rate", recipe.learning_rate))
    with right:
        batch = st.number_input(t("Batch size"), 1, MAX_BATCH, key=_told(f"{key}batch", recipe.batch_size))
        optimizer: Optimizer = _choice(t("Optimizer"), get_args(Optimizer), _optimizer_label, _told(f"{key}optimizer", recipe.optimizer))
    recipe = replace(recipe, epochs=int(epochs), learning_rate=rate, batch_size=int(batch), optimizer=optimizer)
    return _regularisation(_over_time(recipe, key), key)


def _small_number(label: str, least: float, most: float, step: float, key: str, help: str | None = None) -> float:
    """A field for a number that may be far below 1: as many digits as it has."""
    return float(st.number_input(label, least, most, step=step, format="%.2g", key=key, help=help))


def _choice(label: str, choices: tuple[_Word, ...], words: Callable[[_Word], str], key: str, help: str | None = None) -> _Word:
    return st.selectbox(label, choices, format_func=words, key=key, help=help)


def _over_time(recipe: Recipe, key: str) -> Recipe:
    """What becomes of the rate, and when the run ends."""
    left, right = st.columns(2, vertical_alignment="bottom")
    with left:
        stopping = st.number_input(
            t("Early stopping, patience"),
            0,
            MAX_EPOCHS,
            key=_told(f"{key}stopping", recipe.early_stopping_patience or 0),
            help=t("Epochs without a lower validation loss before the run ends and the best weights come back. 0 turns it off."),
        )
    with right:
        schedule: Schedule = _choice(t("Schedule"), get_args(Schedule), _schedule_label, _told(f"{key}schedule", recipe.schedule))
    constant = schedule == "constant"
    plateau = st.number_input(
        t("Halve the rate on a plateau, patience"),
        0,
        MAX_EPOCHS,
        key=_told(f"{key}plateau_{schedule}", (recipe.plateau_patience or 0) if constant else 0),
        disabled=not constant,
        help=t("Epochs without a lower validation loss before the rate is halved, never below 1e-6. 0 turns it off."),
    )
    stopping_patience, plateau_patience = int(stopping) or None, int(plateau) or None
    return replace(recipe, schedule=schedule, early_stopping_patience=stopping_patience, plateau_patience=plateau_patience)


def _regularisation(recipe: Recipe, key: str) -> Recipe:
    """What keeps the network from learning by heart, and what layers compute in."""
    left, right = st.columns(2)
    with left:
        shrinks = t("Each step also shrinks every kernel by the rate times this share of itself.")
        decay = _small_number(t("Weight decay"), 0.0, 1.0, 1e-4, _told(f"{key}decay", recipe.weight_decay), shrinks)
        mirrors = t("Mirrors every second training image at random; shifts each by up to 2 pixels.")
        augmentation: Augmentation = _choice(
            t("Augmentation"), get_args(Augmentation), _augmentation_label, _told(f"{key}augmentation", recipe.augmentation), mirrors
        )
    with right:
        spreads = t("Share of the target that is taken from the right class and spread over all.")
        smoothing = _small_number(t("Label smoothing"), 0.0, 0.9, 0.01, _told(f"{key}smoothing", recipe.label_smoothing), spreads)
        computes = t(
            "What layers compute in. Automatic takes bfloat16 where a short measurement on the training machine shows that it pays."
        )
        precision: Precision = _choice(
            t("Precision"), get_args(Precision), _precision_label, _told(f"{key}precision", recipe.precision), computes
        )
    return replace(recipe, weight_decay=decay, label_smoothing=smoothing, augmentation=augmentation, precision=precision)


def _optimizer_label(optimizer: Optimizer) -> str:
    return {"adam": "Adam", "sgd": t("SGD, Nesterov momentum 0.9")}[optimizer]


def _schedule_label(schedule: Schedule) -> str:
    return {"constant": t("Constant"), "one-cycle": t("One cycle: up, then down")}[schedule]


def _augmentation_label(augmentation: Augmentation) -> str:
    return {"none": t("None"), "flip": t("Mirror"), "flip-shift": t("Mirror and shift")}[augmentation]


def _precision_label(precision: Precision) -> str:
    return {"auto": t("Automatic"), "float32": "float32", "bfloat16": "bfloat16"}[precision]
