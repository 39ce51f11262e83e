"""The address printed at the start, and the port's refusal, against real sockets."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from resnet.address import announcement, lan_address, port_problem

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=["127.0.0.1", "0.0.0.0", "::"])
def listener(request: pytest.FixtureRequest) -> Iterator[int]:
    """A port on which somebody listens: on loopback alone, on every IPv4 address, or on every address as the app itself does."""
    family = socket.AF_INET6 if ":" in request.param else socket.AF_INET
    with closing(socket.create_server((request.param, 0), family=family, dualstack_ipv6=family == socket.AF_INET6)) as server:
        yield server.getsockname()[1]


def ask(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "resnet.address", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_port_somebody_listens_on_is_refused_with_the_next_one_named(listener: int) -> None:
    problem = port_problem(listener)
    assert problem is not None
    assert f"port {listener} is in use" in problem
    assert f"PORT={listener + 1}" in problem


def test_a_port_closed_a_moment_ago_is_free_though_its_connection_lingers() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
        with closing(socket.create_connection(("127.0.0.1", port))) as client:
            accepted, _ = server.accept()
            accepted.close()  # the server closes first, so the lingering end is the server's
            client.recv(1)
    assert port_problem(port) is None


def test_the_lan_address_is_one_of_this_machines_own() -> None:
    own = {entry.address.split("%")[0] for entries in psutil.net_if_addrs().values() for entry in entries}
    address = lan_address()
    assert address is None or address.strip("[]") in own - {"127.0.0.1", "::1"}


def test_the_announcement_names_both_addresses_with_the_port() -> None:
    text = announcement(8765)
    assert "http://localhost:8765" in text
    lan = lan_address()
    assert (f"http://{lan}:8765" if lan else "this machine is on none") in text


@pytest.mark.parametrize("value", ["", "0", "65536", "80a", "-1", "8501 8502", "８５０１"])
def test_what_is_no_port_is_refused_with_the_value(value: str) -> None:
    answer = ask(*value.split())
    assert answer.returncode == 1
    assert answer.stdout == ""
    assert f"got {value!r}" in answer.stderr


def test_the_command_prints_the_addresses_of_a_free_port_and_fails_on_a_used_one() -> None:
    with closing(socket.create_server(("", 0))) as server:
        port = server.getsockname()[1]
        used = ask(str(port))
    assert (used.returncode, used.stdout) == (1, "")
    assert f"port {port} is in use" in used.stderr
    free = ask(str(port))
    assert (free.returncode, free.stderr) == (0, "")
    assert f"http://localhost:{port}" in free.stdout
