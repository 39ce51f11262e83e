"""Templates of code: Python in which lines and parts of lines are kept only where a network needs them.

A line that ends with `#? word` is kept where all its words hold; `⟦word:text⟧` within a line becomes `text` or goes altogether.
A word is a trait, a fact about one network or one training, and holds where that is true; with `!` before it, where it is false.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_LINE = re.compile(r"  #\? ([\w! ]+)$")
_PART = re.compile(r"⟦([\w!]+):([^⟧]*)⟧")


def specialise(template: str, traits: Mapping[str, bool]) -> str:
    """The template's code where these traits are what they are, without blank lines at either end.

    Raises KeyError for a template that asks for a trait nobody knows.
    """
    kept = []
    for line in template.strip("\n").split("\n"):
        condition = _LINE.search(line)
        if condition and not all(_holds(word, traits) for word in condition[1].split()):
            continue
        bare = line[: condition.start()].rstrip() if condition else line
        kept.append(_PART.sub(lambda part: part[2] if _holds(part[1], traits) else "", bare))
    return "\n".join(kept)


def _holds(word: str, traits: Mapping[str, bool]) -> bool:
    return traits[word.removeprefix("!")] is not word.startswith("!")
