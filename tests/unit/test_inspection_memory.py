"""What the inspect worker keeps: within so many bytes, the one used last longest, and what was forgotten is freed."""

from __future__ import annotations

import weakref

import pytest

from resnet.embedded import EMBEDDED
from resnet.inquiries import Subject
from resnet.inspection.memory import MEMORY, Memory, make_room_for
from resnet.inspection.subjects import network_of
from resnet.plan import plan


def test_what_is_kept_stays_within_so_many_bytes() -> None:
    memory, made = Memory(100), list[int]()

    @memory.keeps(lambda size: size)
    def make(size: int) -> str:
        made.append(size)
        return f"{size} bytes"

    assert [make(40), make(50), make(40)] == ["40 bytes", "50 bytes", "40 bytes"]
    assert (made, memory.held) == ([40, 50], 90)
    make(30)  # in the room of 50, which was used before 40
    assert memory.held == 70
    make(40)
    assert made == [40, 50, 30]
    make(500)
    assert memory.held == 500, "one that is larger than all the room is kept alone"
    make(500)
    assert made == [40, 50, 30, 500]
    make(1)
    assert memory.held == 1


def test_functions_share_the_room_and_may_need_each_other() -> None:
    memory, made = Memory(100), list[str]()

    @memory.keeps(lambda name: 60)
    def network(name: str) -> str:
        made.append(name)
        return name

    @memory.keeps(lambda name: 50)
    def known(name: str) -> str:
        return f"{network(name)} known"

    assert known("a") == known("a") == "a known"
    assert (made, memory.held) == (["a"], 50)


def test_there_is_room_before_something_new_is_made() -> None:
    memory, held = Memory(100), list[int]()

    @memory.keeps(lambda size: size)
    def make(size: int) -> None:
        held.append(memory.held)

    make(70)
    make(60)
    assert held == [0, 0]


def test_what_could_not_be_made_is_not_kept() -> None:
    memory = Memory(100)

    @memory.keeps(lambda name: 10)
    def fail(name: str) -> None:
        raise ValueError(name)

    for _ in range(2):
        with pytest.raises(ValueError, match="a"):
            fail("a")
    assert memory.held == 0


def test_a_network_that_made_room_for_another_is_freed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 68,594 and 69,250 parameters, four bytes each."""
    monkeypatch.setattr(MEMORY, "most", 400_000)
    MEMORY.make_room(400_000)  # of what other tests have asked about
    first = network_of(Subject("residual-20"))
    assert network_of(Subject("residual-20")) is first
    freed = weakref.ref(first.model)
    del first
    network_of(Subject("plain-20"))
    assert freed() is None
    freed = weakref.ref(network_of(Subject("plain-20")).model)
    make_room_for(plan(EMBEDDED["residual-56"].network))
    assert freed() is None, "one that is built for a single question has the room, too"
