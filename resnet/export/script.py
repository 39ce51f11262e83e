"""A network as a Python script that builds and trains it."""

from __future__ import annotations

from resnet.config import Recipe, ResNetConfig
from resnet.export.network_code import network_code, network_constants, traits
from resnet.export.template import specialise
from resnet.export.training_code import download_name, imports, reads_folder, training_code, training_constants
from resnet.plan import plan
from resnet.presets import RECIPES

_MAIN = """
def main():
    parser = argparse.ArgumentParser(description=f"Train {NAME} and save it.")
    parser.add_argument("--data", help="an .npz file; without one, data are downloaded")  #? download
    parser.add_argument("--data", required=True, help="a folder with one per class")  #? folder
    parser.add_argument("--data", required=True, help="an .npz file of images")  #? !download !folder
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--batch-size", type=int, default=BATCH_SIZE)
    arguments = parser.parse_args()

    keras.utils.set_random_seed(SEED)
    training, validation, test = load_data(arguments.data, arguments.batch_size)
    model = build_resnet()
    print(f"{NAME}: {model.count_params():,} parameters")
    train(model, training, validation, arguments.epochs)
    loss, accuracy = model.evaluate(test)
    print(f"test loss {loss:.4f}, test accuracy {accuracy:.4f}")
    model.save("model.keras")


if __name__ == "__main__":
    main()
"""


def python_script(config: ResNetConfig, recipe: Recipe = RECIPES["notebook"]) -> str:
    """A script with this network and this recipe written out, which needs TensorFlow, Keras and NumPy, and nothing of this project.

    Its `build_resnet()` gives the model that `resnet.model.build_resnet(config)` gives, layer by layer. It trains on Fashion-MNIST
    or CIFAR-10 where the network fits one of them, otherwise on a folder of images, or on arrays where image files cannot have so
    many channels. Formatted as `ruff format` would at its usual 88 columns.
    """
    standard, packages = imports(config, recipe)
    uses = {"download": download_name(config) is not None, "folder": reads_folder(config)}
    opening = "\n\n".join(
        [
            _docstring(config),
            "\n".join(["import argparse", *([standard] if standard else [])]),
            packages,
            network_constants(config) + "\n\n" + training_constants(recipe),
        ]
    )
    functions = [*network_code(config).values(), *training_code(config, recipe).values(), specialise(_MAIN, uses)]
    return "\n\n\n".join([opening, *functions]) + "\n"


def _docstring(config: ResNetConfig) -> str:
    network, name = plan(config), download_name(config)
    if name:
        data = (
            f"Trains on {name}, which Keras downloads once, or with `--data FILE.npz` on the\narrays x_train, y_train, x_test and y_test."
        )
    elif reads_folder(config):
        data = "Trains with `--data FOLDER` on a folder that holds one folder of images per class."
    else:
        data = "Trains with `--data FILE.npz` on the arrays x_train, y_train, x_test and y_test."
    saved = "The trained network is saved as model.keras."
    if traits(config)["own_layer"]:
        saved += " It has a layer that Keras does not\nhave: import this file before loading it."
    return (
        f'"""{config.name} in Keras.\n\n'
        f"{config.depth} layers deep, {network.trainable_parameters:,} trainable parameters,\n"
        f"{network.macs:,} multiply-adds for an image.\n\n"
        f"{data}\n{saved}\n"
        'Needs tensorflow, keras (3.15 or later) and numpy.\n"""'
    )
