"""When the demo's two service desks are open. All events are in winter, so no clocks change."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Desk:
    offset: int  # of the local clock to UTC, in hours
    opens: int
    closes: int
    closes_on_friday: int
    holidays: frozenset[dt.date]

    def after(self, moment: dt.datetime, count: float) -> dt.datetime:
        """The instant (UTC) at which the desk has been open for so many hours since a moment."""
        left = dt.timedelta(seconds=round(count * 3600))
        offset = dt.timedelta(hours=self.offset)
        local = moment + offset
        while True:
            midnight = dt.datetime.combine(local.date(), dt.time())
            begins = max(local, midnight + dt.timedelta(hours=self.opens))
            open_for = max(midnight + dt.timedelta(hours=self.closing(local.date())) - begins, NONE)
            if left <= open_for and open_for:
                return begins + left - offset
            left -= open_for
            local = midnight + dt.timedelta(days=1)

    def closing(self, date: dt.date) -> int:
        """The hour at which it closes. On a closed day, that is when it would open."""
        if date.weekday() > FRIDAY or date in self.holidays:
            return self.opens
        return self.closes_on_friday if date.weekday() == FRIDAY else self.closes


NONE = dt.timedelta()
FRIDAY = 4
NEW_YEAR = dt.date(2026, 1, 1)
KING, LINCOLN, WASHINGTON = dt.date(2026, 1, 19), dt.date(2026, 2, 12), dt.date(2026, 2, 16)
DESKS = {
    "Berlin": Desk(1, 8, 18, 16, frozenset({NEW_YEAR})),
    "New York": Desk(-5, 9, 17, 17, frozenset({NEW_YEAR, KING, LINCOLN, WASHINGTON})),
}
