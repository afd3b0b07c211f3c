"""Words for messages: the nearest known name, numbers with their nouns, long values cut, and
characters that a terminal would obey.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

MAX_NAMED = 8
JOINERS = "\u200c\u200d"  # of letters and of emoji: they change how their neighbours look, no more


def counted(number: int, noun: str) -> str:
    """1 binding, 2 bindings"""
    plural = noun[:-1] + "ies" if re.search("[^aeiou]y$", noun) else noun + "s"
    return f"{number} {noun if number == 1 else plural}"


def listed(names: Iterable[str]) -> str:
    """The first few names, sorted, and how many more there are."""
    every = sorted(set(names))
    more = len(every) - MAX_NAMED
    return ", ".join(every[:MAX_NAMED]) + (f" and {more} more" if more > 0 else "") or "none"


def shortened(text: str, most: int = 60) -> str:
    """The text, or its beginning and three dots if it has more characters than that."""
    return text if len(text) <= most else text[: most - 3] + "..."


def printable(text: str, kept: str = "\n\t") -> str:
    """The text with an escape such as \\x1b for each character that a terminal obeys, that changes
    the order of others, or that can't be printed. Otherwise a name could recolour or overwrite what
    a command prints.

    kept: such characters that stay as they are
    """
    return "".join(
        char.encode("unicode_escape").decode()
        if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")
        and char not in kept
        and char not in JOINERS
        else char
        for char in text
    )


def distance(one: str, other: str) -> int:
    """The edit distance: letters added, left out, replaced or swapped with their neighbour."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        previous, row = row, [i]
        for j, wanted in enumerate(other, 1):
            steps = min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (letter != wanted))
            if before and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                steps = min(steps, before[j - 2] + 1)
            row.append(steps)
        before = previous
    return row[-1]


def plain(name: str) -> str:
    """A name without its case and its separators."""
    return re.sub(r"[-_ .]", "", name).casefold()


def is_typo(word: str, known: str) -> bool:
    """Whether two different names are so similar that one is likely a typo of the other."""
    return plain(word) == plain(known) or (len(word) > 5 and distance(word, known) <= 2)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The most similar known name, or none if no name is similar enough."""
    wanted = plain(word[:100])
    allowed = max(1, min(3, len(wanted) // 3))
    found = [
        (distance(wanted, plain(name)), name)
        for name in sorted(set(known))
        if abs(len(plain(name)) - len(wanted)) <= allowed
    ]
    least, name = min(found, default=(allowed + 1, ""))
    return name if least <= allowed else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint: the nearest name, or else what there is."""
    names = list(known)
    name = nearest(word, names)
    return f"did you mean {name!r}?" if name is not None else f"there is: {listed(names)}"


def one_of(word: str, known: Iterable[str]) -> str:
    """A hint: the nearest name, and all that are allowed, in the order given."""
    names = list(known)
    name = nearest(word, names)
    return (f"did you mean {name!r}? allowed: " if name is not None else "allowed: ") + ", ".join(
        names
    )
