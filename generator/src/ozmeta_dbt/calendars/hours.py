"""Hours as people write them: days such as mon-thu, and windows such as 08:00-12:00."""

from __future__ import annotations

import re

from ozmeta_dbt.calendars.definition import DAY_MINUTES, DAYS, Windows
from ozmeta_dbt.words import did_you_mean

WINDOW = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
EXAMPLE = 'expected windows such as "08:00-12:00, 13:00-18:00", or closed'


def days_of(text: str) -> list[int]:
    """The days that `mon` or `mon-thu` names, 0 for Monday. Raises ValueError with the reason."""
    names = [part.strip() for part in text.split("-")]
    for name in names:
        if name not in DAYS:
            raise ValueError(
                f"{name!r} is not a day; expected {', '.join(DAYS)} or a range such as mon-fri"
                + (f" ({did_you_mean(name, DAYS)})" if name[:3].lower() in DAYS else "")
            )
    if len(names) > 2:
        raise ValueError(f"{text!r} names more than two days; expected a range such as mon-fri")
    first, last = DAYS.index(names[0]), DAYS.index(names[-1])
    return [(first + number) % 7 for number in range((last - first) % 7 + 1)]


def windows_of(text: str) -> Windows:
    """The windows that a text names, in order. Raises ValueError with the reason."""
    if text.strip() == "closed":
        return ()
    windows = []
    for part in text.split(","):
        found = WINDOW.fullmatch(part.strip())
        if not found:
            raise ValueError(f"{part.strip()!r} is not a window; {EXAMPLE}")
        start, end = minutes_of(*found.group(1, 2)), minutes_of(*found.group(3, 4))
        if start == DAY_MINUTES:
            raise ValueError(f"{part.strip()!r} begins at 24:00; write 00:00 on the next day")
        windows.append((start, end if end > start else end + DAY_MINUTES))
    return tuple(sorted(windows))


def minutes_of(hour: str, minute: str) -> int:
    minutes = int(hour) * 60 + int(minute)
    if int(minute) > 59 or minutes > DAY_MINUTES:
        raise ValueError(f"{hour}:{minute} is not a time of day; expected 00:00 to 24:00")
    return minutes
