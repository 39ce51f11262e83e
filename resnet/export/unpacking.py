"""A .zip that somebody brought: how much of one is looked at, and how much may come out of it, whatever it says of itself."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from resnet.config import ResNetConfig
from resnet.errors import FileError, Listed
from resnet.export.events_checked import MOST_EVENTS, MOST_TOLD
from resnet.plan import Plan, plan

MOST_BYTES = 200 * 2**20  # of the file, as much as the page's uploader takes
MOST_MEMBERS = 100  # a run has one and one a network, a .keras file a handful
MOST_LAYERS = 5_000  # of all networks, as many as are built on request
MOST_WEIGHTS = MOST_BYTES - 16 * 2**20  # bytes of all networks, so that they and all else are sure to fit into the file
_ENTRY = b"PK\x01\x02"  # begins each entry of a .zip's list of members


@contextmanager
def opened(data: bytes) -> Iterator[zipfile.ZipFile]:
    """The archive. Raises FileError for bytes that are none, or too many, for too many members, and where a member cannot be unpacked."""
    if len(data) > MOST_BYTES:
        raise FileError("the file has {size:,} bytes, at most {most:,} are taken", size=len(data), most=MOST_BYTES)
    entries = data.count(_ENTRY)  # before `zipfile` makes an object of each
    if entries > MOST_MEMBERS:
        raise FileError("the archive has {count:,} members, at most {most:,} are looked at", count=entries, most=MOST_MEMBERS)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as members:
            yield members
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise FileError("the file cannot be read as a .zip archive: {problem}", problem=str(error)) from error


def read_member(members: zipfile.ZipFile, name: str, most: int) -> bytes:
    """A member's contents. Raises FileError where they are more than `most` bytes, without unpacking more than that."""
    with members.open(name) as member:
        contents = member.read(most + 1)
    if len(contents) > most:
        raise FileError(
            "{member} in the archive unpacks to more than {most:,} bytes, which is more than it can need", member=name, most=most
        )
    return contents


def parsed(text: bytes, member: str) -> Any:
    """What a member says as JSON. Raises FileError where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FileError("{member} in the archive is not JSON: {problem}", member=member, problem=str(error)) from error


def unpacked_bytes(data: bytes) -> int:
    """How much the archive says that it unpacks to. More than that does not come out of it. Raises FileError for what is none."""
    with opened(data) as members:
        return sum(member.file_size for member in members.infolist())


def returns(networks: Sequence[ResNetConfig], events: int = 0, told: int = 0) -> FileError | None:
    """Why a file of these networks' weights and so many events, which take `told` bytes, could not be brought back; None where it can.
    For who takes one along."""
    if events > MOST_EVENTS:
        return FileError("the run has {count:,} events, and a file can bring at most {most:,}", count=events, most=MOST_EVENTS)
    if told > MOST_TOLD:
        return FileError("what the run said takes {size:,} bytes, and a file can bring at most {most:,}", size=told, most=MOST_TOLD)
    try:
        planned(networks)
    except FileError as error:
        return error
    return None


def planned(networks: Sequence[ResNetConfig]) -> tuple[Plan, ...]:
    """The plans of the networks that a file says it holds, before anything of their size is read.

    Raises FileError where they are larger than what a file can bring: what a member may unpack to is counted by these plans.
    """
    plans = tuple(plan(network) for network in networks)
    layers = sum(len(one.layers) for one in plans)
    if layers > MOST_LAYERS:
        raise FileError("the network in the file has {layers:,} layers, at most {most:,} are opened", layers=layers, most=MOST_LAYERS)
    needed = sum(4 * one.total_parameters for one in plans)
    if needed > MOST_WEIGHTS:
        raise FileError(
            "the weights of {network} take {needed:,} bytes, and a file can bring at most {most:,}",
            network=Listed(network.name for network in networks),
            needed=needed,
            most=MOST_WEIGHTS,
        )
    return plans
