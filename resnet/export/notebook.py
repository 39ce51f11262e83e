"""A network as a Jupyter notebook that explains, builds and trains it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from resnet.config import Recipe, ResNetConfig
from resnet.export import prose
from resnet.export.network_code import network_code, network_constants
from resnet.export.training_code import download_name, imports, training_code, training_constants
from resnet.plan import Plan, plan
from resnet.presets import RECIPES
from resnet.wording import Translate, english

Section: TypeAlias = tuple[str | None, str | None]  # words, and the code they are about

_BUILD = """\
keras.utils.set_random_seed(SEED)
model = build_resnet()
print(f"{model.count_params():,} parameters")"""

LOAD = "training, validation, test = load_data(DATA, BATCH_SIZE)"

FIT = "history = train(model, training, validation, EPOCHS).history"

CURVES = """\
epochs = range(1, len(history["loss"]) + 1)
try:
    import matplotlib.pyplot as plt
except ImportError:  # then as numbers
    for name, values in history.items():
        print(name, [round(value, 4) for value in values])
else:
    figure, plots = plt.subplots(1, 2, figsize=(10, 3.5))
    for plot, name in zip(plots, ("loss", "accuracy"), strict=True):
        plot.plot(epochs, history[name], color="C0", label="training")
        plot.plot(epochs, history[f"val_{name}"], "--", color="C0", label="validation")
        plot.set(title=name, xlabel="epoch")
        plot.legend()
    plt.show()"""

TEST = """\
loss, accuracy = model.evaluate(test)
print(f"test loss {loss:.4f}, test accuracy {accuracy:.4f}")
model.save("model.keras")"""


def notebook(config: ResNetConfig, recipe: Recipe = RECIPES["notebook"], t: Translate = english) -> str:
    """The code of `python_script` in cells, with `t`'s words between them: a .ipynb document of version 4.5.

    Its text is the same for the same arguments, and holds no outputs.
    """
    return document(_cells(config, recipe, t))


def document(cells: Sequence[dict[str, Any]]) -> str:
    """The text of a .ipynb file with these cells, made by `markdown_cell` and `code_cell`."""
    import nbformat  # half a second, which no page should wait for

    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    numbered = [nbformat.from_dict({**cell, "id": f"cell-{number:02}"}) for number, cell in enumerate(cells, start=1)]
    book = nbformat.v4.new_notebook(cells=numbered, metadata=metadata)
    nbformat.validate(book)
    text: str = nbformat.writes(book)
    return text.rstrip("\n") + "\n"


def _cells(config: ResNetConfig, recipe: Recipe, t: Translate) -> list[dict[str, Any]]:
    network = plan(config)
    code = {**network_code(config), **training_code(config, recipe)}
    path = "None" if download_name(config) else '"data"'
    sections = (
        (prose.opening(network, t), "\n\n".join(part for part in imports(config, recipe) if part)),
        (prose.settings(t), network_constants(config)),
        (None, training_constants(recipe) + f"\nDATA = {path}"),
        *network_sections(network, code, t),
        (None, _BUILD),
        (prose.data(config, t), code["data"]),
        (None, LOAD),
        (prose.augmentation(t), code.get("augment")),
        (prose.schedule(t), code.get("schedule")),
        (prose.smoothing(t), code.get("loss")),
        (prose.training(recipe, t), code["train"]),
        (None, FIT),
        (prose.curves(t), CURVES),
        (prose.test(config, t), TEST),
    )
    return cells_of(sections)


def network_sections(network: Plan, code: Mapping[str, str], t: Translate) -> tuple[Section, ...]:
    """How the network is built, from its own layers to the whole: what every notebook that builds one has."""
    config = network.config
    return (
        (prose.layers(config, t), code["layers"]),
        (prose.squeeze_excite(t), code.get("squeeze_excite")),
        (prose.zero_pad_shortcut(t), code.get("zero_pad_shortcut")),
        (prose.block(config, t), code["block"]),
        (prose.stem(config, t), code.get("minus_infinity")),
        (None if "minus_infinity" in code else prose.stem(config, t), code["stem"]),
        (prose.head(config, t), code["head"]),
        (prose.whole(network, t), code["network"]),
    )


def cells_of(sections: Iterable[Section]) -> list[dict[str, Any]]:
    """A cell of words and one of code for each section; one without code is left out."""
    cells = []
    for words, source in sections:
        if source:
            cells += [markdown_cell(words), code_cell(source)] if words else [code_cell(source)]
    return cells


def markdown_cell(text: str) -> dict[str, Any]:
    """Words between the code."""
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def code_cell(text: str) -> dict[str, Any]:
    """Code that has not run yet."""
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": text}
