"""Learn the identity: two plain convolutions against a pair with a shortcut."""

from __future__ import annotations


def identity_view() -> None: ...
