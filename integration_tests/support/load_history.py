"""Loads the hand-made tables of a preset into warehouse.duckdb, for the pages that show presets.

python load_history.py PRESET [SCHEMA]
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

FOLDER = Path(__file__).resolve().parent.parent / "histories"


def main(preset: str, schema: str = "") -> None:
    schema = schema or preset
    with duckdb.connect("warehouse.duckdb") as connection:
        connection.execute(f"create schema {schema}")
        for path in sorted((FOLDER / preset).glob("*.csv")):
            connection.execute(
                f'create table {schema}."{path.stem}" as'
                f" select * from read_csv('{path}', sample_size=-1)"
            )


if __name__ == "__main__":
    main(*sys.argv[1:])
