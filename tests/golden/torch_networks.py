"""The networks in PyTorch, written from the papers and not from resnet/: what the goldens are made with.

He et al. 2015 (arXiv 1512.03385), He et al. 2016 (1603.05027), Xie et al. 2017 (1611.05431), Hu et al. 2018 (1709.01507), Zagoruyko and
Komodakis 2016 (1605.07146). Tensors are (batch, channels, height, width). Modules are called as the project calls its layers, so that a
tensor's path in the state dict gives the name its values are drawn by.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import pad


def conv(inputs: int, outputs: int, size: int, stride: int = 1, groups: int = 1) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, size, stride, padding=size // 2, groups=groups, bias=False)


class Projection(nn.Module):
    """Option B of He et al. 2015: a 1x1 convolution, normalised unless the network is pre-activated."""

    def __init__(self, inputs: int, outputs: int, stride: int, normed: bool) -> None:
        super().__init__()
        self.conv = conv(inputs, outputs, 1, stride)
        self.bn = nn.BatchNorm2d(outputs) if normed else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        return self.bn(self.conv(x))


class ZeroPad(nn.Module):
    """Option A of He et al. 2015: every stride-th pixel, and zeros for the channels that x does not have."""

    def __init__(self, missing: int, stride: int) -> None:
        super().__init__()
        self.missing, self.stride = missing, stride

    def forward(self, x: Tensor) -> Tensor:
        return pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.missing))


class SqueezeExcite(nn.Module):
    """Hu et al. 2018, figure 2: each channel is weighted by what the means of all channels say, both layers with biases."""

    def __init__(self, channels: int, reduction: int) -> None:
        super().__init__()
        self.reduce = nn.Linear(channels, channels // reduction)
        self.expand = nn.Linear(channels // reduction, channels)

    def forward(self, x: Tensor) -> Tensor:
        weights = torch.sigmoid(self.expand(torch.relu(self.reduce(x.mean(dim=(2, 3))))))
        return x * weights[:, :, None, None]


class Block(nn.Module):
    """What all blocks share: squeeze-and-excitation, and the way around. Both come last, as in torchvision's state dicts."""

    def add_rest(self, inputs: int, outputs: int, stride: int, *, shortcut: str, se: int | None, normed: bool = True) -> None:
        self.se = SqueezeExcite(outputs, se) if se else nn.Identity()
        self.has_shortcut = shortcut != "none"
        self.is_projected = False
        self.shortcut: nn.Module = nn.Identity()
        if stride == 1 and inputs == outputs:
            return
        if shortcut == "projection":
            self.is_projected = True
            self.shortcut = Projection(inputs, outputs, stride, normed)
        elif shortcut == "zero-pad":
            self.shortcut = ZeroPad(outputs - inputs, stride)


class Basic(Block):
    expansion = 1

    def __init__(self, inputs: int, width: int, stride: int, *, shortcut: str = "projection", se: int | None = None) -> None:
        super().__init__()
        self.conv1, self.bn1 = conv(inputs, width, 3, stride), nn.BatchNorm2d(width)
        self.conv2, self.bn2 = conv(width, width, 3), nn.BatchNorm2d(width)
        self.add_rest(inputs, width, stride, shortcut=shortcut, se=se)

    def forward(self, x: Tensor) -> Tensor:
        y = torch.relu(self.bn1(self.conv1(x)))
        y = self.se(self.bn2(self.conv2(y)))
        return torch.relu(y + self.shortcut(x) if self.has_shortcut else y)


class Bottleneck(Block):
    """`stride_on` is the convolution that takes the stride: 2 in torchvision ("v1.5"), 1 in the paper."""

    expansion = 4

    def __init__(
        self,
        inputs: int,
        width: int,
        stride: int,
        *,
        groups: int = 1,
        width_per_group: int = 64,
        stride_on: int = 2,
        se: int | None = None,
    ) -> None:
        super().__init__()
        inner, outputs = width * width_per_group // 64 * groups, 4 * width
        first, second = (stride, 1) if stride_on == 1 else (1, stride)
        self.conv1, self.bn1 = conv(inputs, inner, 1, first), nn.BatchNorm2d(inner)
        self.conv2, self.bn2 = conv(inner, inner, 3, second, groups), nn.BatchNorm2d(inner)
        self.conv3, self.bn3 = conv(inner, outputs, 1), nn.BatchNorm2d(outputs)
        self.add_rest(inputs, outputs, stride, shortcut="projection", se=se)

    def forward(self, x: Tensor) -> Tensor:
        y = torch.relu(self.bn1(self.conv1(x)))
        y = torch.relu(self.bn2(self.conv2(y)))
        y = self.se(self.bn3(self.conv3(y)))
        return torch.relu(y + self.shortcut(x))


