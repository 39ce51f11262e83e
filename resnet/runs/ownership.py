"""Whose a run is: two servers may share one database, and neither may take the other's runs for abandoned."""

from __future__ import annotations

import platform

import psutil


def this_process() -> str:
    """A name for this server process that no other has, on any machine, also after its number is given to another."""
    process = psutil.Process()
    return f"{platform.node()}/{process.pid}/{process.create_time():.2f}"


def has_ended(owner: str) -> bool:
    """Whether `owner` is a server process of this machine that is no more. What another machine does is not ours to say: False."""
    machine, _, rest = owner.partition("/")
    number, _, began = rest.partition("/")
    if machine != platform.node() or not number.isdecimal():
        return False
    try:
        return f"{psutil.Process(int(number)).create_time():.2f}" != began
    except psutil.NoSuchProcess:
        return True
