"""The demo's offline station: van station-7. Its last days are in its own journal until it is back
(see docs/guides/offline-stations.md).
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import sqlalchemy as sa

from ozmeta_dbt.config import load_config
from ozmeta_dbt.demo.events import VAN, Row
from ozmeta_dbt.demo.project import DATABASE, create_journal, put_rows
from ozmeta_dbt.operations import journal

STATION_URL, CENTRE_URL = "OZMETA_DEMO_STATION_URL", "OZMETA_DEMO_CENTRE_URL"


def bring_home(folder: Path, rows: list[Row], now: dt.datetime) -> journal.Replayed:
    """Export the van's journal to a file, and replay that file at the center: `ozmeta-dbt journal
    export` and `replay`.
    """
    station, file = folder / f"journal/{VAN}.duckdb", folder / f"journal/{VAN}.ndjson"
    create_journal(station)
    put_rows(station, rows)
    os.environ |= {
        name: sa.URL.create("duckdb", database=str(path)).render_as_string()
        for name, path in ((STATION_URL, station), (CENTRE_URL, folder / DATABASE))
    }
    place = journal.Place.of(load_config(folder))
    journal.export(file, place, STATION_URL)
    return journal.replay(file, place, CENTRE_URL, now)
