"""What the inspect worker has made for questions and may need again: networks, and what was measured of them, in so many bytes at most."""

from __future__ import annotations

import gc
from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from resnet.footprint import weight_memory
from resnet.plan import Plan

FLOAT32 = 4  # bytes

Asked = ParamSpec("Asked")
Made = TypeVar("Made")


class Memory:
    """What functions returned for their arguments, the one used last at the end. For one thread, as a worker that answers questions is."""

    def __init__(self, most: int) -> None:
        """`most` is in bytes, for all functions together."""
        self.most = most
        self._kept: OrderedDict[Any, tuple[int, Any]] = OrderedDict()

    @property
    def held(self) -> int:
        """Bytes."""
        return sum(size for size, _ in self._kept.values())

    def keeps(self, size: Callable[Asked, int]) -> Callable[[Callable[Asked, Made]], Callable[Asked, Made]]:
        """Decorates a function whose answers are to be kept. `size` says from the same arguments how many bytes an answer takes.

        Room is made before a thing is, so that old and new need not fit in together. One that is larger than all the room is kept alone.
        """

        def decorate(make: Callable[Asked, Made]) -> Callable[Asked, Made]:
            @wraps(make)
            def kept(*args: Asked.args, **kwargs: Asked.kwargs) -> Made:
                key = make, args, tuple(sorted(kwargs.items()))
                if key not in self._kept:
                    needed = size(*args, **kwargs)
                    self.make_room(needed)
                    made = make(*args, **kwargs)
                    self.make_room(needed)  # to make it, others may have been made
                    self._kept[key] = needed, made
                self._kept.move_to_end(key)
                found: Made = self._kept[key][1]
                return found

            return kept

        return decorate

    def make_room(self, needed: int) -> None:
        """Forget, what was used longest ago first, until so many bytes more are within `most`, or nothing is left."""
        before = len(self._kept)
        while self._kept and self.held + needed > self.most:
            self._kept.popitem(last=False)
        if len(self._kept) < before:
            gc.collect()  # a functional model refers to itself in circles


# A ResNet-101 and the plane of its landscape, or two ResNet-152s. Dask ends a worker that takes more than its share of the machine, a
# quarter, of which TensorFlow itself has 0.8 GB.
MEMORY = Memory(512 * 2**20)


def make_room_for(network: Plan) -> None:
    """For a network that is built for one question and not kept: drawing its first weights takes up to three times their bytes."""
    MEMORY.make_room(3 * weight_memory(network))
