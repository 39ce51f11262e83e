"""Where this server can be reached: `python -m resnet.address PORT` prints it, or says why the port cannot be had.

Streamlit's own greeting asks an outside service for the machine's address; this asks nobody.
"""

from __future__ import annotations

import errno
import os
import socket
import sys

# Addresses reserved for documentation (RFC 5737, RFC 3849): routed like any other, and nobody's.
ELSEWHERE = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
EVERYWHERE = ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::"))
NO_IPV6 = {errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL, errno.EPROTONOSUPPORT}
USAGE = "the port must be a whole number from 1 to 65535, got {value!r}"


def lan_address() -> str | None:
    """The address other machines on the local network reach this one at; None on a machine without a network.

    Connecting a datagram socket sends nothing: the system only looks up which of its own addresses it would send from.
    """
    for family, elsewhere in ELSEWHERE:
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((elsewhere, 9))
                address = str(probe.getsockname()[0])
        except OSError:
            continue  # no route there, which is what a machine without a network says
        if not address.startswith(("127.", "::1", "fe80:")):
            return f"[{address}]" if family == socket.AF_INET6 else address
    return None


def port_problem(port: int) -> str | None:
    """Why a server cannot listen on the port on all of this machine's addresses; None when it can."""
    for family, everywhere in EVERYWHERE:
        try:
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                if os.name != "nt":
                    # As the server does: a port that was closed a moment ago is free. On Windows the option would hide a live server.
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((everywhere, port))
        except OSError as error:
            if family == socket.AF_INET6 and error.errno in NO_IPV6:
                continue
            if error.errno in {errno.EACCES, errno.EPERM}:
                return f"port {port} is reserved by the system; choose one from 1024 to 65535, as in: make run PORT=8501"
            other = port % 65535 + 1
            return (
                f"port {port} is in use, perhaps by this app started earlier; end that one or choose another, as in: make run PORT={other}"
            )
    return None


def announcement(port: int) -> str:
    """What to open, on this machine and from others in the room."""
    lan = lan_address()
    return "\n".join(
        (
            "",
            "  ResNet Lab",
            f"    on this machine:   http://localhost:{port}",
            f"    on your network:   http://{lan}:{port}" if lan else "    on your network:   this machine is on none",
            "    to end it:         Ctrl-C",
            "",
        )
    )


def main(arguments: list[str]) -> int:
    value = " ".join(arguments)
    if not (value.isascii() and value.isdigit() and 1 <= int(value) <= 65535):
        print(USAGE.format(value=value), file=sys.stderr)
        return 1
    problem = port_problem(int(value))
    if problem:
        print(problem, file=sys.stderr)
        return 1
    print(announcement(int(value)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
