"""The same network in PyTorch: `python -m benchmarks.contenders.pytorch float32|bfloat16 contiguous|channels_last eager|compile`."""

from __future__ import annotations

import contextlib
import os
import sys
import time

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.contenders import BATCH, serve
from resnet.data import load_fashion_mnist


def normed_conv(inputs: int, outputs: int, size: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False), nn.BatchNorm2d(outputs))


class Block(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.first, self.second = normed_conv(inputs, outputs, 3, stride), normed_conv(outputs, outputs, 3)
        self.shortcut = normed_conv(inputs, outputs, 1, stride) if stride > 1 else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        y = self.second(functional.relu(self.first(x), inplace=True))
        return functional.relu(y + self.shortcut(x), inplace=True)


def mini_resnet() -> nn.Module:
    sizes = ((32, 32, 1), (32, 32, 1), (32, 64, 2), (64, 64, 1), (64, 128, 2), (128, 128, 1))
    body = [Block(*size) for size in sizes]
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.3), nn.Linear(128, 10)]
    return nn.Sequential(normed_conv(1, 32, 3), nn.ReLU(inplace=True), *body, *head)


def main() -> None:
    precision, layout, mode = sys.argv[1:]
    torch.set_num_threads(os.cpu_count() or 1)
    memory = torch.channels_last if layout == "channels_last" else torch.contiguous_format
    data = load_fashion_mnist()
    images = torch.from_numpy(data.x_train.copy()).permute(0, 3, 1, 2).contiguous(memory_format=memory)
    labels = torch.from_numpy(data.y_train.copy()).long()
    model = mini_resnet().to(memory_format=memory)
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    forward = torch.compile(model) if mode == "compile" else model
    short = torch.autocast("cpu", torch.bfloat16) if precision == "bfloat16" else contextlib.nullcontext()

    def step() -> None:
        rows = torch.randint(len(images), (BATCH,))
        with short:
            logits = forward(images[rows].contiguous(memory_format=memory))
        loss = functional.cross_entropy(logits.float(), labels[rows])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        loss.item()  # told, as in every other contender

    def answer(line: str) -> str:
        """Images a second over so many batches."""
        began = time.perf_counter()
        for _ in range(int(line)):
            step()
        return str(BATCH * int(line) / (time.perf_counter() - began))

    step()
    serve(answer)


if __name__ == "__main__":
    main()
