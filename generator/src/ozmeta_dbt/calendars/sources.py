"""All calendars of a project: those of ozmeta.yml and those of MetaDB."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from ozmeta_dbt.calendars import public_holidays, zones
from ozmeta_dbt.calendars.definition import Calendar
from ozmeta_dbt.calendars.reading import read
from ozmeta_dbt.config import FILE_NAME, CalendarKeys, Config, said
from ozmeta_dbt.documents import loads
from ozmeta_dbt.metadb.rows import EventTemplate
from ozmeta_dbt.metadb.use import MetaRows
from ozmeta_dbt.problems import Origin, Problems


def calendars(config: Config, rows: MetaRows, problems: Problems) -> list[Calendar]:
    """Every calendar, in the order of their codes."""
    root = Origin(FILE_NAME).at("calendars")
    found: dict[str, Calendar | None] = {}
    for code, keys in config.calendars.items():
        found[code] = read(code, given(keys), root.at(code), problems)
    places = {code: root.at(code) for code in found}
    for row in rows.of(EventTemplate):
        if not row.is_calendar:
            continue
        if row.code is None:
            problems.error(row.at("code"), "a calendar needs ET_Code", "SLA policies name it")
            continue
        code, origin = row.code, row.at("spec")
        calendar = from_metadb(code, row.spec, origin, problems)
        if code in places:
            there, first = found[code], places[code]
            if calendar and there and calendar != there:
                problems.error(
                    origin,
                    f"the calendar {code!r} is also in {first}, with other keys",
                    "keep one of them, or make them equal",
                )
            continue
        found[code], places[code] = calendar, origin
    return [calendar for _, calendar in sorted(found.items()) if calendar]


def given(keys: CalendarKeys) -> dict[str, Any]:
    return {name: getattr(keys, name) for name in keys.model_fields_set}


def from_metadb(code: str, document: Any, origin: Origin, problems: Problems) -> Calendar | None:
    if isinstance(document, str):
        try:
            document = loads(document)
        except (ValueError, RecursionError) as error:
            problems.error(origin, f"is not JSON: {error}", "expected an object with time_zone")
            return None
    try:
        keys = CalendarKeys.model_validate(document)
    except ValidationError as error:
        for fault in error.errors():
            place = fault["loc"]
            problems.error(origin.at(*place), *said(("calendars", code, *place), fault))
        return None
    return read(code, given(keys), origin, problems)


def versions_of(found: list[Calendar]) -> dict[str, str]:
    """The packages that resolved these calendars. Another version of one may change the models."""
    if not found:
        return {}
    return {"holidays": public_holidays.version(), "tzdata": zones.version()}


def changed_versions(before: Mapping[str, Any], now: Mapping[str, str]) -> str:
    """Which packages changed since the last generation, as a sentence. Empty if none did."""
    changed = [
        f"{name} {before[name]} is now {version}"
        for name, version in now.items()
        if before.get(name) not in (None, version)
    ]
    return f"calendars may change because {' and '.join(changed)}" if changed else ""
