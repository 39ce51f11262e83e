"""What experiments, choices of prediction and recordings are called."""

from __future__ import annotations

from collections.abc import Mapping

from pages.parts.i18n import t, tn
from resnet.experiments.catalogue import Key
from resnet.experiments.recordings import Recording


def experiment_titles() -> Mapping[Key, str]:
    """The experiments in the order of a lesson, by their key in the address."""
    return {
        "disease": t("1 The disease"),
        "cure": t("2 The cure"),
        "rescue": t("3 Rescue"),
        "gradient": t("4 Gradient"),
        "lesion": t("5 Lesion"),
        "identity": t("6 Identity"),
        "depth": t("7 Depth"),
        "rate": t("8 Rate too high"),
    }


def prediction_of(experiment: str, view: str, depth: int) -> tuple[str, Mapping[str, str]]:
    """The question a student answers before the data comes, and the choices by their keys, which are the same at any `depth`."""
    plain_deep, residual_deep = f"plain-{depth}", f"residual-{depth}"
    lower = t("Training loss at the end: which is lower?")
    never = t("About the same")
    return {
        "disease": (lower, {"deep": plain_deep, "shallow": "plain-20", "same": never}),
        "cure": (
            t("Which of the four ends highest?"),
            {
                "plain-shallow": "plain-20",
                "plain-deep": plain_deep,
                "residual-shallow": "residual-20",
                "residual-deep": residual_deep,
            },
        ),
        "rescue": (
            t("Will a rate of its own rescue plain-56?"),
            {"rescued": t("Yes, as good as residual-56"), "helped": t("It helps, but not enough"), "worse": t("No")},
        )
        if view == "own"
        else (
            t("Will it catch up in 1,000 steps?"),
            {"yes": t("Yes, entirely"), "closing": t("No, but it comes closer"), "no": t("No, the gap stays")},
        ),
        "gradient": (
            t("In the plain network, where is the gradient weakest?"),
            {"input": t("Near the input"), "output": t("Near the output"), "even": t("About the same everywhere")},
        ),
        "lesion": (
            t("One branch out of the middle of residual-56: the accuracy …"),
            {"hardly": t("hardly falls"), "half": t("falls by half or so"), "guessing": t("falls to guessing, 10%")},
        ),
        "identity": (
            t("Which learns to change nothing sooner?"),
            {"plain": t("Two plain convolutions"), "residual": t("The pair with a shortcut"), "same": never},
        ),
        "depth": (
            t("Lowest training loss after equal time?"),
            {name: name for name in ("residual-20", "residual-32", "residual-44", "residual-56")},
        ),
        "rate": (
            t("The loss will …"),
            {"nan": t("become NaN (not a number)"), "plateau": t("stay near guessing"), "learned": t("come down all the same")},
        ),
    }[experiment]


def machine_words(machine: str) -> str:
    """The machine that a recording was made on, such as "AMD EPYC, 2 cores"."""
    processor, _, cores = machine.removesuffix(" cores").rpartition(", ")
    return tn("{processor}, {n} core", "{processor}, {n} cores", int(cores), processor=processor) if cores.isdecimal() else machine


def about_recording(recording: Recording) -> str:
    """Where and when a recording was made, and of what."""
    config = recording.config
    made = t(
        "{machine}, {day}; seed {seed}, {optimizer} at {rate:g}, batches of {batch}, {steps:,} steps",
        machine=machine_words(recording.machine),
        day=recording.recorded,
        seed=config.seed,
        optimizer={"adam": "Adam", "sgd": "SGD"}[config.recipe.optimizer],
        rate=config.recipe.learning_rate,
        batch=config.recipe.batch_size,
        steps=config.max_steps or 0,
    )
    if recording.raced == len(config.networks):
        return made
    return t("{made}, from a race of {count}", made=made, count=recording.raced)
