"""The models of calendars: their windows in UTC, and the same cut at UTC days."""

from __future__ import annotations

from ozmeta_dbt.calendars.definition import Calendar
from ozmeta_dbt.calendars.expansion import limits, literal
from ozmeta_dbt.config import Config
from ozmeta_dbt.models import columns as col
from ozmeta_dbt.models.arguments import CALENDAR_PIECE, CALENDAR_WINDOW
from ozmeta_dbt.models.columns import columns_of
from ozmeta_dbt.models.conventions import config_of
from ozmeta_dbt.models.literals import jinja, yaml_text
from ozmeta_dbt.models.properties import column, well_formed
from ozmeta_dbt.models.sql_files import calling, file_of, setting, table_config
from ozmeta_dbt.models.yaml_files import dumped

LOOKUPS = {
    "calendar_window": columns_of("calendar_window", col.CALENDAR_WINDOW),
    "calendar_piece": columns_of("calendar_piece", col.CALENDAR_PIECE),
}
SUMMARIES = {
    "calendar_window": (
        "Open time of each calendar in UTC, to look up the instant at which an open time has run."
    ),
    "calendar_piece": (
        "All time of each calendar, open and closed, to look up how much was open until an instant."
    ),
}


def calendar_files(calendars: list[Calendar], config: Config) -> dict[str, str]:
    return {
        f"calendars/{CALENDAR_WINDOW}.sql": window_sql(calendars),
        f"calendars/{CALENDAR_PIECE}.sql": piece_sql(calendars),
        "calendars/_models.yml": properties(config),
    }


def window_sql(calendars: list[Calendar]) -> str:
    """One entry per line, so that a review shows what changed."""
    definitions = setting("calendars", [literal(calendar) for calendar in calendars])
    call = calling("ozmeta_runtime.calendar_window", ["calendars"])
    return file_of(table_config("calendar_window"), "", definitions, "", call)


def piece_sql(calendars: list[Calendar]) -> str:
    known = setting("calendars", [limits(calendar) for calendar in calendars])
    call = calling("ozmeta_runtime.calendar_piece", ["calendars", f"ref({jinja(CALENDAR_WINDOW)})"])
    return file_of(table_config("calendar_piece"), "", known, "", call)


def properties(config: Config) -> str:
    filled = {
        "calendar_window": ["_Key", "CW_Calendar", "CW_Open", "CW_OpenEnd"],
        "calendar_piece": ["_Key", "CP_Calendar", "CP_From", "CP_To", "CP_Open", "CP_IsOpen"],
    }
    models = [
        {
            "name": f"ozmeta_{model}",
            "description": yaml_text(SUMMARIES[model]),
            **config_of(config, model),
            "data_tests": [well_formed(model, filled[model], ["_Key"], {}, live=False)],
            "columns": [column(found, typed=config.contracts) for found in described],
        }
        for model, described in LOOKUPS.items()
    ]
    return dumped({"version": 2, "models": models})
