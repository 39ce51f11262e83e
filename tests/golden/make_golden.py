"""Makes the goldens anew: what PyTorch computes for the networks of this project. Not part of the app, of its tests or of CI.

    python3 -m venv /tmp/torchenv
    /tmp/torchenv/bin/pip install torch==2.14.1 torchvision==0.29.1 numpy
    /tmp/torchenv/bin/python -m tests.golden.make_golden        (from the project's folder; half a minute)

All is computed in float64 on weights that are float32 numbers, so that the goldens are exact for float32. Nothing is written unless
each network that torchvision has computes the same in torchvision's own code.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import torchvision
from torch import nn

from tests.golden.torch_networks import NETWORKS, SqueezeExcite
from tests.golden.weights_by_name import GAINS, USUAL_GAIN, draw, draw_images, summarise

FOLDER = Path(__file__).parent
TOLERANCE = 1e-9
IMAGENET_SIZES, CIFAR_SIZES = ((64, 64), (61, 75)), ((32, 32), (29, 35))
BATCH_NORM = {"weight": "gamma", "bias": "beta", "running_mean": "moving_mean", "running_var": "moving_variance"}
OTHERS = {"weight": "kernel", "bias": "bias"}


def paper_resnet50() -> nn.Module:
    """Torchvision's ResNet-50 with the strides where He et al. 2015 have them."""
    model = torchvision.models.resnet50(num_classes=100)
    for layer in (model.layer2, model.layer3, model.layer4):
        layer[0].conv1.stride, layer[0].conv2.stride = (2, 2), (1, 1)
    return model


TORCHVISION: dict[str, Callable[[], nn.Module]] = {
    "resnet-18": lambda: torchvision.models.resnet18(num_classes=100),
    "resnet-34": lambda: torchvision.models.resnet34(num_classes=100),
    "resnet-50": lambda: torchvision.models.resnet50(num_classes=100),
    "resnet-50-stride-on-1x1": paper_resnet50,
    "resnext-50-32x4d": lambda: torchvision.models.resnext50_32x4d(num_classes=100),
    "wide-resnet-50-2": lambda: torchvision.models.wide_resnet50_2(num_classes=100),
}
NAMED = ("resnet-18", "resnet-50", "resnext-50-32x4d")  # whose torchvision names are committed


def weight_names(network: nn.Module) -> dict[str, tuple[str, str]]:
    """Path in the state dict → (layer, weight) as the project calls it; the counters of batch norms have no counterpart."""
    names = {}
    for path, module in network.named_modules():
        known = BATCH_NORM if isinstance(module, nn.BatchNorm2d) else OTHERS
        names.update({f"{path}.{theirs}": (path.replace(".", "_"), ours) for theirs, ours in known.items()})
    return names


def fill(network: nn.Module, gain: float) -> None:
    """Draw every weight by its name. PyTorch keeps (outputs, inputs, height, width) where Keras keeps (height, width, inputs, outputs)."""
    names = weight_names(network)
    for path, tensor in network.state_dict().items():
        if not path.endswith("num_batches_tracked"):
            shape = tuple(tensor.shape)
            drawn = draw(*names[path], (*shape[2:], *reversed(shape[:2])), gain)
            tensor.copy_(torch.from_numpy(drawn if drawn.ndim == 1 else drawn.transpose(*_outputs_first(drawn.ndim))))


def _outputs_first(axes: int) -> tuple[int, ...]:
    return (axes - 1, axes - 2, *range(axes - 2))


def to_torch(images: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(images.transpose(0, 3, 1, 2).astype(np.float64))


def check(network: nn.Module, reference: nn.Module, images: torch.Tensor) -> None:
    """Stop where the network does not compute what torchvision's does with the same weights: both list them in the same order."""
    reference.load_state_dict(dict(zip(reference.state_dict(), network.state_dict().values(), strict=True)))
    difference = (reference.double().eval()(images) - network(images)[-1]).abs().max().item()
    if difference > TOLERANCE:
        raise SystemExit(f"{type(reference).__name__} and torch_networks.py differ by {difference}")


def check_squeeze_excite() -> None:
    """The same against torchvision's module, whose fully connected layers are 1x1 convolutions."""
    ours, theirs = SqueezeExcite(32, 4).double(), torchvision.ops.SqueezeExcitation(32, 8).double()
    fill(ours, 2.0)
    for mine, other in zip(ours.state_dict().values(), theirs.state_dict().values(), strict=True):
        other.copy_(mine.reshape(other.shape))
    x = to_torch(draw_images(9, 7, 32))
    if (ours(x) - theirs(x)).abs().max() > TOLERANCE:
        raise SystemExit("SqueezeExcite differs from torchvision's")


def goldens_of(name: str) -> dict[str, np.ndarray]:
    """Logits (2, classes), moments (stem and stages, 2) and values (stem and stages, 16) of one network for images of two sizes."""
    network = NETWORKS[name]().double().eval()
    fill(network, GAINS.get(name, USUAL_GAIN))
    goldens = {}
    for height, width in CIFAR_SIZES if name == "resnet-20" else IMAGENET_SIZES:
        images = to_torch(draw_images(height, width, 3))
        if name in TORCHVISION:
            check(network, TORCHVISION[name](), images)
        *stages, logits = (output.numpy() for output in network(images))
        summaries = [summarise(stage.transpose(0, 2, 3, 1)) for stage in stages]
        case = f"{name}/{height}x{width}"
        goldens[f"{case}/logits"] = logits
        goldens[f"{case}/moments"] = np.stack([moments for moments, _ in summaries])
        goldens[f"{case}/values"] = np.stack([values for _, values in summaries])
        print(f"{case}: logits spread over {logits.std():.2f}, the two images' differ by {np.abs(logits[0] - logits[1]).max():.2f}")
    return goldens


def torchvision_names(name: str) -> list[tuple[str, list[int], str, str]]:
    """Every tensor of torchvision's state dict: name, shape, and the layer and weight of this project that it belongs to, "" if none."""
    theirs, network = TORCHVISION[name]().state_dict(), NETWORKS[name]()
    ours = weight_names(network)
    return [
        (name, list(tensor.shape), *ours.get(path, ("", "")))
        for (name, tensor), path in zip(theirs.items(), network.state_dict(), strict=True)
    ]


def main() -> None:
    torch.set_grad_enabled(False)
    check_squeeze_excite()
    goldens: dict[str, np.ndarray] = {}
    for name in NETWORKS:
        goldens |= goldens_of(name)
    np.savez_compressed(FOLDER / "goldens.npz", **{name: array.astype(np.float32) for name, array in goldens.items()})
    networks = [f"{json.dumps(name)}: [\n" + ",\n".join(json.dumps(entry) for entry in torchvision_names(name)) + "\n]" for name in NAMED]
    (FOLDER / "torchvision_names.json").write_text("{\n" + ",\n".join(networks) + "\n}\n")


if __name__ == "__main__":
    main()
