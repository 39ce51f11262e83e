"""A run as a script that trains its network again, and needs nothing of this project."""

from __future__ import annotations

from resnet.export.run_code import DATA_FILES, POLICY, Reproducible, run_code, run_constants, run_imports
from resnet.export.template import specialise
from resnet.plan import plan

_MAIN = """
def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", help="an .npz file of images; none: download")  #? download
    parser.add_argument("--data", default="FILE", help="the images")  #? !download
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    arguments = parser.parse_args()

    POLICY  #? mixed
    training, validation, test = load_data(arguments.data)
    model = build_resnet()
    draw_weights(model)
    print(f"{NAME}: {model.count_params():,} parameters")
    batches = training_batches(*training, arguments.epochs)
    train(model, batches, evaluation_batches(*validation), arguments.epochs)
    loss, accuracy = model.evaluate(evaluation_batches(*test))  #? !watched
    _, accuracy, loss = model.evaluate(evaluation_batches(*test))  #? watched
    print(f"test loss {loss:.4f}, test accuracy {accuracy:.4f}")
    SAVE


if __name__ == "__main__":
    main()
"""


_NO_PRECISION = """\
It is not known in which precision the layers of the run computed. Here it is
float32, which may come to other losses."""


def run_script(known: Reproducible) -> str:
    """A script that trains the network as the run did, and prints what to compare. It needs TensorFlow, Keras and NumPy.

    `--epochs 1` trains the first epoch alone, just as in the whole run.
    """
    standard, packages = run_imports(known)
    file = DATA_FILES[known.config.dataset]
    uses = {"download": file is None, "mixed": known.mixed, "watched": known.config.recipe.label_smoothing > 0}
    main = (
        specialise(_MAIN, uses).replace("FILE", file or "").replace("POLICY", POLICY).replace("SAVE", saving(known).replace("\n", "\n    "))
    )
    opening = [f'"""{_docstring(known)}"""', f"import argparse\n{standard}", packages, run_constants(known)]
    return "\n\n\n".join(["\n\n".join(opening), *run_code(known).values(), main]) + "\n"


def saving(known: Reproducible) -> str:
    """What saves the trained network so that it opens without the code that trained it."""
    save = 'model.save("model.keras")'
    if known.config.recipe.label_smoothing:
        return f"model = keras.Model(model.input, model.output, name=NAME)  # without its loss\n{save}"
    return save


def _docstring(known: Reproducible) -> str:
    network, file = plan(known.network), DATA_FILES[known.config.dataset]
    told = [f"    {words:<36}{value:.4f}" for words, value in figures(known)]
    stepped_in = ", ".join(map(str, known.steered))
    parts = [
        f"{known.network.name}, trained again as run {known.run} of ResNet Lab trained it.",
        f"{known.network.depth} layers deep, {network.trainable_parameters:,} trainable parameters.",
        "First weights, batches and their order are those of the run. Other machines and\n"
        "versions round otherwise, which shows after some hundred steps.",
        *([_NO_PRECISION] if known.precision is None else []),
        *(["The run came to\n\n" + "\n".join(told)] if told else []),
        *([f"Somebody stepped in after step {stepped_in}, which this script does not do."] if stepped_in else []),
        ("Keras downloads the images once" if file is None else f"The images are in {file}, to be beside this file")
        + ";\n`--data` names another file. The trained network is saved as model.keras.\n"
        "Needs tensorflow, keras (3.15 or later) and numpy.",
    ]
    return "\n\n".join(parts) + "\n"


def figures(known: Reproducible) -> list[tuple[str, float]]:
    """What the run came to, under the names that the training prints."""
    loss = "cross_entropy" if known.config.recipe.label_smoothing else "loss"
    first = [(f"training {loss} of epoch 1", known.first_loss)] if known.first_loss is not None else []
    test = [("test loss", known.test[0]), ("test accuracy", known.test[1])] if known.test else []
    return [*first, *test]
