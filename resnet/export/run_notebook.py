"""A run as a Jupyter notebook that explains its network, trains it again and compares."""

from __future__ import annotations

from resnet.export import prose
from resnet.export.notebook import CURVES, cells_of, document, network_sections
from resnet.export.run_code import BUILD, DATA_FILES, POLICY, Reproducible, run_code, run_constants, run_imports
from resnet.export.run_script import figures, saving
from resnet.plan import plan
from resnet.wording import Translate, english

_COUNT = 'print(f"{model.count_params():,} parameters")'

_LOAD = "training, validation, test = load_data(DATA)"

_FIT = """\
batches = training_batches(*training, EPOCHS)
history = train(model, batches, evaluation_batches(*validation), EPOCHS).history"""

_TEST = """\
measured = model.evaluate(evaluation_batches(*test), return_dict=True)
print({name: round(value, 4) for name, value in measured.items()})"""


def run_notebook(known: Reproducible, t: Translate = english) -> str:
    """The code of `run_script` in cells, with `t`'s words between them: a .ipynb document of version 4.5 without outputs."""
    config, recipe, network = known.network, known.config.recipe, plan(known.network)
    code = run_code(known)
    file = DATA_FILES[known.config.dataset]
    build = "\n".join([*([POLICY] if known.mixed else []), BUILD, _COUNT])
    sections = (
        (_opening(known, t), "\n\n".join(run_imports(known))),
        (prose.settings(t), f"{run_constants(known)}\nDATA = {_quoted(file)}"),
        *network_sections(network, code, t),
        (_first_weights(t), code["draw"]),
        (None, build),
        (_data(known, t), code["data"]),
        (None, _LOAD),
        (prose.augmentation(t), code.get("augment")),
        (_batches(t), code["batches"]),
        (prose.schedule(t), code.get("schedule")),
        (prose.smoothing(t), code.get("loss")),
        (None, code.get("stop")),
        (prose.training(recipe, t), code["train"]),
        (None, _FIT),
        (prose.curves(t), CURVES),
        (prose.test(config, t), f"{_TEST}\n{saving(known)}"),
    )
    return document(cells_of(sections))


def _quoted(file: str | None) -> str:
    return "None" if file is None else f'"{file}"'


def _opening(known: Reproducible, t: Translate) -> str:
    same = t(
        "It trains the network again as run {run} of ResNet Lab did: from the same first weights, on the same batches in the same order. "
        "Other machines and versions round otherwise, which shows after some hundred steps.",
        run=known.run,
    )
    parts = [prose.opening(plan(known.network), t), same]
    if known.precision is None:
        parts.append(
            t("It is not known in which precision the layers of the run computed. Here it is float32, which may come to other losses.")
        )
    told = figures(known)
    if told:
        rows = [f"| `{name}` | {value:.4f} |" for name, value in told]
        parts.append("\n".join([f"| {t('What the run came to')} | |", "|---|--:|", *rows]))
    if known.steered:
        parts.append(
            t(
                "Somebody stepped in after step {steps}, which this notebook does not do: from there on its course is another one.",
                steps=", ".join(map(str, known.steered)),
            )
        )
    return "\n\n".join(parts)


def _first_weights(t: Translate) -> str:
    text = t("Each layer's first weights are drawn from a seed of its own, and these seeds from `SEED`: the same ones wherever this runs.")
    return f"## {t('First weights')}\n\n{text}"


def _batches(t: Translate) -> str:
    text = t("The order of an epoch depends on `SEED` and on the epoch's number alone, so that a second run sees the same batches.")
    return f"## {t('Batches')}\n\n{text}"


def _data(known: Reproducible, t: Translate) -> str:
    text = t("The last images of those to train on validate; the test images are looked at once, at the end.")
    file = DATA_FILES[known.config.dataset]
    if file is None:
        where = t("`DATA` says where the images are: `None` downloads {dataset} once.", dataset="Fashion-MNIST")
    else:
        where = t("`DATA` names the file of the images, {file}, which comes with this notebook.", file=f"`{file}`")
    return f"## {t('Data')}\n\n{text}\n\n{where}"
