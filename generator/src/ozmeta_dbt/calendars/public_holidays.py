"""Public holidays by country, from the package holidays."""

from __future__ import annotations

import datetime as dt
from functools import cache
from importlib import metadata

import holidays

from ozmeta_dbt.words import did_you_mean, listed


def version() -> str:
    return metadata.version("holidays")


@cache
def supported() -> dict[str, list[str]]:
    """{country: its subdivisions}"""
    return dict(holidays.list_supported_countries())


def wrong_country(country: str) -> tuple[str, str] | None:
    """What is wrong with a country, and a hint."""
    if country in supported():
        return None
    hint = did_you_mean(country, supported()) if country.upper() in supported() else ""
    return f"{country!r} is not a country with known holidays", hint or (
        "write its ISO 3166 code, such as DE, or list the dates"
    )


def wrong_subdivision(country: str, subdivision: str) -> tuple[str, str] | None:
    known = supported()[country]
    if subdivision in known:
        return None
    return f"{subdivision!r} is not a subdivision of {country}", f"there is: {listed(known)}"


@cache
def dates(country: str, subdivision: str | None, first: int, last: int) -> frozenset[dt.date]:
    """The public holidays of these years."""
    return frozenset(
        holidays.country_holidays(country, subdiv=subdivision, years=range(first, last + 1))
    )
