"""Files that are made when a visitor asks for them: what a page offers, and the name by which its button asks for it.

Streamlit's own download button keeps such a file only until two runs of anybody's page have ended, which in a class is before it arrives.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from weakref import WeakValueDictionary

from resnet.errors import ExplainedError


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Offer:
    """A file that can be had as long as somebody keeps its offer.

    Attributes:
        token: what it is asked for by, which nobody can guess.
        make: makes it, outside of any session.
        name: what it is called. kind: its media type.
        explain: says in the reader's language why it could not be made.
    """

    token: str
    make: Callable[[], str | bytes]
    name: str
    kind: str
    explain: Callable[[ExplainedError], str]


# Nothing is kept by being here: with the session that an offer was made in, it is gone. Single reads and writes are safe among threads.
_offers: WeakValueDictionary[str, Offer] = WeakValueDictionary()


def new_token() -> str:
    return secrets.token_urlsafe(18)


def put(offer: Offer) -> None:
    """Have `find` find it, in the place of an earlier one under the same token."""
    _offers[offer.token] = offer


def find(token: str) -> Offer | None:
    return _offers.get(token)