class PreactivationBasic(Block):
    """He et al. 2016, figure 1 (b). A projection shares the first activation with the branch."""

    expansion = 1

    def __init__(self, inputs: int, width: int, stride: int) -> None:
        super().__init__()
        self.bn1, self.conv1 = nn.BatchNorm2d(inputs), conv(inputs, width, 3, stride)
        self.bn2, self.conv2 = nn.BatchNorm2d(width), conv(width, width, 3)
        self.add_rest(inputs, width, stride, shortcut="projection", se=None, normed=False)

    def forward(self, x: Tensor) -> Tensor:
        activated = torch.relu(self.bn1(x))
        y = self.conv1(activated)
        y = self.conv2(torch.relu(self.bn2(y)))
        return y + self.shortcut(activated if self.is_projected else x)


class PreactivationBottleneck(Block):
    """The same with 1x1, 3x3 and 1x1; the stride is the 3x3's."""

    expansion = 4

    def __init__(self, inputs: int, width: int, stride: int) -> None:
        super().__init__()
        self.bn1, self.conv1 = nn.BatchNorm2d(inputs), conv(inputs, width, 1)
        self.bn2, self.conv2 = nn.BatchNorm2d(width), conv(width, width, 3, stride)
        self.bn3, self.conv3 = nn.BatchNorm2d(width), conv(width, 4 * width, 1)
        self.add_rest(inputs, 4 * width, stride, shortcut="projection", se=None, normed=False)

    def forward(self, x: Tensor) -> Tensor:
        activated = torch.relu(self.bn1(x))
        y = self.conv1(activated)
        y = self.conv2(torch.relu(self.bn2(y)))
        y = self.conv3(torch.relu(self.bn3(y)))
        return y + self.shortcut(activated if self.is_projected else x)


class Stem(nn.Module):
    """7x7 stride 2 and max-pool stride 2, or one 3x3 for CIFAR. Pre-activated networks leave the activation to the first block."""

    def __init__(self, width: int, small: bool, preactivation: bool) -> None:
        super().__init__()
        self.conv = conv(3, width, 3) if small else conv(3, width, 7, 2)
        self.bn = nn.Identity() if preactivation else nn.BatchNorm2d(width)
        self.relu = nn.Identity() if preactivation else nn.ReLU()
        self.pool = nn.Identity() if small else nn.MaxPool2d(3, 2, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.pool(self.relu(self.bn(self.conv(x))))


class Head(nn.Module):
    def __init__(self, features: int, classes: int, preactivation: bool) -> None:
        super().__init__()
        self.bn = nn.BatchNorm2d(features) if preactivation else nn.Identity()
        self.relu = nn.ReLU() if preactivation else nn.Identity()
        self.dense = nn.Linear(features, classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.dense(self.relu(self.bn(x)).mean(dim=(2, 3)))


class Network(nn.Module):
    """Stem, stages, head. `forward` gives the stem's output, each stage's, and last the logits."""

    def __init__(self, block: type, depths: tuple[int, ...], *, classes: int, first_width: int = 64, **options: object) -> None:
        super().__init__()
        preactivation = block in (PreactivationBasic, PreactivationBottleneck)
        self.stem = Stem(first_width, small=first_width < 64, preactivation=preactivation)
        self.stages: list[list[nn.Module]] = []  # a plain list: the blocks are registered by their own names
        channels = first_width
        for stage, depth in enumerate(depths):
            width = first_width * 2**stage
            blocks = []
            for number in range(depth):
                blocks.append(block(channels, width, 2 if stage > 0 and number == 0 else 1, **options))
                self.add_module(f"stage{stage + 1}_block{number + 1}", blocks[-1])
                channels = width * block.expansion
            self.stages.append(blocks)
        self.head = Head(channels, classes, preactivation)

    def forward(self, images: Tensor) -> list[Tensor]:
        outputs = [self.stem(images)]
        for blocks in self.stages:
            x = outputs[-1]
            for block in blocks:
                x = block(x)
            outputs.append(x)
        return [*outputs, self.head(outputs[-1])]


NETWORKS = {
    "resnet-18": lambda: Network(Basic, (2, 2, 2, 2), classes=100),
    "resnet-34": lambda: Network(Basic, (3, 4, 6, 3), classes=100),
    "resnet-50": lambda: Network(Bottleneck, (3, 4, 6, 3), classes=100),
    "resnet-50-stride-on-1x1": lambda: Network(Bottleneck, (3, 4, 6, 3), classes=100, stride_on=1),
    "resnet-18-v2": lambda: Network(PreactivationBasic, (2, 2, 2, 2), classes=100),
    "resnet-50-v2": lambda: Network(PreactivationBottleneck, (3, 4, 6, 3), classes=100),
    "resnext-50-32x4d": lambda: Network(Bottleneck, (3, 4, 6, 3), classes=100, groups=32, width_per_group=4),
    "wide-resnet-50-2": lambda: Network(Bottleneck, (3, 4, 6, 3), classes=100, width_per_group=128),
    "se-resnet-18": lambda: Network(Basic, (2, 2, 2, 2), classes=100, se=16),
    "se-resnet-50": lambda: Network(Bottleneck, (3, 4, 6, 3), classes=100, se=16),
    "plain-18": lambda: Network(Basic, (2, 2, 2, 2), classes=100, shortcut="none"),
    "resnet-20": lambda: Network(Basic, (3, 3, 3), classes=10, first_width=16, shortcut="zero-pad"),
}
